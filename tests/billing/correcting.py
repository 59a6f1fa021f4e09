"""Every kind of correction once, for the tests of the books: what stands after a busy morning at finance."""

import datetime
from decimal import Decimal
from uuid import uuid4

from accounts.models import Account, Staff
from billing.models import Adjustment, Bill, Payment, Reading
from billing.services.adjustments import approve_adjustment, propose_adjustment, refuse_adjustment
from billing.services.cancellations import cancel_bill
from billing.services.correction_batches import approve_batch, propose_batch, work_off_batch
from billing.services.rebills import RightReading, cancel_and_rebill
from billing.services.waivers import approve_waiver, propose_waiver
from counters.models import Shift
from counters.services.payments import void_payment_at_counter
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay
from tests.hall import Hall

LATE = MORNING.date() - datetime.timedelta(days=10)


def make_corrections(shift: Shift, finance: Staff, supervisor: Staff) -> None:
    """Cancelled, billed again, adjusted, waived and batched; money on it from the shift's window."""
    paid, undone, lowered = (_overdue(shift, total="100.00") for _ in range(3))
    pay(shift, paid.account, [paid], cash("103.00"))
    _cancel(paid, finance, supervisor)
    payment = pay(shift, undone.account, [undone], cash("40.00"))
    _cancel(undone, finance, supervisor)
    void_payment_at_counter(
        payment, shift=shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="", voided_by=shift.cashier,
        at=MORNING,
    )  # fmt: skip
    _adjust(lowered.account, "-30.00", finance, supervisor, lowered)
    pay(shift, lowered.account, [lowered], cash("20.00"))

    adjusted = _overdue(shift, total="100.00")
    _adjust(adjusted.account, "-30.00", finance, supervisor, adjusted)
    _cancel(adjusted, finance, supervisor)
    account = _account(shift)
    _adjust(account, "-12.00", finance, supervisor)
    _adjust(account, "88.00", finance, supervisor)
    refuse_adjustment(_propose(account, "-5.00", finance), refused_by=supervisor, at=MORNING)
    _propose(account, "-6.00", finance)

    growing, settled = _overdue(shift, total="1000.00"), _overdue(shift, total="1000.00")
    pay(shift, settled.account, [settled], cash("1010.00"))
    for bill in (growing, settled):
        waiver = propose_waiver(
            bill,
            amount=Decimal("15.00"),
            reason="SYSTEM_OUTAGE",
            note="系统停机",
            proposed_by=finance,
            at=MORNING,
        )
        approve_waiver(waiver, approved_by=supervisor, at=MORNING)
    propose_waiver(
        growing, amount=Decimal("1.00"), reason="OTHER", note="待审", proposed_by=finance, at=MORNING
    )

    for _ in range(2):
        make_bill(_account(shift), total="10.00", period="B1")
    batch = propose_batch(
        {"period": "B1"}, reason="WRONG_TARIFF", note="价目录错", proposed_by=finance, request_id=uuid4(),
        at=MORNING,
    )  # fmt: skip
    work_off_batch(approve_batch(batch, approved_by=supervisor, at=MORNING), at=MORNING)
    propose_batch(
        {"service": "HEAT"}, reason="DOUBLE", note="待审", proposed_by=finance, request_id=uuid4(), at=MORNING
    )
    for metered in Bill.objects.filter(run__isnull=False, kind=Bill.Kind.USAGE):
        _adjust(metered.account, "-1.00", finance, supervisor, metered)
        _read_again(metered, finance, supervisor)


def propose_corrections(hall: Hall) -> dict[str, tuple[str, str]]:
    """Of everything that waits for a second person one here and one in the other branch, by its key."""
    finance = make_staff(role="finance", branch=hall.branch)
    proposed: dict[str, list[str]] = {"adjustment": [], "waiver": [], "batch": [], "credit": []}
    for account in (hall.account, hall.foreign_account):
        overdue = make_bill(account, total="50.00", due_on=LATE, kind=Bill.Kind.ONE_OFF)
        adjustment = _propose(account, "-5.00", finance)
        credit = pay_by_credit(account, finance, hall.supervisor)
        waiver = propose_waiver(
            overdue, amount=Decimal("0.50"), reason="OTHER", note="待审", proposed_by=finance, at=MORNING
        )
        batch = propose_batch(
            {"period": overdue.period}, reason="OTHER", note="待审", proposed_by=finance, request_id=uuid4(),
            at=MORNING,
        )  # fmt: skip
        for name, row in (("adjustment", adjustment), ("waiver", waiver), ("batch", batch)):
            proposed[name].append(str(row.pk))
        proposed["credit"].append(str(credit.request_id))
    return {name: (own, foreign) for name, (own, foreign) in proposed.items()}


def pay_by_credit(account: Account, finance: Staff, supervisor: Staff) -> Payment:
    """Credit that pays a bill by itself on the day it is issued: 3.00 of 1,000.00."""
    _adjust(account, "-1000.00", finance, supervisor)
    _adjust(account, "3.00", finance, supervisor)
    payment: Payment = Payment.objects.get(account=account, channel=Payment.Channel.CREDIT)
    return payment


def _account(shift: Shift) -> Account:
    return make_account(branch=shift.cashier.branch)


def _overdue(shift: Shift, total: str) -> Bill:
    return make_bill(_account(shift), total=total, due_on=LATE)


def _cancel(bill: Bill, finance: Staff, supervisor: Staff) -> None:
    cancel_bill(
        bill, reason="DOUBLE", note="", cancelled_by=finance, approved_by=supervisor, request_id=uuid4(), at=MORNING
    )  # fmt: skip


def _propose(account: Account, amount: str, finance: Staff, bill: Bill | None = None) -> Adjustment:
    return propose_adjustment(
        account, bill=bill, amount=Decimal(amount), component="heating", reason="TEMPERATURE", note="室温不达标",
        proposed_by=finance, at=MORNING,
    )  # fmt: skip


def _adjust(
    account: Account, amount: str, finance: Staff, supervisor: Staff, bill: Bill | None = None
) -> None:
    approve_adjustment(_propose(account, amount, finance, bill), approved_by=supervisor, at=MORNING)


def _read_again(bill: Bill, finance: Staff, supervisor: Staff) -> None:
    reading = Reading.objects.get(installation__account=bill.account, read_on=bill.period_to)
    cancel_and_rebill(
        bill,
        reason="WRONG_READING",
        note="抄错一位",
        cancelled_by=finance,
        approved_by=supervisor,
        request_id=uuid4(),
        at=MORNING,
        right=RightReading(reading, reading.value - 5),
        follow=True,
    )


def take_back(bill: Bill) -> None:
    """Cancel a bill as finance does, with the supervisor beside."""
    branch = bill.account.branch
    _cancel(bill, make_staff(role="finance", branch=branch), make_staff(role="supervisor", branch=branch))
