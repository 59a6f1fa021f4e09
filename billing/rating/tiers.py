"""Tiers (阶梯): cumulative inclusive thresholds, the last tier open (C2)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.rating.definition import Definition
from billing.rating.household import HouseholdRule, Thresholds, read_household_rule, read_thresholds
from billing.rating.periods import ACCUMULATING, BILLING_MONTHS, TIER_PERIODS, PeriodKey, year_from
from billing.rating.plain import to_quantity
from billing.rating.refusal import gettext_noop
from billing.rating.seasons import read_month_day
from billing.rating.usage import Facts

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TierTable:
    """The thresholds of one category; `period` is None where thresholds count billing months."""

    upto: Thresholds
    period: PeriodKey | None
    household: HouseholdRule | None = None

    def thresholds(self, facts: Facts, on: date, months: Decimal) -> Thresholds:
        """Household first, then the months of the bill or the months of the opening year."""
        upto = self.upto
        if self.household is not None:
            persons = facts.persons_on(on)
            if persons is not None:
                upto = self.household.move(upto, persons)
        if self.period is None:
            return tuple(to_quantity(bound * months) for bound in upto)
        if facts.proration is not None:
            return self._prorated(upto, facts, on)
        return upto

    def _prorated(self, upto: Thresholds, facts: Facts, on: date) -> Thresholds:
        opening = facts.proration
        if opening is None or self.period is None:
            return upto
        if opening.opened_on is not None and self.period(opening.opened_on) != self.period(on):
            return upto
        return tuple(to_quantity(bound * opening.months / opening.of) for bound in upto)


def split_into_tiers(before: Decimal, quantity: Decimal, thresholds: Thresholds) -> tuple[Decimal, ...]:
    """Divide a quantity that follows `before`; a threshold itself still belongs to its tier."""
    parts: list[Decimal] = []
    reached, left = before, quantity
    for upto in thresholds:
        room = upto - reached
        part = min(left, room) if room > 0 else ZERO
        parts.append(part)
        reached += part
        left -= part
    parts.append(left)
    return tuple(parts)


def read_tiers(category: Definition) -> TierTable | None:
    """None for a flat category; a tier period without thresholds, or the reverse, is refused."""
    if "tier_upto" not in category and "tier_period" not in category:
        if "household" in category:
            category.refuse(gettext_noop("%(where)s needs tiers."), "tiers_missing", "household")
        return None
    upto = read_thresholds(category, "tier_upto")
    household = (
        read_household_rule(category.child("household"), len(upto)) if "household" in category else None
    )
    return TierTable(upto, _read_period(category), household)


def _read_period(category: Definition) -> PeriodKey | None:
    name = category.one_of("tier_period", TIER_PERIODS)
    if name == BILLING_MONTHS:
        return None
    if name in ACCUMULATING:
        return ACCUMULATING[name]
    return year_from(*read_month_day(category, "year_starts_on"))
