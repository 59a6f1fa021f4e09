import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.models import Bill, BillCancellation
from billing.services.cancelling import Order, check_bill, settled_on, write_cancellations
from billing.services.locks import balances_of, lock_bills, lock_request
from billing.services.refusals import CorrectionRefused


@transaction.atomic
def cancel_bill(
    bill: Bill,
    *,
    reason: str,
    note: str,
    cancelled_by: Staff,
    approved_by: Staff | None = None,
    request_id: UUID,
    at: datetime.datetime,
) -> BillCancellation:
    """Take a bill back with linked counter-rows; what was paid on it becomes prepaid credit.

    Its units no longer count in the tiers. A second person is needed when money was paid on it, when its day is
    closed, or above the limit of the person. Asking twice with one request_id cancels once.

    Codes: form_reused, unknown_bill, not_cancellable, already_cancelled, second_person_needed, credit_spent, and those of Order.check.
    """
    order = Order(reason, note, cancelled_by, approved_by, at)
    order.check()
    lock_request(request_id)
    if earlier := cancellation_made_before(bill, request_id, order):
        return earlier
    (locked,) = lock_bills([bill.pk])
    settled = settled_on([locked])
    balance = balances_of({locked.account_id: locked.account})[locked.account_id]
    check_bill(locked, settled, balance.prepaid + settled.moves(locked), order)
    (cancellation,) = write_cancellations([(locked, request_id)], settled, order)
    return cancellation


def cancellation_made_before(bill: Bill, request_id: UUID, order: Order) -> BillCancellation | None:
    """The cancellation that this request has made already. Code: form_reused."""
    earlier = BillCancellation.objects.filter(request_id=request_id).first()
    if earlier is None:
        return None
    approved_by = order.approved_by.pk if order.approved_by else None
    content = (bill.pk, order.reason, order.note, order.cancelled_by.pk, approved_by, order.fingerprint)
    if content != (
        earlier.bill_id,
        earlier.reason,
        earlier.note,
        earlier.cancelled_by_id,
        earlier.approved_by_id,
        earlier.fingerprint,
    ):
        raise CorrectionRefused(_("This form was already used. Start again."), code="form_reused")
    return earlier
