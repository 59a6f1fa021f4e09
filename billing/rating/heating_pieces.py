"""The stretches of a season that one price covers, and lines made of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from billing.rating.heating import HeatedPremises, HeatingTariff
from billing.rating.heating_price import HUNDRED, HeatPrice, TimedPrice
from billing.rating.lines import RatedLine
from billing.rating.plain import tidy
from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.seasons import SeasonDates
from billing.rating.terms import NO_TERMS, LineTerms
from billing.rating.versions import index_in_force

# A price per m² that has no end in decimals is shown this exactly; amounts come from the exact one.
SHOWN = Decimal("0.000001")
NAMES_ZH = {
    "area_heat": "热费", "base_heat": "基本热费", "metered_heat": "计量热费",
    "shortfall_waived": "少不补减免", "suspension_fee": "供热设施运行基础费", "temp_refund": "室温不达标退费",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A price, how often it counts, and what a line says about it."""

    price: Decimal
    times: Decimal
    terms: LineTerms
    since: date | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A line before rounding: `exact` is what the household pays of `full`."""

    component: str
    quantity: Decimal
    unit_price: Decimal
    full: Decimal
    exact: Decimal
    unit: str
    terms: LineTerms = NO_TERMS
    since: date | None = None


def area_pieces(
    tariff: HeatingTariff, premises: HeatedPremises, on: date | None, *, base: bool = False
) -> list[Piece]:
    """The pieces of the area price, or of the base price of a two-part tariff.

    One piece, priced by the version in force on the season's first day; under `by_days` one per version.
    """
    dates = tariff.dates(on)
    if tariff.rules.split_by_days:
        return _split_by_days(tariff, premises, dates, base=base)
    version = tariff.version_at_start(dates, on)
    return [
        _whole_season(tariff, tariff.price(premises.category, version), premises, dates, version, base=base)
    ]


def _whole_season(
    tariff: HeatingTariff,
    price: HeatPrice,
    premises: HeatedPremises,
    dates: SeasonDates | None,
    version: int,
    *,
    base: bool,
) -> Piece:
    timed = _timed(price, base=base)
    steps = price.height_steps(premises.height_m)
    days = tariff.days(dates)
    terms = LineTerms(months=timed.months, days=days if timed.per_day else None, height_steps=steps)
    start = tariff.starts[version]
    return Piece(
        price.surcharged(timed.unit_price, steps),
        timed.times(days),
        terms,
        None if start == date.min else start,
    )


def _split_by_days(
    tariff: HeatingTariff, premises: HeatedPremises, dates: SeasonDates | None, *, base: bool
) -> list[Piece]:
    """Each version's season price × its days ÷ the days of the season, rounded as the town rounds prices."""
    if dates is None:
        raise UsageRefused(gettext_noop("The season is needed to choose between prices."), code="no_season")
    first, last = index_in_force(tariff.starts, dates.first), index_in_force(tariff.starts, dates.last)
    season_days = tariff.days(dates) or dates.days
    bounds = [dates.first, *tariff.starts[first + 1 : last + 1], dates.last + timedelta(days=1)]
    pieces = []
    for version, start, end in zip(range(first, last + 1), bounds, bounds[1:], strict=False):
        whole = _whole_season(
            tariff, tariff.price(premises.category, version), premises, dates, version, base=base
        )  # fmt: skip
        days = (end - start).days
        price = whole.price * whole.times * days / season_days
        if tariff.unit_price_rounding is not None:
            price = tariff.unit_price_rounding.apply(price)
        terms = replace(whole.terms, months=None, days=days, segment=(start, end - timedelta(days=1)))
        pieces.append(Piece(price, Decimal(1), terms, whole.since))
    return pieces


def _timed(price: HeatPrice, *, base: bool) -> TimedPrice:
    timed = price.base if base else price.area
    if timed is None:
        raise UsageRefused(
            gettext_noop("The tariff has no %(price)s for this category."),
            code="no_price", price="base_price" if base else "area_price",
        )  # fmt: skip
    return timed


def draft(component: str, area: Decimal, piece: Piece, unit: str) -> Draft:
    """Area × price × times."""
    shown = tidy(piece.price.quantize(SHOWN)) if piece.price != piece.price.quantize(SHOWN) else piece.price
    full = area * piece.price * piece.times
    return Draft(component, area, shown, full, full, unit, piece.terms, piece.since)


def share(line: Draft, pct: Decimal) -> Draft:
    """The part of a line that the household pays itself."""
    return replace(line, exact=line.full * pct / HUNDRED, terms=replace(line.terms, share_pct=pct))


def settle(
    tariff: HeatingTariff, drafts: Sequence[Draft], category: str
) -> tuple[tuple[RatedLine, ...], Decimal]:
    """Round once per line; lines of nothing are left out (C4)."""
    drafts = [line for line in drafts if line.exact]
    amounts, total = tariff.rounding.settle([line.exact for line in drafts])
    lines = tuple(
        RatedLine(
            line.component, NAMES_ZH[line.component], None, line.quantity, line.unit_price, amount,
            category, line.unit, "", line.since, line.terms,
        )
        for line, amount in zip(drafts, amounts, strict=True)
    )  # fmt: skip
    return lines, total
