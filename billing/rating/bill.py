"""One bill while it is being priced: charges so far, and where the tiers stand."""

from decimal import Decimal

from billing.rating.components import Charge, Component
from billing.rating.plain import to_quantity
from billing.rating.price_change import Portion
from billing.rating.tiers import ZERO, TierTable, split_into_tiers
from billing.rating.usage import Facts, Position, Usage

Tiers = tuple[Decimal, ...]
# Component, category, the version's portion, and what is charged there.
Charged = tuple[Component, str, Portion, Charge]


class UnpricedBill:
    """One bill while it is being priced."""

    __slots__ = (
        "charges", "counted", "exact", "facts", "position", "reached", "split", "split_of", "thresholds",
        "usage",
    )  # fmt: skip

    def __init__(self, usage: Usage, facts: Facts, position: Position) -> None:
        self.usage = usage
        self.facts = facts
        self.position = position
        self.charges: list[Charged] = []
        self.exact: list[Decimal] = []
        self.counted: dict[str, Decimal] = {}
        self.reached: dict[str, Decimal] = {}
        self.thresholds: Tiers | None = None
        self.split: Tiers | None = None
        self.split_of = ""

    def add(self, category: str, portion: Portion, suffix: str) -> None:
        """Charge one part of the reading to one category under one version."""
        price = portion.version.price_for(category)
        quantity = portion.volume.quantity
        split: Tiers = (quantity,)
        if price.tiers is not None:
            split = self._into_tiers(price.tiers, category, portion, suffix)
        free = ZERO
        if price.free_per_month:
            free = min(split[0], to_quantity(price.free_per_month * portion.months))
        for component in price.components:
            for charge in component.charges(portion.volume, split, free):
                self.charges.append((component, category, portion, charge))
                self.exact.append(charge[2] * charge[3])

    def _into_tiers(self, tiers: TierTable, category: str, portion: Portion, suffix: str) -> Tiers:
        quantity = portion.volume.quantity
        thresholds = tiers.thresholds(self.facts, self.usage.on, portion.months)
        before = ZERO
        if tiers.period is not None:
            key = tiers.period(self.usage.on) + suffix
            before = self.reached.get(key, self.position.get(key, ZERO))
            self.counted[key] = self.counted.get(key, ZERO) + quantity
            self.reached[key] = before + quantity
        split = split_into_tiers(before, quantity, thresholds)
        self._show(category, thresholds, split)
        return split

    def _show(self, category: str, thresholds: Tiers, split: Tiers) -> None:
        """Keep the first tiered category's split; parts under several versions add up tier by tier."""
        if self.split is None or self.split_of != category:
            if self.split is None:
                self.split_of, self.thresholds, self.split = category, thresholds, split
            return
        if len(self.split) == len(split):
            split = tuple(old + new for old, new in zip(self.split, split, strict=True))
        self.thresholds, self.split = thresholds, split
