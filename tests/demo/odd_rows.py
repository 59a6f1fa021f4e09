"""How each odd row of the demo company is found in the tables."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet

from accounts.models import Account, Customer
from billing.models import Balance, Bill, MeterInstallation, Reading
from config.demo.history import History
from config.demo.households import OddRow

RARE = ("\u4dae", "\u36c3", "\U0002cc56", "\U00020bb7")


def installed(**facts: object) -> QuerySet[MeterInstallation]:
    return MeterInstallation.objects.filter(account=OuterRef("pk"), **facts)


def closed_that_day() -> QuerySet[Account]:
    """The account of the same service at the same place, closed on the day on which this one was opened."""
    return Account.objects.filter(
        premises=OuterRef("premises"), service=OuterRef("service"), closed_on=OuterRef("opened_on")
    ).exclude(customer=OuterRef("customer"))


FINDERS: Mapping[OddRow, Callable[[History], QuerySet[Any]]] = {
    OddRow.ROLLOVER: lambda _: Reading.objects.filter(rolled_over=True),
    OddRow.REPLACED_METER: lambda _: Account.objects.filter(
        Exists(installed(removed_on__isnull=False)), Exists(installed(removed_on__isnull=True))
    ),
    OddRow.CREDIT_ABOVE_DEBT: lambda _: Balance.objects.filter(prepaid__gt=F("receivable")),
    OddRow.FORMER_OWNER: lambda _: Account.objects.filter(
        state="CLOSED", balance__receivable=0, balance__prepaid=0, bills__isnull=False
    ),
    OddRow.NEW_OWNER: lambda _: Account.objects.filter(Exists(closed_that_day())),
    OddRow.ZERO_USE: lambda _: Account.objects.annotate(most=Max("bills__quantity"), bill_count=Count("bills")).filter(
        most=0, bill_count__gte=6
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
