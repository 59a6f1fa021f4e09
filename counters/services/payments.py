"""Money at a window: the shift, its drawer and its receipt book around the verbs of billing."""

import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.models import Payment, Reversal
from billing.services.business_days import business_date_of
from billing.services.offers import PaymentRequest
from billing.services.payments import Till, take_payment
from billing.services.reversals import undo_payment
from counters.models import Shift, TillEntry
from counters.services.shifts import ShiftRefused, cash_ledger, lock_shift


@transaction.atomic
def take_payment_at_counter(
    wanted: PaymentRequest, *, shift: Shift, taken_by: Staff, at: datetime.datetime
) -> Payment:
    """Take money at a window: the payment, its receipt number and the drawer in one transaction.

    Codes: not_open, not_yours, another_day, and those of take_payment.
    """
    shift = _lock_own_open_shift(shift, taken_by, at)
    till = Till(cash_ledger(shift), shift.code, shift.receipts_issued + 1, shift.business_date)
    payment, taken_before = take_payment(wanted, till=till, taken_by=taken_by, at=at)
    if taken_before:
        return payment
    shift.receipts_issued += 1
    shift.save(update_fields=["receipts_issued"])
    TillEntry.objects.create(
        shift=shift,
        kind=TillEntry.Kind.PAYMENT,
        payment=payment,
        cash_in=wanted.cash - payment.change_given,
        entered_at=at,
    )
    return payment


@transaction.atomic
def void_payment_at_counter(
    payment: Payment,
    *,
    shift: Shift,
    request_id: UUID,
    reason: str,
    note: str,
    voided_by: Staff,
    at: datetime.datetime,
) -> Reversal:
    """Undo an own payment of the shift that is still open (抹账); the cash goes back to the customer.

    Codes: not_open, not_yours, another_day, not_in_this_shift, and those of undo_payment.
    """
    shift = _lock_own_open_shift(shift, voided_by, at)
    if not TillEntry.objects.filter(shift=shift, payment=payment, kind=TillEntry.Kind.PAYMENT).exists():
        raise ShiftRefused(
            _("This payment was not taken in your open shift. It needs a reversal with a second person."),
            code="not_in_this_shift",
        )
    return _undo(payment, Reversal.Kind.VOID, shift, request_id, reason, note, voided_by, None, at)


@transaction.atomic
def reverse_payment_at_counter(
    payment: Payment,
    *,
    shift: Shift,
    request_id: UUID,
    reason: str,
    note: str,
    reversed_by: Staff,
    approved_by: Staff,
    at: datetime.datetime,
) -> Reversal:
    """Undo a payment of a closed shift (冲正) on today's date; cash comes out of the own drawer.

    Codes: not_open, not_yours, another_day, shift_still_open, may_not_approve, and those of undo_payment.
    """
    shift = _lock_own_open_shift(shift, reversed_by, at)
    if Shift.objects.open().filter(entries__payment=payment).exists():
        raise ShiftRefused(
            _("The shift that took this payment is still open: its cashier can void it."),
            code="shift_still_open",
        )
    if not approved_by.has_perm("billing.approve_reversal"):
        raise ShiftRefused(
            _("%(name)s may not approve a reversal. Ask the hall supervisor."),
            code="may_not_approve",
            params={"name": approved_by.name},
        )
    return _undo(
        payment, Reversal.Kind.REVERSAL, shift, request_id, reason, note, reversed_by, approved_by, at
    )


def _lock_own_open_shift(shift: Shift, staff: Staff, at: datetime.datetime) -> Shift:
    shift = lock_shift(shift.pk)
    if shift.cashier_id != staff.pk:
        raise ShiftRefused(_("This is the shift of somebody else."), code="not_yours")
    if not shift.is_open:
        raise ShiftRefused(_("Open a shift first: this one is closed."), code="not_open")
    if business_date_of(at) != shift.business_date:
        raise ShiftRefused(
            _("This shift belongs to %(date)s. Close it and open a new one."),
            code="another_day",
            params={"date": shift.business_date},
        )
    return shift


def _undo(
    payment: Payment,
    kind: str,
    shift: Shift,
    request_id: UUID,
    reason: str,
    note: str,
    by: Staff,
    approved_by: Staff | None,
    at: datetime.datetime,
) -> Reversal:
    reversal = undo_payment(
        payment,
        kind=kind,
        request_id=request_id,
        reason=reason,
        note=note,
        cash_ledger=cash_ledger(shift),
        business_date=shift.business_date,
        reversed_by=by,
        approved_by=approved_by,
        at=at,
    )
    if not TillEntry.objects.filter(reversal=reversal).exists():
        entry = TillEntry.objects.get(payment=payment, kind=TillEntry.Kind.PAYMENT)
        TillEntry.objects.create(
            shift=shift,
            kind=kind,
            payment=payment,
            reversal=reversal,
            cash_out=entry.cash_in,
            entered_at=at,
        )
    return reversal
