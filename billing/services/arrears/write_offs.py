"""Debts that are no longer expected (呆账, 坏账): proposed, approved by two others, still payable."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.rows import insert_rows
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Bill, Posting, WriteOff, WriteOffRecovery
from billing.money import FEN, NO_MONEY, to_money
from billing.services.arrears.closing import close_cases
from billing.services.locks import balances_of, lock_bills, save_balances
from billing.services.postings import RECEIVABLE
from billing.services.refusals import ArrearsRefused

State = WriteOff.State
WRITE_OFF = "write_off"
LONGEST_NOTE = 200


@transaction.atomic
def propose_write_off(
    bill: Bill, *, kind: str, reason: str, note: str, proposed_by: Staff, at: datetime.datetime
) -> WriteOff:
    """Propose to expect what is left of an overdue bill no longer. Nothing moves before two others approve.

    Codes: unknown_bill, may_not_propose, unknown_reason, note_missing, nothing_owed, not_overdue,
    proposed_before.
    """
    (bill,) = lock_bills([bill.pk])
    _check_branch(bill, proposed_by)
    if not proposed_by.has_perm("billing.propose_writeoff"):
        raise ArrearsRefused(_("Finance or a collector proposes a write-off."), code="may_not_propose")
    if kind not in WriteOff.Kind.values or reason not in WriteOff.Reason.values:
        raise ArrearsRefused(_("Choose a kind and a reason from the lists."), code="unknown_reason")
    note = note.strip()
    if not note or len(note) > LONGEST_NOTE:
        raise ArrearsRefused(_("Say why, in at most 200 characters."), code="note_missing")
    _check_owed(bill, at)
    if bill.write_offs.filter(state__in=WriteOff.WAITING).exists():
        raise ArrearsRefused(_("This was proposed already and waits."), code="proposed_before")
    write_off = WriteOff.objects.create(
        bill=bill,
        kind=kind,
        amount=bill.outstanding,
        reason=reason,
        note=note,
        proposed_at=at,
        proposed_by=proposed_by,
    )
    _leave_a_trace("arrears.propose_write_off", write_off, proposed_by, at)
    return write_off


@transaction.atomic
def approve_write_off(write_off: WriteOff, *, approved_by: Staff, at: datetime.datetime) -> WriteOff:
    """Give the first approval, or the second, which takes the debt out of the receivables.

    Codes: unknown_bill, already_decided, may_not_approve, same_person, amount_changed, nothing_owed, not_overdue.
    """
    bill, write_off = _lock_waiting(write_off, approved_by)
    is_first = write_off.state == State.PROPOSED
    needed = "billing.second_writeoff" if is_first else "billing.approve_writeoff"
    _check_person(write_off, approved_by, needed)
    _check_owed(bill, at)
    if bill.outstanding != write_off.amount:
        raise ArrearsRefused(
            _("%(amount)s is owed now, not what was proposed. Refuse it and propose again."),
            code="amount_changed",
            params={"amount": bill.outstanding},
        )
    if is_first:
        write_off.state, write_off.seconded_by, write_off.seconded_at = State.SECONDED, approved_by, at
        write_off.save(update_fields=["state", "seconded_by", "seconded_at"])
        _leave_a_trace("arrears.second_write_off", write_off, approved_by, at)
        return write_off
    write_off.state, write_off.decided_by, write_off.decided_at = State.APPROVED, approved_by, at
    write_off.business_date = business_date_of(at)
    write_off.save(update_fields=["state", "decided_by", "decided_at", "business_date"])
    _post(bill, write_off.amount, WRITE_OFF, RECEIVABLE, at)
    bill.outstanding, bill.written_off = NO_MONEY, bill.written_off + write_off.amount
    bill.state = Bill.State.WRITTEN_OFF
    bill.save(update_fields=["outstanding", "written_off", "state"])
    # Nobody is asked any more for what is written off; a supply that was cut stays cut, because nothing was paid.
    close_cases([bill.account_id], business_date_of(at), at)
    _leave_a_trace("arrears.approve_write_off", write_off, approved_by, at)
    return write_off


@transaction.atomic
def refuse_write_off(write_off: WriteOff, *, refused_by: Staff, at: datetime.datetime) -> WriteOff:
    """Go on asking for the debt. Codes: unknown_bill, already_decided, may_not_approve, same_person."""
    _bill, write_off = _lock_waiting(write_off, refused_by)
    is_first = write_off.state == State.PROPOSED
    needed = "billing.second_writeoff" if is_first else "billing.approve_writeoff"
    _check_person(write_off, refused_by, needed)
    write_off.state, write_off.decided_by, write_off.decided_at = State.REFUSED, refused_by, at
    write_off.save(update_fields=["state", "decided_by", "decided_at"])
    _leave_a_trace("arrears.refuse_write_off", write_off, refused_by, at)
    return write_off


@transaction.atomic
def recover_write_off(
    write_off: WriteOff,
    *,
    recovered_by: Staff,
    at: datetime.datetime,
    amount: Decimal | None = None,
    left: Decimal | None = None,
) -> WriteOffRecovery:
    """Let a written-off debt, or a part of it, be owed again, because the customer comes to pay it at the window.

    Without an amount: all that is left of it. With `left`, what the person saw to be left, a form that is sent twice
    takes its part back once. Codes: unknown_bill, may_not_recover, not_written_off, recovered_before, changed_since,
    not_money, more_than_left.
    """
    (bill,) = lock_bills([write_off.bill_id])
    _check_branch(bill, recovered_by)
    write_off = _lock(write_off)
    if not recovered_by.has_perm("billing.recover_writeoff"):
        raise ArrearsRefused(
            _("The cashier or finance takes a written-off debt back."), code="may_not_recover"
        )
    if write_off.state != State.APPROVED:
        raise ArrearsRefused(_("This debt has not been written off."), code="not_written_off")
    amount = _checked_part(write_off, amount, left)
    recovery = WriteOffRecovery.objects.create(
        write_off=write_off,
        amount=amount,
        business_date=business_date_of(at),
        recovered_at=at,
        recovered_by=recovered_by,
    )
    _post(bill, amount, RECEIVABLE, WRITE_OFF, at)
    bill.outstanding += amount
    bill.written_off -= amount
    # With principal open again the late charge is computed from the days, not from what was left.
    bill.late_charge_left = NO_MONEY
    bill.state = Bill.State.OPEN
    bill.save(update_fields=["outstanding", "written_off", "late_charge_left", "state"])
    _leave_a_trace("arrears.recover_write_off", write_off, recovered_by, at)
    return recovery


def _check_branch(bill: Bill, staff: Staff) -> None:
    if not staff.sees_branch(bill.account.branch_id):
        raise ArrearsRefused(_("There is no such bill here."), code="unknown_bill")


def _check_owed(bill: Bill, at: datetime.datetime) -> None:
    if not bill.outstanding:
        raise ArrearsRefused(_("Nothing of this bill is outstanding."), code="nothing_owed")
    if not bill.is_overdue_on(business_date_of(at)):
        raise ArrearsRefused(_("This bill is not overdue yet."), code="not_overdue")


def _lock(write_off: WriteOff) -> WriteOff:
    locked: WriteOff = WriteOff.objects.select_for_update(no_key=True).get(pk=write_off.pk)
    return locked


def _lock_waiting(write_off: WriteOff, decided_by: Staff) -> tuple[Bill, WriteOff]:
    (bill,) = lock_bills([write_off.bill_id])
    _check_branch(bill, decided_by)
    write_off = _lock(write_off)
    if not write_off.is_waiting:
        raise ArrearsRefused(_("This has already been decided."), code="already_decided")
    return bill, write_off


def _check_person(write_off: WriteOff, staff: Staff, permission: str) -> None:
    if staff.pk in (write_off.proposed_by_id, write_off.seconded_by_id):
        raise ArrearsRefused(_("Three different persons stand for a write-off."), code="same_person")
    if not staff.has_perm(permission):
        raise ArrearsRefused(
            _("The supervisor or finance approves first, the manager second."), code="may_not_approve"
        )


def _checked_part(write_off: WriteOff, amount: Decimal | None, seen: Decimal | None) -> Decimal:
    back = write_off.recoveries.aggregate(amount=Sum("amount"))["amount"] or NO_MONEY
    left: Decimal = write_off.amount - back
    if not left:
        raise ArrearsRefused(_("This debt has been taken back already."), code="recovered_before")
    if seen is not None and seen != left:
        raise ArrearsRefused(
            _("Only %(left)s of it is still written off."), code="changed_since", params={"left": left}
        )
    if amount is None:
        return left
    if not amount.is_finite() or amount < FEN or to_money(amount) != amount:
        raise ArrearsRefused(_("An amount is above zero and has at most two decimals."), code="not_money")
    if amount > left:
        raise ArrearsRefused(
            _("Only %(left)s of it is still written off."), code="more_than_left", params={"left": left}
        )
    return amount


def _post(bill: Bill, amount: Decimal, debit: str, credit: str, at: datetime.datetime) -> None:
    posting = Posting(
        debit=debit,
        credit=credit,
        amount=amount,
        account_id=bill.account_id,
        bill=bill,
        business_date=business_date_of(at),
        posted_at=at,
    )
    insert_rows([posting])
    balance = balances_of({bill.account_id: bill.account})[bill.account_id]
    balance.receivable += amount if debit == RECEIVABLE else -amount
    save_balances([balance])


def _leave_a_trace(action: str, write_off: WriteOff, actor: Staff, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=action,
        on=write_off,
        at=at,
        reason=f"{write_off.reason} {write_off.note}"[:LONGEST_NOTE],
        details={"amount": str(write_off.amount), "bill": write_off.bill_id, "kind": write_off.kind},
    )
