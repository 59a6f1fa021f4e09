"""Money at a window: the shift, its drawer and its receipt book around the verbs of billing."""

import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.rows import insert_rows
from billing.models import Payment, Reversal
from billing.money import NO_MONEY
from billing.services.offers import PaymentRequest
from billing.services.payments import Till, payment_taken_before, take_payment
from billing.services.reversals import reversal_made_before, undo_payment
from counters.models import Shift, TillEntry
from counters.services.shifts import (
    ShiftRefused,
    cash_ledger,
    check_own_open_shift,
    expected_cash,
    lock_shift,
    why_not_in_shift,
)

# One round trip: the receipt book moves on, and the visitor whom the window serves is the one who paid.
_COUNT_RECEIPT = """
    WITH counted AS (
        UPDATE counters_shift SET receipts_issued = receipts_issued + 1 WHERE id = %(shift)s
    ), served AS (
        UPDATE counters_ticket SET state = 'SERVING'
        WHERE window_id = %(window)s AND state IN ('CALLED', 'SERVING') AND business_date = %(date)s
        RETURNING id
    )
    INSERT INTO counters_ticketpayment (ticket_id, payment_id) SELECT id, %(payment)s FROM served
"""


@transaction.atomic
def take_payment_at_counter(
    wanted: PaymentRequest, *, shift: Shift, taken_by: Staff, at: datetime.datetime
) -> Payment:
    """Take money at a window: the payment, its receipt number and the drawer in one transaction.

    It belongs to the ticket that the window serves, if it serves one.

    Codes: not_open, not_yours, another_day, and those of take_payment.
    """
    shift = lock_shift(shift.pk)
    if refusal := why_not_in_shift(shift, taken_by, at):
        # The answer was lost and is asked for again, after the close or after midnight.
        if earlier := payment_taken_before(wanted, taken_by):
            return earlier
        raise refusal
    till = Till(cash_ledger(shift), shift.code, shift.receipts_issued + 1, shift.business_date)
    payment, taken_before = take_payment(wanted, till=till, taken_by=taken_by, at=at)
    if taken_before:
        return payment
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT_RECEIPT,
            {
                "shift": shift.pk,
                "window": shift.window_id,
                "date": shift.business_date,
                "payment": payment.pk,
            },
        )
    entry = TillEntry(
        shift=shift,
        kind=TillEntry.Kind.PAYMENT,
        payment=payment,
        cash_in=wanted.cash - payment.change_given,
        entered_at=at,
    )
    insert_rows([entry])
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

    Codes: not_open, not_yours, another_day, not_in_this_shift, not_enough_cash, and those of undo_payment.
    """
    wanted = Reversal(
        payment=payment,
        request_id=request_id,
        kind=Reversal.Kind.VOID,
        reason=reason,
        note=note,
        reversed_at=at,
        reversed_by=voided_by,
    )
    shift = lock_shift(shift.pk)
    if earlier := reversal_made_before(wanted):
        return earlier
    check_own_open_shift(shift, voided_by, at)
    if not TillEntry.objects.filter(shift=shift, payment=payment, kind=TillEntry.Kind.PAYMENT).exists():
        raise ShiftRefused(
            _("This payment was not taken in your open shift. It needs a reversal with a second person."),
            code="not_in_this_shift",
        )
    return _undo(wanted, shift)


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

    Credit that paid a bill by itself is put back in the same way; nothing leaves the drawer then.

    Codes: not_open, not_yours, another_day, shift_still_open, may_not_approve, not_enough_cash, and those of
    undo_payment.
    """
    wanted = Reversal(
        payment=payment,
        request_id=request_id,
        kind=Reversal.Kind.REVERSAL,
        reason=reason,
        note=note,
        reversed_at=at,
        reversed_by=reversed_by,
        approved_by=approved_by,
    )
    shift = lock_shift(shift.pk)
    if earlier := reversal_made_before(wanted):
        return earlier
    check_own_open_shift(shift, reversed_by, at)
    took_it = Shift.objects.filter(entries__payment=payment, entries__kind=TillEntry.Kind.PAYMENT)
    if took_it.filter(state=Shift.State.OPEN).exists():
        raise ShiftRefused(
            _("The shift that took this payment is still open: its cashier can void it."),
            code="shift_still_open",
        )
    if not approved_by.has_perm("billing.approve_reversal"):
        raise ShiftRefused(
            _("%(name)s may not approve a reversal. Ask the hall supervisor."),
            code="may_not_approve",
            params={"name": approved_by.get_short_name()},
        )
    return _undo(wanted, shift)


def _undo(wanted: Reversal, shift: Shift) -> Reversal:
    entry = TillEntry.objects.filter(payment=wanted.payment, kind=TillEntry.Kind.PAYMENT).first()
    cash = entry.cash_in if entry else NO_MONEY
    if cash and cash > expected_cash(shift):
        raise ShiftRefused(
            _("There is not enough cash in your drawer to pay %(cash)s back."),
            code="not_enough_cash",
            params={"cash": cash},
        )
    wanted.business_date = shift.business_date
    reversal = undo_payment(wanted, cash_ledger=cash_ledger(shift))
    TillEntry.objects.create(
        shift=shift,
        kind=reversal.kind,
        payment=reversal.payment,
        reversal=reversal,
        cash_out=cash,
        entered_at=reversal.reversed_at,
    )
    return reversal
