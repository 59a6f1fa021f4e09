"""A bill explained: the sentences to read aloud, and the last periods as bars. Four queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.urls import reverse

from billing.explaining.explanation import explain_bill
from billing.explaining.said import Said, units_en, units_zh, yuan
from billing.models import Bill, TariffVersion

PERIODS = 13
YUAN = Decimal(1)
WIDTH, HEIGHT, FOOT, HEAD = 640, 150, 22, 20


@dataclass(frozen=True, slots=True)
class Explanation:
    sentences: list[str]
    chart: list[dict[str, Any]]


def explanation_of(bill: Bill) -> Explanation:
    """Read what the sentences need. The bill comes with its tariff."""
    lines = list(bill.lines.order_by("position"))
    versions = (
        list(
            TariffVersion.objects.filter(tariff=bill.tariff_id, approved_by__isnull=False).order_by(
                "effective_from"
            )
        )
        if bill.tariff_id
        else []
    )
    history = history_of(bill)
    said = explain_bill(bill, lines, versions, history)
    return Explanation([str(one) for one in said], bars(bill, history) if len(history) > 1 else [])


def history_of(bill: Bill) -> list[Bill]:
    """The last periods up to this one, oldest first; of the bills that were cancelled only this one itself."""
    bills = (
        Bill.objects.filter(account=bill.account_id, kind=bill.kind, period_to__lte=bill.period_to)
        .exclude(state=Bill.State.CANCELLED)
        .exclude(pk=bill.pk)
        .order_by("-period_to", "-pk")[: PERIODS - 1]
    )
    return [*reversed(bills), bill]


def bars(bill: Bill, history: Sequence[Bill]) -> list[dict[str, Any]]:
    """A bar for each period, its height the amount; the numbers are words for the template's SVG."""
    highest = max(one.amount for one in history) or 1
    step = WIDTH // PERIODS
    unit = bill.basis.get("unit", "m2" if bill.kind == Bill.Kind.HEATING else "")
    shown = []
    for place, one in enumerate(history, PERIODS - len(history)):
        height = max(1, round((HEIGHT - HEAD - FOOT) * one.amount / highest))
        said = Said(
            f"{one.period}：{units_zh(one.quantity, unit)}，{yuan(one.amount)} 元",
            f"{one.period}: {units_en(one.quantity, unit)}, {yuan(one.amount)} yuan",
        )
        shown.append(
            {
                "url": reverse("billing:bill_detail", args=[one.number]),
                "words": str(said),
                "is_current": one.pk == bill.pk,
                "x": str(place * step + 4),
                "y": str(HEIGHT - FOOT - height),
                "width": str(step - 8),
                "height": str(height),
                "middle": str(place * step + step // 2),
                "above": str(HEIGHT - FOOT - height - 5),
                "label": one.period[2:],
                "amount": str(one.amount.quantize(YUAN, ROUND_HALF_UP)),
            }
        )
    return shown
