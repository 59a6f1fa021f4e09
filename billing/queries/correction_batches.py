"""Which bills a batch would cancel, and what that comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import Account, Staff
from billing.models import BatchedBill, Bill, CorrectionBatch
from billing.money import NO_MONEY

# What a selection may name, and what it means for a bill.
FIELDS = {
    "run": "run_id",
    "service": "service",
    "period": "period",
    "tariff": "tariff_id",
    "category": "account__category",
    "district": "account__premises__district_id",
    "branch": "account__branch_id",
}


@dataclass(frozen=True, slots=True)
class Extent:
    """How many bills, how much money, how many of them paid; the same for each district."""

    bills: int
    amount: Decimal
    paid_bills: int
    paid: Decimal
    districts: list[dict[str, Any]]


def selected_bills(selection: Mapping[str, str], staff: Staff) -> QuerySet[Bill]:
    """The bills that count and fit; an empty selection fits none, for nobody means every bill there is."""
    wanted = {FIELDS[name]: value for name, value in selection.items() if value}
    if not wanted:
        return Bill.objects.none()
    bills: QuerySet[Bill] = Bill.objects.filter(
        account__in=Account.objects.visible_to(staff), **wanted
    ).exclude(state=Bill.State.CANCELLED)
    return bills


def extent_of(bills: QuerySet[Bill]) -> Extent:
    """Two queries, whatever the number of bills."""
    was_paid = Q(amount__gt=F("outstanding") + F("adjusted"))
    totals = {
        "bills": Count("pk"),
        "sum": Sum("amount", default=NO_MONEY),
        "paid_bills": Count("pk", filter=was_paid),
        "paid": Sum(F("amount") - F("outstanding") - F("adjusted"), default=NO_MONEY),
    }
    whole = bills.order_by().aggregate(**totals)
    by_district = (
        bills.order_by()
        .values(name=F("account__premises__district__name"))
        .annotate(**totals)
        .order_by("name")
    )
    return Extent(whole["bills"], whole["sum"], whole["paid_bills"], whole["paid"], list(by_district))


def progress_of(batch: CorrectionBatch) -> dict[str, int]:
    """How many bills of the batch are still to come, cancelled, or left as they are. One query."""
    counted = dict(batch.entries.order_by().values_list("state").annotate(Count("pk")))
    return {
        "waiting": counted.get(BatchedBill.State.WAITING, 0),
        "cancelled": counted.get(BatchedBill.State.CANCELLED, 0),
        "left": counted.get(BatchedBill.State.LEFT, 0),
        "all": sum(counted.values()),
    }
