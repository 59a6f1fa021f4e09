"""Which bills a batch would cancel, and what that comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Model, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Account, District, Staff
from accounts.models.account import Category, Service
from billing.models import BatchedBill, Bill, BillRun, CorrectionBatch, Tariff
from billing.models.cancellation import CANCELLABLE
from billing.money import NO_MONEY

# What a selection may name, and what it means for a bill.
FIELDS = {
    "run": "run_id",
    "service": "service",
    "period": "period",
    "tariff": "tariff_id",
    "category": "account__category",
    "district": "account__premises__district_id",
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
        account__in=Account.objects.visible_to(staff), kind__in=CANCELLABLE, **wanted
    ).exclude(state=Bill.State.CANCELLED)
    return bills


def selection_in_words(selection: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was asked for, as (name, value) in words."""
    names = {
        "run": _("Bill run"),
        "service": _("Service"),
        "period": _("Period"),
        "tariff": _("Price list"),
        "category": _("Category of use"),
        "district": _("Collection district"),
    }
    return [(names[name], _value_in_words(name, key)) for name, key in selection.items() if name in names]


def _value_in_words(name: str, key: str) -> str:
    choices = {"service": dict(Service.choices), "category": dict(Category.choices)}
    if name in choices:
        return str(choices[name].get(key, key))
    rows: dict[str, type[Model]] = {"run": BillRun, "tariff": Tariff, "district": District}
    if name in rows:
        return str(rows[name]._default_manager.filter(pk=key).first() or key)
    return key


def extent_of(bills: QuerySet[Bill]) -> Extent:
    """Two queries, whatever the number of bills."""
    # What was paid on a bill that is cancelled by now stands on its cancellation.
    paid = Coalesce(F("cancellation__returned"), F("amount") - F("outstanding") - F("adjusted"))
    totals = {
        "bills": Count("pk"),
        "sum": Sum("amount", default=NO_MONEY),
        "paid_bills": Count("pk", filter=Q(what_was_paid__gt=0)),
        "paid": Sum("what_was_paid", default=NO_MONEY),
    }
    bills = bills.order_by().annotate(what_was_paid=paid)
    whole = bills.aggregate(**totals)
    by_district = (
        bills.values(name=F("account__premises__district__name")).annotate(**totals).order_by("name")
    )
    return Extent(
        whole["bills"], whole["sum"], whole["paid_bills"], whole["paid"], [dict(one) for one in by_district]
    )


def progress_of(batch: CorrectionBatch) -> dict[str, int]:
    """How many bills of the batch are still to come, cancelled, or left as they are. One query."""
    counted = dict(batch.entries.order_by().values_list("state").annotate(Count("pk")))
    return {
        "waiting": counted.get(BatchedBill.State.WAITING, 0),
        "cancelled": counted.get(BatchedBill.State.CANCELLED, 0),
        "left": counted.get(BatchedBill.State.LEFT, 0),
        "all": sum(counted.values()),
    }
