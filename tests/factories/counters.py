import datetime
from decimal import Decimal
from itertools import count
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.models import Account, Branch, Staff
from billing.models import Bill, Payment
from billing.services.offers import PaymentRequest, TenderOffer
from counters.models import Hall, HallPosting, Shift, Window
from counters.services.payments import take_payment_at_counter
from counters.services.shifts import open_shift

_numbers = count(1)

# A working morning at the office; factories and tests share it, so that late charges are what they say.
MORNING = datetime.datetime(2026, 11, 23, 9, 30, tzinfo=timezone.get_default_timezone())


def make_window(branch: Branch | None, *, number: int = 3, hall_number: int | None = None) -> Window:
    assert branch is not None
    hall_number = hall_number or next(_numbers)
    hall, _ = Hall.objects.get_or_create(
        number=hall_number, defaults={"branch": branch, "name": f"第{hall_number}营业厅"}
    )
    return Window.objects.create(hall=hall, number=number)


def post_to(
    hall: Hall, staff: Staff, first_day: str = "2026-01-01", last_day: str | None = None
) -> HallPosting:
    """Let somebody belong to a hall; days as YYYY-MM-DD."""
    days = {"first_day": datetime.date.fromisoformat(first_day)}
    if last_day:
        days["last_day"] = datetime.date.fromisoformat(last_day)
    return HallPosting.objects.create(staff=staff, hall=hall, **days)


def make_shift(cashier: Staff, *, opening_float: str = "200.00", at: datetime.datetime = MORNING) -> Shift:
    assert cashier.branch is not None
    window = make_window(cashier.branch)
    return open_shift(window, cashier=cashier, opening_float=Decimal(opening_float), at=at)


def cash(amount: str) -> TenderOffer:
    return TenderOffer("CASH", Decimal(amount))


def pos(amount: str, reference: str = "032611220001") -> TenderOffer:
    return TenderOffer("POS", Decimal(amount), reference)


def pay(
    shift: Shift,
    account: Account,
    bills: list[Bill],
    *tenders: TenderOffer,
    request_id: UUID | None = None,
    keep_as_credit: bool = False,
    at: datetime.datetime = MORNING,
) -> Payment:
    """Take a payment at the window of the shift, as its cashier."""
    wanted = PaymentRequest(
        request_id or uuid4(), account.pk, tuple(bill.pk for bill in bills), tenders, keep_as_credit
    )
    return take_payment_at_counter(wanted, shift=shift, taken_by=shift.cashier, at=at)
