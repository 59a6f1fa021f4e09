import datetime

from axes.utils import reset
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit


class UnlockRefused(ValidationError):
    """The number stays as it was."""


@transaction.atomic
def unlock_sign_in(staff: Staff, *, by: Staff, at: datetime.datetime) -> None:
    """Forget the wrong passwords that were typed for a number, so that its owner can sign in at once.

    Codes: no_permission, own_number, another_branch, not_locked.
    """
    _check_person(staff, by)
    if not reset(username=staff.number):
        raise UnlockRefused(
            _("Nobody typed a wrong password for %(number)s lately: it is not locked."),
            code="not_locked",
            params={"number": staff.number},
        )
    record_audit(actor=by, action="sign_in.unlock", on=staff, at=at, branch=staff.branch)


def _check_person(staff: Staff, by: Staff) -> None:
    if not by.has_perm("accounts.unlock_sign_in"):
        raise UnlockRefused(_("Your post may not unlock a number."), code="no_permission")
    if staff.pk == by.pk:
        # Somebody sits at a screen that is not theirs, and guesses.
        raise UnlockRefused(_("Nobody unlocks the own number: ask a colleague."), code="own_number")
    if by.branch_id is not None and by.branch_id != staff.branch_id:
        raise UnlockRefused(
            _("%(number)s belongs to another branch: ask the supervisor there."),
            code="another_branch",
            params={"number": staff.number},
        )
