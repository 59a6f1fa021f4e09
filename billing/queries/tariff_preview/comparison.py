import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import cast

from django.utils.translation import gettext as _

from accounts.models.account import Service
from accounts.models.organisation import in_current_language
from billing.models import TariffVersion
from billing.money import NO_MONEY
from billing.queries.price_board.fees import fee_word
from billing.queries.price_board.words import unit_word
from billing.queries.tariff_preview.bills import Household, season_of_heat, year_of_use
from billing.rating import (
    HeatingTariff,
    OneOffTariff,
    Tariff,
    TariffRefused,
    UsageRefused,
)
from billing.rating.plain import plain
from billing.tariff_file.kinds import Json, Kind, compile_document, undated_document

HOUSEHOLDS: dict[str, list[Household]] = json.loads(
    (Path(__file__).parent / "typical_households.json").read_text(encoding="utf-8")
)
MOST_FEES = 10
MEASURES = {"area": "100", "basement_area": "20", "tons": "100", "tons_per_hour": "3", "gigajoules": "300"}
BAR_WIDTH = 100

# The bill of a household, or the sentence of why there is none.
Priced = tuple[Decimal | None, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One household before and after; the bars are widths from 0 to BAR_WIDTH."""

    name: str
    detail: str
    before: Decimal | None
    after: Decimal | None
    difference: Decimal | None
    percent: Decimal | None
    refusal: str
    bar_before: int = 0
    bar_after: int = 0

    @property
    def is_dearer(self) -> bool:
        return self.difference is not None and self.difference > 0

    @property
    def is_cheaper(self) -> bool:
        return self.difference is not None and self.difference < 0


def compare_version(version: TariffVersion) -> list[Comparison]:
    """Ten households under the version that is in force the day before this one begins, and under this one."""
    tariff = version.tariff
    earlier = (
        tariff.versions.approved()
        .filter(effective_from__lt=version.effective_from)
        .order_by("-effective_from")
        .first()
    )
    return compare(
        tariff.service,
        tariff.kind,
        tariff.rules,
        _with_rules(earlier) if earlier is not None else None,
        _with_rules(version),
        on=version.effective_from,
    )


def _with_rules(version: TariffVersion) -> Json:
    return {**version.prices, "rules": version.standing_rules()}


def compare(
    service: str, kind: str, rules: Json, before: Json | None, after: Json, *, on: datetime.date
) -> list[Comparison]:
    """The same households under two versions of the same rules. Reads nothing; `before` None is no price yet."""
    old = _pricer(kind, rules, before, on) if before is not None else None
    new = _pricer(kind, rules, after, on)
    households = _fees(rules, after) if kind == Kind.ONE_OFF else _households(service, kind)
    return [
        _with_bars(_compared(one, old(one) if old else (None, ""), new(one), rules)) for one in households
    ]


def _pricer(kind: str, rules: Json, prices: Json, on: datetime.date) -> Callable[[Household], Priced]:
    try:
        compiled = compile_document(kind, undated_document(kind, rules, prices))
    except TariffRefused as refusal:
        sentence = _(refusal.message) % refusal.params
        return lambda _one: (None, sentence)

    def price(one: Household) -> Priced:
        try:
            if kind == Kind.METERED:
                return year_of_use(cast(Tariff, compiled), one, on.year), ""
            if kind == Kind.ONE_OFF:
                return cast(OneOffTariff, compiled).price(one["fee"], one["measures"]).total, ""
            return season_of_heat(cast(HeatingTariff, compiled), one, on), ""
        except UsageRefused as refusal:
            return None, _(refusal.message) % refusal.params

    return price


def _households(service: str, kind: str) -> list[Household]:
    """Those of the service; heat by the meter of a metered tariff is compared like gas."""
    if service == Service.HEAT and kind == Kind.METERED:
        return HOUSEHOLDS[Service.GAS]
    return HOUSEHOLDS[service] if kind == Kind.METERED else HOUSEHOLDS[Service.HEAT]


def _fees(rules: Json, after: Json) -> list[Household]:
    """Every fee of the list with a usual measure."""
    compiled = cast(
        OneOffTariff, compile_document(Kind.ONE_OFF, undated_document(Kind.ONE_OFF, rules, after))
    )
    return [
        {
            "name": fee_word(fee),
            "name_en": fee_word(fee),
            "fee": fee,
            "measures": {item.measure: Decimal(MEASURES.get(item.measure, "1")) for item in items},
        }
        for fee, items in list(compiled.fees.items())[:MOST_FEES]
    ]


def _compared(one: Household, before: Priced, after: Priced, rules: Json) -> Comparison:
    old, new = before[0], after[0]
    difference = new - old if old is not None and new is not None else None
    percent = None
    if difference is not None and old:
        percent = (difference * 100 / old).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Comparison(
        name=in_current_language(one["name"], one["name_en"]),
        detail=_detail(one, rules),
        before=old,
        after=new,
        difference=difference,
        percent=percent,
        refusal=after[1] or before[1],
    )


def _detail(one: Household, rules: Json) -> str:
    if "monthly" in one:
        return _("%(quantity)s %(unit)s a month, one year") % {
            "quantity": one["monthly"], "unit": unit_word(rules.get("unit", "")),
        }  # fmt: skip
    if "measures" in one:
        return _("; ").join(plain(value) for value in one["measures"].values())
    return _("one season")


def _with_bars(row: Comparison) -> Comparison:
    """The longer bar of a household is full, so that small bills show their change as well as large ones."""
    whole = max(row.before or NO_MONEY, row.after or NO_MONEY)
    if not whole:
        return row
    return replace(
        row,
        bar_before=int((row.before or NO_MONEY) * BAR_WIDTH / whole),
        bar_after=int((row.after or NO_MONEY) * BAR_WIDTH / whole),
    )
