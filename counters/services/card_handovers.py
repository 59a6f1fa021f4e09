import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.services.refusals import GasRefused
from counters.models import CardHandover, Shift
from counters.queries.gas_tasks import writes_to_see_to
from counters.services.shifts import lock_shift


@transaction.atomic
def hand_over_cards(
    shift: Shift, *, to_number: str, handed_by: Staff, at: datetime.datetime
) -> list[CardHandover]:
    """Hand every card that waits to be written to a colleague of the branch, by staff number.

    Codes: not_yours, nothing_to_write, unknown_colleague.
    """
    shift = lock_shift(shift.pk)
    if shift.cashier_id != handed_by.pk:
        raise GasRefused(_("This is the shift of somebody else."), code="not_yours")
    writes = list(writes_to_see_to(handed_by))
    if not writes:
        raise GasRefused(_("There is nothing left to write on this card."), code="nothing_to_write")
    colleague = (
        Staff.objects.filter(number=to_number.strip(), is_active=True).exclude(pk=handed_by.pk).first()
    )
    if colleague is None or not colleague.has_perm("billing.view_cardwrite"):
        raise GasRefused(
            _("Nobody with this staff number can take over the cards."), code="unknown_colleague"
        )
    if not all(colleague.sees_branch(one.card.account.branch_id) for one in writes):
        raise GasRefused(
            _("Nobody with this staff number can take over the cards."), code="unknown_colleague"
        )
    handovers = CardHandover.objects.bulk_create(
        CardHandover(write=one, shift=shift, handed_by=handed_by, handed_to=colleague, handed_at=at)
        for one in writes
    )
    record_audit(
        actor=handed_by,
        action="hand_over_cards",
        on=shift,
        at=at,
        details={"to": colleague.number, "cards": [one.card.card_no for one in writes]},
    )
    return handovers
