"""Household rules (一户多人口): how a large household moves the thresholds (C7)."""

from dataclasses import dataclass
from decimal import Decimal

from billing.rating.definition import Definition
from billing.rating.refusal import gettext_noop

Thresholds = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class AddPerPerson:
    """Every threshold rises by a fixed quantity for each person above the base."""

    base_persons: int
    add: Thresholds

    def move(self, thresholds: Thresholds, persons: int) -> Thresholds:
        extra = persons - self.base_persons
        if extra <= 0:
            return thresholds
        return tuple(upto + add * extra for upto, add in zip(thresholds, self.add, strict=True))


@dataclass(frozen=True, slots=True)
class AddIfAtLeast:
    """Every threshold rises once for a household of at least so many."""

    min_persons: int
    add: Thresholds

    def move(self, thresholds: Thresholds, persons: int) -> Thresholds:
        if persons < self.min_persons:
            return thresholds
        return tuple(upto + add for upto, add in zip(thresholds, self.add, strict=True))


@dataclass(frozen=True, slots=True)
class PerCapitaFrom:
    """A household of at least so many has thresholds per head instead."""

    min_persons: int
    per_person_upto: Thresholds

    def move(self, thresholds: Thresholds, persons: int) -> Thresholds:
        if persons < self.min_persons:
            return thresholds
        return tuple(upto * persons for upto in self.per_person_upto)


HouseholdRule = AddPerPerson | AddIfAtLeast | PerCapitaFrom


def read_household_rule(rule: Definition, tiers: int) -> HouseholdRule:
    """Read one of the modes; `tiers` is the number of thresholds the rule must speak about."""
    mode = rule.one_of("mode", ("add_per_person", "add_if_at_least", "per_capita_from"))
    if mode == "add_per_person":
        rule.known_keys("mode", "base_persons", "add_each_threshold")
        return AddPerPerson(rule.whole("base_persons"), _added(rule, tiers))
    if mode == "add_if_at_least":
        rule.known_keys("mode", "min_persons", "add_each_threshold")
        return AddIfAtLeast(rule.whole("min_persons"), _added(rule, tiers))
    rule.known_keys("mode", "min_persons", "per_person_upto")
    return PerCapitaFrom(rule.whole("min_persons"), read_thresholds(rule, "per_person_upto", tiers))


def read_thresholds(definition: Definition, key: str, count: int | None = None) -> Thresholds:
    """Cumulative upper bounds, each above the one before it."""
    thresholds = definition.decimals(key)
    if any(upto <= below for below, upto in zip((Decimal(0), *thresholds), thresholds, strict=False)):
        definition.refuse(gettext_noop("%(where)s must rise from tier to tier."), "unsorted", key)
    if count is not None and len(thresholds) != count:
        definition.refuse(
            gettext_noop("%(where)s must have %(count)s entries."), "wrong_length", key, count=count
        )
    return thresholds


def _added(rule: Definition, tiers: int) -> Thresholds:
    """One quantity for all thresholds, or one for each that keeps them rising."""
    key = "add_each_threshold"
    if not rule.is_list(key):
        return (rule.decimal(key),) * tiers
    added = rule.decimals(key)
    if len(added) != tiers:
        rule.refuse(gettext_noop("%(where)s must have %(count)s entries."), "wrong_length", key, count=tiers)
    if list(added) != sorted(added):
        rule.refuse(gettext_noop("%(where)s must rise from tier to tier."), "unsorted", key)
    return added
