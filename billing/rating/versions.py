"""Dated versions of a price: old ones are kept, each in force until the next begins."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.rating.components import ByRegister, Component, read_components
from billing.rating.definition import Definition
from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.tiers import TierTable, read_tiers

NO_FREE_UNITS = Decimal(0)
ALWAYS = date.min


@dataclass(frozen=True, slots=True)
class CategoryPrice:
    """What one category of use (用水性质) pays."""

    components: tuple[Component, ...]
    tiers: TierTable | None = None
    free_per_month: Decimal = NO_FREE_UNITS

    @property
    def registers(self) -> frozenset[str]:
        """The registers that have a price of their own; empty where the meter's sum is priced."""
        return frozenset(
            register
            for part in self.components
            if isinstance(part, ByRegister)
            for register, _ in part.prices
        )


@dataclass(frozen=True, slots=True)
class Version:
    """All categories of a tariff, from one date on."""

    effective_from: date
    categories: Mapping[str, CategoryPrice]

    @property
    def since(self) -> date | None:
        return None if self.effective_from == ALWAYS else self.effective_from

    def price_for(self, category: str) -> CategoryPrice:
        price = self.categories.get(category)
        if price is None:
            raise UsageRefused(
                gettext_noop("There is no price for category “%(category)s” from %(since)s."),
                code="no_category", category=category, since=self.effective_from.isoformat(),
            )  # fmt: skip
        return price


def index_in_force(starts: tuple[date, ...], on: date) -> int:
    """Index of the version in force on the day, among rising dates of effect."""
    index = bisect_right(starts, on) - 1
    if index < 0:
        raise UsageRefused(
            gettext_noop("No price is in force on %(on)s."), code="no_version", on=on.isoformat()
        )  # fmt: skip
    return index


def read_starts(definitions: list[Definition]) -> tuple[date, ...]:
    """The dates of effect of a list of versions, which must rise."""
    starts = tuple(definition.day("effective_from") for definition in definitions)
    for earlier, later, definition in zip(starts, starts[1:], definitions[1:], strict=False):
        if later <= earlier:
            definition.refuse(
                gettext_noop("%(where)s must be later than that of the version before it."),
                "unsorted",
                "effective_from",
            )
    return starts


def read_versions(tariff: Definition) -> tuple[Version, ...]:
    """The versions of a tariff; a definition without versions is one version that always holds."""
    if "versions" not in tariff:
        return (Version(tariff.day_or_none("effective_from") or ALWAYS, _read_categories(tariff)),)
    definitions = tariff.children("versions")
    if not definitions:
        tariff.refuse(gettext_noop("%(where)s is empty."), "missing", "versions")
    for definition in definitions:
        definition.known_keys("effective_from", "categories", "decision", "note")
    starts = read_starts(definitions)
    return tuple(
        Version(start, _read_categories(one)) for start, one in zip(starts, definitions, strict=True)
    )


def _read_categories(definition: Definition) -> dict[str, CategoryPrice]:
    categories = definition.named_children("categories")
    if not categories:
        definition.refuse(gettext_noop("%(where)s is empty."), "missing", "categories")
    return {name: _read_category(category) for name, category in categories.items()}


def _read_category(category: Definition) -> CategoryPrice:
    category.known_keys(
        "tier_period", "tier_upto", "year_starts_on", "household", "components", "free_per_month",
        "name", "name_zh", "name_en", "note",
    )  # fmt: skip
    tiers = read_tiers(category)
    free = category.decimal("free_per_month", NO_FREE_UNITS)
    components = read_components(category, None if tiers is None else len(tiers.upto) + 1, free)
    return CategoryPrice(components, tiers, free)
