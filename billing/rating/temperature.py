"""Refund for low room temperature (室温不达标退费): bands of temperature, shares of the daily fee (C15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from billing.rating.definition import Definition
from billing.rating.refusal import UsageRefused, gettext_noop

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Failure:
    """Days in a row for which one measured temperature stands (测温)."""

    temp: Decimal
    days: int
    from_date: date | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` to below `high`; None is open."""

    low: Decimal | None
    high: Decimal | None
    pct: Decimal

    def holds(self, temp: Decimal, *, low_included: bool) -> bool:
        if low_included:
            return (self.low is None or self.low <= temp) and (self.high is None or temp < self.high)
        return (self.low is None or self.low < temp) and (self.high is None or temp <= self.high)


@dataclass(frozen=True, slots=True)
class TempRefundRule:
    """The bands of one town, and the part of the season fee that can be refunded at all."""

    bands: tuple[Band, ...]
    low_included: bool = True
    refundable_pct: Decimal = Decimal(100)

    def pct(self, temp: Decimal) -> Decimal:
        for band in self.bands:
            if band.holds(temp, low_included=self.low_included):
                return band.pct
        return ZERO

    def weighted_days(self, failures: Sequence[Failure]) -> Decimal:
        """Days × the share of each band. Code: days."""
        if any(failure.days < 0 for failure in failures):
            raise UsageRefused(gettext_noop("Days below standard must not be negative."), code="days")
        return sum((failure.days * self.pct(failure.temp) / 100 for failure in failures), ZERO)


def read_temp_refund(rule: Definition) -> TempRefundRule:
    """Bands that overlap, leave a hole between them or end before they begin are refused."""
    rule.known_keys("bands", "min_inclusive", "max_exclusive", "refundable_pct", "note")
    bands = sorted(
        (_read_band(band) for band in rule.children("bands")), key=lambda band: band.low or Decimal(-1000)
    )
    if not bands:
        rule.refuse(gettext_noop("%(where)s is empty."), "missing", "bands")
    for lower, upper in pairwise(bands):
        if lower.high is None or upper.low is None or lower.high > upper.low:
            rule.refuse(gettext_noop("%(where)s overlap."), "overlapping", "bands")
        if lower.high < upper.low:
            rule.refuse(
                gettext_noop("%(where)s leave a gap between %(low)s and %(high)s."),
                "gap", "bands", low=lower.high, high=upper.low,
            )  # fmt: skip
    low_included = rule.flag("min_inclusive", True)
    if rule.flag("max_exclusive", low_included) != low_included:
        rule.refuse(
            gettext_noop("%(where)s: an edge belongs to exactly one band."), "overlapping", "max_exclusive"
        )
    return TempRefundRule(tuple(bands), low_included, rule.decimal("refundable_pct", Decimal(100)))


def _read_band(band: Definition) -> Band:
    band.known_keys("min", "max", "pct", "note")
    low = band.decimal("min", signed=True) if "min" in band else None
    high = band.decimal("max", signed=True) if "max" in band else None
    if low is not None and high is not None and high <= low:
        band.refuse(gettext_noop("%(where)s ends before it begins."), "unsorted")
    pct = band.decimal("pct")
    if pct > 100:
        band.refuse(gettext_noop("%(where)s must be at most %(most)s."), "out_of_range", "pct", most=100)
    return Band(low, high, pct)
