"""The price of heat per square metre (热价): per season, month or day, with its height surcharge."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.rating.definition import Definition
from billing.rating.plain import tidy
from billing.rating.refusal import UsageRefused, gettext_noop

ZERO = Decimal(0)
HUNDRED = Decimal(100)

# A category's own rule hides that of the tariff around it: the first definition that speaks is heard.
Chain = Sequence[Definition]
_AREA = {"season": "area_price", "month": "area_price_per_month", "day": "area_price_per_day"}
_BASE = {"season": "base_price", "month": "base_price_per_month", "day": "base_price_per_day"}
PRICE_KEYS = (
    *_AREA.values(), *_BASE.values(), "price_per_month", "months", "season_days",
    "metered_price", "metered_unit", "height", "government_pays_per_m2", "area_basis",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TimedPrice:
    """A price per m² and what it is for: a season, each of so many months, or each day of the season."""

    unit_price: Decimal
    months: int | None = None
    per_day: bool = False

    def times(self, season_days: int | None) -> Decimal:
        """How often the price counts in a season."""
        if self.months is not None:
            return Decimal(self.months)
        if not self.per_day:
            return Decimal(1)
        if season_days is None:
            raise UsageRefused(
                gettext_noop("A price per day needs the days of the season."), code="no_season"
            )
        return Decimal(season_days)


@dataclass(frozen=True, slots=True)
class HeightRule:
    """Surcharge by storey height (层高加价): so much per step above a height."""

    over_m: Decimal
    step_m: Decimal
    pct_per_step: Decimal
    partial_step_counts: bool
    cap_pct: Decimal | None = None
    negotiate_over_m: Decimal | None = None

    def steps(self, height_m: Decimal) -> int:
        """Whole steps above the limit, and the begun one where it counts. Code: negotiated."""
        if self.negotiate_over_m is not None and height_m > self.negotiate_over_m:
            raise UsageRefused(
                gettext_noop("Above %(limit)s m the price is negotiated."),
                code="negotiated",
                limit=self.negotiate_over_m,
            )
        if height_m <= self.over_m:
            return 0
        # divmod keeps 4.4 - 3.5 at exactly three steps of 0.3; binary floats make it 3.0000000000000013.
        whole, rest = divmod(height_m - self.over_m, self.step_m)
        return int(whole) + (1 if rest and self.partial_step_counts else 0)

    def pct(self, steps: int) -> Decimal:
        pct = self.pct_per_step * steps
        return pct if self.cap_pct is None else min(pct, self.cap_pct)


@dataclass(frozen=True, slots=True)
class HeatPrice:
    """What one category pays for heat under one version."""

    area: TimedPrice | None
    base: TimedPrice | None
    metered: Decimal | None
    metered_unit: str
    height: HeightRule | None
    government_pays_per_m2: Decimal

    def height_steps(self, height_m: Decimal | None) -> int | None:
        return None if self.height is None or height_m is None else self.height.steps(height_m)

    def surcharged(self, unit_price: Decimal, steps: int | None) -> Decimal:
        if not steps or self.height is None:
            return unit_price
        return tidy(unit_price * (HUNDRED + self.height.pct(steps)) / HUNDRED)


def read_heat_price(chain: Chain) -> HeatPrice:
    """Read the price a chain of definitions amounts to, the nearest first."""
    metered = _first(chain, "metered_price")
    height = _first(chain, "height")
    government = _first(chain, "government_pays_per_m2")
    price = HeatPrice(
        area=_read_timed(chain, _AREA),
        base=_read_timed(chain, _BASE),
        metered=None if metered is None else metered.decimal("metered_price"),
        metered_unit="" if metered is None else metered.text("metered_unit", ""),
        height=None if height is None else _read_height(height.child("height")),
        government_pays_per_m2=ZERO if government is None else government.decimal("government_pays_per_m2"),
    )
    if price.area is None and (price.base is None or price.metered is None):
        chain[0].refuse(gettext_noop("%(where)s is missing."), "price_missing", "area_price")
    return price


def _first(chain: Chain, key: str) -> Definition | None:
    return next((definition for definition in chain if key in definition), None)


def _read_timed(chain: Chain, keys: dict[str, str]) -> TimedPrice | None:
    """One price in one of its three forms; `price_per_month` alone means the area price."""
    forms = list(keys.items())
    if keys is _AREA:
        forms.append(("month", "price_per_month"))
    for definition in chain:
        given = [(per, key) for per, key in forms if key in definition]
        if len(given) > 1:
            definition.refuse(gettext_noop("%(where)s: only one price counts."), "two_prices", given[1][1])
        if given:
            per, key = given[0]
            return TimedPrice(
                definition.decimal(key), _read_months(chain) if per == "month" else None, per == "day"
            )
    return None


def _read_months(chain: Chain) -> int:
    return (_first(chain, "months") or chain[0]).whole("months")


def _read_height(rule: Definition) -> HeightRule:
    rule.known_keys("over_m", "step_m", "pct_per_step", "partial_step", "cap_pct", "negotiate_over_m", "note")
    step = rule.decimal("step_m")
    if not step:
        rule.refuse(gettext_noop("%(where)s must be more than zero."), "out_of_range", "step_m")
    return HeightRule(
        over_m=rule.decimal("over_m"),
        step_m=step,
        pct_per_step=rule.decimal("pct_per_step"),
        partial_step_counts=rule.one_of("partial_step", ("counts", "ignored")) == "counts",
        cap_pct=rule.decimal_or_none("cap_pct"),
        negotiate_over_m=rule.decimal_or_none("negotiate_over_m"),
    )
