import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Branch, Staff
from accounts.services.audit import record_audit
from billing.models import ThirdPartyPayer
from billing.services.refusals import PaymentRefused

LONGEST_NAME = 80


@transaction.atomic
def enter_payer(
    *, kind: str, name: str, phone: str = "", note: str = "", branch: Branch, by: Staff, at: datetime.datetime
) -> ThirdPartyPayer:
    """Enter who pays for others: an employer, a village, a donor.

    Codes: unknown_branch, unknown_kind, name_missing, payer_known.
    """
    if not by.sees_branch(branch.pk):
        raise PaymentRefused(_("There is no such branch here."), code="unknown_branch")
    if kind not in ThirdPartyPayer.Kind.values:
        raise PaymentRefused(_("Choose from the list who it is."), code="unknown_kind")
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise PaymentRefused(_("A payer has a name of at most 80 characters."), code="name_missing")
    # Of two who enter the same name at once, the second finds the first one's row here.
    payer, is_new = ThirdPartyPayer.objects.get_or_create(
        kind=kind,
        name=name,
        branch=branch,
        defaults={"phone": phone.strip()[:20], "note": note.strip()[:200], "made_at": at, "made_by": by},
    )
    if not is_new:
        raise PaymentRefused(_("This payer is entered already."), code="payer_known")
    record_audit(actor=by, action="payer.enter", on=payer, at=at, branch=branch, details={"name": name})
    return payer
