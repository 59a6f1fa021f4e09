import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.models import Reading
from billing.services.locks import lock_accounts
from billing.services.refusals import CorrectionRefused


@transaction.atomic
def correct_reading(
    reading: Reading,
    *,
    value: Decimal,
    rolled_over: bool = False,
    note: str,
    corrected_by: Staff,
    at: datetime.datetime,
) -> Reading:
    """Put a right reading of the same day in the place of a wrong one, which stays in the file.

    Codes: unknown_reading, already_corrected, not_a_reading.
    """
    account_id = reading.installation.account_id
    account = lock_accounts([account_id])[account_id]
    wrong = (
        Reading.objects.select_for_update(of=("self",))
        .select_related("installation__meter")
        .get(pk=reading.pk)
    )
    if not corrected_by.sees_branch(account.branch_id):
        raise CorrectionRefused(_("There is no such reading here."), code="unknown_reading")
    if wrong.state != Reading.State.ACCEPTED:
        raise CorrectionRefused(_("This reading has already been corrected."), code="already_corrected")
    if (
        not value.is_finite()
        or not 0 <= value < 10**wrong.installation.meter.digits
        or value != round(value, 3)
    ):
        raise CorrectionRefused(
            _("The meter has %(digits)s digits: it cannot show this."),
            code="not_a_reading",
            params={"digits": wrong.installation.meter.digits},
        )
    wrong.state = Reading.State.REJECTED
    wrong.reviewed_by, wrong.reviewed_at, wrong.review_note = corrected_by, at, note[:200]
    wrong.save(update_fields=["state", "reviewed_by", "reviewed_at", "review_note"])
    right: Reading = Reading.objects.create(
        installation=wrong.installation,
        read_on=wrong.read_on,
        value=value,
        kind=Reading.Kind.ACTUAL if wrong.kind == Reading.Kind.ESTIMATED else wrong.kind,
        rolled_over=rolled_over,
        read_by=corrected_by,
        entered_by=corrected_by,
        entered_at=at,
        replaces=wrong,
    )
    record_audit(
        actor=corrected_by,
        action="correct_reading",
        on=wrong,
        at=at,
        reason=note[:200],
        details={"from": str(wrong.value), "to": str(right.value)},
    )
    return right
