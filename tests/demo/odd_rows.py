"""How each odd row of the demo company is found in the tables."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, QuerySet

from accounts.models import Account, Customer
from billing.models import Balance, Bill, Reading
from config.demo.history import History
from config.demo.households import OddRow

RARE = ("\u4dae", "\u36c3", "\U0002cc56", "\U00020bb7")


def two_owners() -> QuerySet[Account]:
    """Accounts that were opened at a place on the day on which another one of the same service was closed."""
    return Account.objects.filter(
        premises__accounts__closed_on=F("opened_on"), premises__accounts__service=F("service")
    ).exclude(premises__accounts__customer=F("customer"), premises__accounts__state="CLOSED")


FINDERS: Mapping[OddRow, Callable[[History], QuerySet[Any]]] = {
    OddRow.ROLLOVER: lambda _: Reading.objects.filter(rolled_over=True),
    OddRow.REPLACED_METER: lambda _: Account.objects.filter(
        installations__removed_on__isnull=False, bills__state="PAID"
    ).annotate(meters=Count("installations", distinct=True)).filter(meters=2),
    OddRow.CREDIT_ABOVE_DEBT: lambda _: Balance.objects.filter(prepaid__gt=F("receivable")),
    OddRow.FORMER_OWNER: lambda _: Account.objects.filter(
        state="CLOSED", balance__receivable=0, balance__prepaid=0, bills__isnull=False
    ),
    OddRow.NEW_OWNER: lambda _: two_owners(),
    OddRow.ZERO_USE: lambda _: Account.objects.annotate(most=Max("bills__quantity"), bills_=Count("bills")).filter(
        most=0, bills___gte=6
    ),
    OddRow.TOWER: lambda _: Account.objects.filter(premises__floors=33, premises__room="3301"),
    OddRow.NAME_WITH_DOT: lambda _: Customer.objects.filter(name__contains="\u00b7"),
    OddRow.RARE_CHARACTER: lambda _: Customer.objects.filter(name__regex=f"[{''.join(RARE)}]"),
    OddRow.TWELVE_METERS: lambda _: Account.objects.annotate(meters=Count("installations")).filter(meters=12),
    OddRow.SHARED_METER: lambda _: Account.objects.filter(shared_households=96, category="RESIDENT_SHARED"),
    OddRow.OLD_ACCOUNT: lambda history: Account.objects.filter(
        opened_on__lt=history.on.replace(year=history.on.year - 20)
    ),
    OddRow.SMALLEST_BILL: lambda _: Bill.objects.filter(amount=Decimal("0.01")),
    OddRow.LARGEST_BILL: lambda _: Bill.objects.filter(amount=Decimal("1234567.89")),
    OddRow.LEAP_DAY: lambda _: Reading.objects.filter(read_on__month=2, read_on__day=29),
}  # fmt: skip
