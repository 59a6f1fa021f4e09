"""What the pages of bill runs show."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import District
from accounts.models.account import Category
from billing.ledger_names import component_name
from billing.models import Bill, BillLine, BillRun, BillRunChunk, BillRunTotal
from billing.queries.bill_runs import Progress

STATE_TONES = {
    BillRun.State.PREVIEWING: "wait",
    BillRun.State.PREVIEWED: "wait",
    BillRun.State.PUBLISHING: "wait",
    BillRun.State.PUBLISHED: "done",
}
# The longest bar of a table, in pixels.
BAR = 160


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A line of the summary: what it is about, its figures, and the bills behind it."""

    label: str
    tier: int | None
    bills: int
    quantity: object
    amount: Any
    bar: int
    query: str


@dataclass(frozen=True, slots=True)
class Summary:
    by_district: Sequence[SummaryRow]
    by_category: Sequence[SummaryRow]
    by_component: Sequence[SummaryRow]


def summary_of(run: BillRun) -> Summary:
    """Three queries over the totals of the chunks, however many bills there are."""
    totals = BillRunTotal.objects.filter(chunk__run=run)
    districts = {one.pk: one for one in District.objects.all()}
    whole, parts = totals.filter(component=""), totals.exclude(component="")
    return Summary(
        _rows(whole, ["district"], lambda row: str(districts[row["district"]]), ["district"]),
        _rows(whole, ["category"], lambda row: category_label(row["category"]), ["category"]),
        _rows(
            parts, ["component", "tier"], lambda row: component_name(row["component"]), ["component", "tier"]
        ),
    )


def _rows(totals: QuerySet[BillRunTotal], by: list[str], label: Any, asked: list[str]) -> list[SummaryRow]:
    found = list(
        totals.values(*by)
        .annotate(bills=Sum("bills"), quantity=Sum("quantity"), amount=Sum("amount"))
        .order_by(*by)
    )
    most = max((abs(row["amount"]) for row in found), default=0)
    return [
        SummaryRow(
            label(row), row.get("tier"), row["bills"], row["quantity"], row["amount"],
            int(abs(row["amount"]) * BAR / most) if most else 0,
            "&".join(f"{name}={row[name]}" for name in asked if row[name] is not None),
        )
        for row in found
    ]  # fmt: skip


def category_label(category: str) -> str:
    """The words of a category of use, which a bill keeps in lower case."""
    known = {one.value.lower(): str(one.label) for one in Category}
    return known.get(category, category or _("none"))


def bills_of(run: BillRun, asked: dict[str, Any]) -> QuerySet[Bill]:
    """The bills behind a figure of the summary: `asked` holds district, category, component and tier, or some of them."""
    bills = (
        Bill.objects.filter(run=run).select_related("account__customer", "account__premises").order_by("pk")
    )
    if asked.get("district"):
        bills = bills.filter(account__premises__district=asked["district"])
    if asked.get("category"):
        bills = bills.filter(basis__category=asked["category"])
    if asked.get("component"):
        lines = BillLine.objects.filter(bill=OuterRef("pk"), component=asked["component"])
        if asked.get("tier"):
            lines = lines.filter(tier=asked["tier"])
        bills = bills.filter(Exists(lines))
    return bills


def minutes_left(run: BillRun, progress: Progress, at: datetime.datetime) -> int | None:
    """How long it takes at the speed of the last minute; None while nobody knows."""
    column = "published_at" if run.state == BillRun.State.PUBLISHING else "previewed_at"
    lately: int = run.chunks.filter(
        ~Q(state=BillRunChunk.State.WAITING), **{f"{column}__gt": at - datetime.timedelta(minutes=1)}
    ).aggregate(accounts=Sum("accounts", default=0))["accounts"]
    if not lately:
        return None
    return -(-(progress.accounts - progress.done) // lately)
