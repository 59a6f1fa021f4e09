"""The rule of a late charge (违约金): rates by category and year, cap, minimum, grace; dated data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.rating.definition import Definition
from billing.rating.refusal import gettext_noop
from billing.rating.rounding import Rounding, read_rounding
from billing.rating.versions import ALWAYS, read_starts

PRINCIPAL = "principal"
UNCAPPED = "none"
RESIDENT = "resident"
ANY_CATEGORY = ""
_RATES = ("rate", "resident_rate", "other_rate_same_year", "other_rate_cross_year")


@dataclass(frozen=True, slots=True)
class DailyRate:
    """Per day in the year the bill fell due, and per day in the years after it."""

    same_year: Decimal
    later_years: Decimal


@dataclass(frozen=True, slots=True)
class DatedRates:
    """The rates from one day on."""

    effective_from: date
    by_category: Mapping[str, DailyRate]

    def rate(self, category: str, *, is_later_year: bool) -> Decimal:
        daily = self.by_category.get(category) or self.by_category[ANY_CATEGORY]
        return daily.later_years if is_later_year else daily.same_year


@dataclass(frozen=True, slots=True)
class LateChargeRule:
    """Either so much per day or so much once; `cap` is PRINCIPAL, UNCAPPED or an amount."""

    rates: tuple[DatedRates, ...]
    one_time_pct: Decimal | None
    cap: str | Decimal
    min_amount: Decimal | None
    grace_days: int
    rounding: Rounding


def compile_late_charge(definition: object, where: str = "late charge") -> LateChargeRule:
    """Check the JSON of a late-charge rule once. Raises TariffRefused.

    The forms are those of the penalty cases and of `rules.late` in heating tariffs (docs/formats.md).
    Without `cap` the charge never exceeds the principal; `"cap": "none"` lifts that.
    """
    return read_late_charge(Definition(definition, where))


def read_late_charge(rule: Definition, rounding: Rounding | None = None) -> LateChargeRule:
    rule.known_keys(
        *_RATES, "utility", "rounding", "min_amount", "cap", "grace_days", "count", "compound", "mode", "pct",
        "first_day", "versions", "note", "kind", "name", "name_zh", "name_en",
    )  # fmt: skip
    if rule.flag("compound"):
        rule.refuse(gettext_noop("%(where)s: a late charge is never compounded."), "compound", "compound")
    once = rule.one_of("mode", ("per_day", "one_time"), "per_day") == "one_time"
    return LateChargeRule(
        rates=() if once else _read_dated_rates(rule),
        one_time_pct=rule.decimal("pct") if once else None,
        cap=_read_cap(rule),
        min_amount=rule.decimal_or_none("min_amount"),
        grace_days=rule.whole("grace_days", 0),
        rounding=rounding if rounding is not None and "rounding" not in rule else read_rounding(rule),
    )


def _read_dated_rates(rule: Definition) -> tuple[DatedRates, ...]:
    if "versions" not in rule:
        return (DatedRates(ALWAYS, _read_rates(rule)),)
    versions = rule.children("versions")
    if not versions:
        rule.refuse(gettext_noop("%(where)s is empty."), "missing", "versions")
    for version in versions:
        version.known_keys("effective_from", "note", *_RATES)
    starts = read_starts(versions)
    return tuple(DatedRates(start, _read_rates(one)) for start, one in zip(starts, versions, strict=True))


def _read_rates(rule: Definition) -> dict[str, DailyRate]:
    """One `rate` for all, or residents at one rate and everybody else by year."""
    if "rate" in rule:
        rate = rule.decimal("rate")
        return {ANY_CATEGORY: DailyRate(rate, rate)}
    same_year = rule.decimal("other_rate_same_year")
    resident = rule.decimal("resident_rate")
    return {
        RESIDENT: DailyRate(resident, resident),
        ANY_CATEGORY: DailyRate(same_year, rule.decimal("other_rate_cross_year", same_year)),
    }


def _read_cap(rule: Definition) -> str | Decimal:
    if rule.is_null("cap"):
        return UNCAPPED
    named = rule.raw("cap") if "cap" in rule else PRINCIPAL
    return str(named) if named in (PRINCIPAL, UNCAPPED) else rule.decimal("cap")
