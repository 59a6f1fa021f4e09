import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.rows import insert_rows
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Allocation, Bill, Decision, Waiver
from billing.money import FEN, NO_MONEY, to_money
from billing.queries.late_charges import debts_on
from billing.queries.limits import limit_of
from billing.services.arrears.money import money_came
from billing.services.cancelling import check_approver
from billing.services.locks import lock_bills
from billing.services.refusals import CorrectionRefused

LONGEST_NOTE = 200
OUTCOME = ("state", "decided_by", "decided_at", "business_date", "settled_by")


@transaction.atomic
def propose_waiver(
    bill: Bill, *, amount: Decimal, reason: str, note: str, proposed_by: Staff, at: datetime.datetime
) -> Waiver:
    """Propose not to ask for a part of a bill's late charge. Nothing changes before approval.

    Codes: unknown_bill, not_money, more_than_accrued, unknown_reason, note_missing, note_too_long.
    """
    (locked,) = lock_bills([bill.pk])
    _check_branch(locked, proposed_by)
    if reason not in Waiver.Reason.values:
        raise CorrectionRefused(_("Choose a reason from the list."), code="unknown_reason")
    if not note.strip():
        raise CorrectionRefused(
            _("Say in a note why: the customer reads it on the bill."), code="note_missing"
        )
    if len(note) > LONGEST_NOTE:
        raise CorrectionRefused(_("The note is too long."), code="note_too_long")
    if not amount.is_finite() or amount < FEN or to_money(amount) != amount:
        raise CorrectionRefused(
            _("A waiver is an amount above zero with at most two decimals."), code="not_money"
        )
    _check_accrued(locked, amount, at)
    waiver = Waiver(
        bill=locked, amount=amount, reason=reason, note=note, proposed_by=proposed_by, proposed_at=at
    )
    insert_rows([waiver])
    _leave_a_trace(waiver, "propose_waiver", proposed_by, at)
    return waiver


@transaction.atomic
def approve_waiver(waiver: Waiver, *, approved_by: Staff, at: datetime.datetime) -> Waiver:
    """Ask for so much less late charge from now on.

    Codes: unknown_bill, already_decided, same_person, may_not_approve, above_limit, more_than_accrued.
    """
    (bill,) = lock_bills([waiver.bill_id])
    waiver = _lock_proposal(waiver, bill, approved_by)
    limit = limit_of(approved_by, "WAIVER")
    if waiver.amount > limit:
        raise CorrectionRefused(
            _("You may approve waivers up to %(limit)s. Ask the manager."),
            code="above_limit",
            params={"limit": limit},
        )
    _check_accrued(bill, waiver.amount, at)
    _decide(waiver, Decision.APPROVED, approved_by, at)
    if not bill.outstanding:
        # The charge has stopped growing and stands on the bill: it is lowered there.
        waiver.settled_by = _settling_part(bill)
        bill.late_charge_left -= waiver.amount
        bill.state = Bill.State.OPEN if bill.late_charge_left else bill.settled_state
        bill.save(update_fields=["late_charge_left", "state"])
        money_came([bill.account_id], at)
    waiver.save(update_fields=OUTCOME)
    _leave_a_trace(waiver, "approve_waiver", approved_by, at)
    return waiver


@transaction.atomic
def refuse_waiver(waiver: Waiver, *, refused_by: Staff, at: datetime.datetime) -> Waiver:
    """Refuse a proposed waiver. Codes: unknown_bill, already_decided, same_person, may_not_approve."""
    (bill,) = lock_bills([waiver.bill_id])
    waiver = _lock_proposal(waiver, bill, refused_by)
    _decide(waiver, Decision.REFUSED, refused_by, at)
    waiver.save(update_fields=OUTCOME)
    _leave_a_trace(waiver, "refuse_waiver", refused_by, at)
    return waiver


def _check_branch(bill: Bill, staff: Staff) -> None:
    if not staff.sees_branch(bill.account.branch_id):
        raise CorrectionRefused(_("There is no such bill here."), code="unknown_bill")


def _check_accrued(bill: Bill, amount: Decimal, at: datetime.datetime) -> None:
    """A cancelled bill asks for nothing, so nothing of it can be waived."""
    (debt,) = debts_on([bill], business_date_of(at))
    if amount > debt.late_charge:
        raise CorrectionRefused(
            _("The late charge of this bill is %(accrued)s today: no more can be waived."),
            code="more_than_accrued",
            params={"accrued": debt.late_charge},
        )


def _lock_proposal(waiver: Waiver, bill: Bill, decided_by: Staff) -> Waiver:
    locked: Waiver = Waiver.objects.select_for_update(of=("self",)).get(pk=waiver.pk)
    _check_branch(bill, decided_by)
    if not locked.is_waiting:
        raise CorrectionRefused(_("This has already been decided."), code="already_decided")
    check_approver(decided_by, locked.proposed_by)
    return locked


def _decide(waiver: Waiver, state: Decision, decided_by: Staff, at: datetime.datetime) -> None:
    waiver.state = state
    waiver.decided_by = decided_by
    waiver.decided_at = at
    waiver.business_date = business_date_of(at)


def _settling_part(bill: Bill) -> Allocation | None:
    """The payment part that paid the last principal; what it left is what is waived."""
    parts = Allocation.objects.filter(bill=bill, principal__gt=NO_MONEY, payment__reversal__isnull=True)
    part: Allocation | None = parts.order_by("-pk").first()
    return part


def _leave_a_trace(waiver: Waiver, action: str, actor: Staff, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=action,
        on=waiver,
        at=at,
        reason=f"{waiver.reason} {waiver.note}".strip()[:LONGEST_NOTE],
        details={"amount": str(waiver.amount), "bill": waiver.bill_id},
    )
