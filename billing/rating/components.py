"""Components of a price (基本水价, 污水处理费, 阶梯加价…): tiered, flat, or by register."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from billing.rating.definition import Definition
from billing.rating.refusal import gettext_noop
from billing.rating.usage import Volume

ZERO = Decimal(0)
Tiers = tuple[Decimal, ...]

# tier, register, quantity, unit price; lines of nothing are left out (C4).
Charge = tuple[int | None, str, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Component:
    """One component. `takes_free` says whether free units come off it."""

    code: str
    name_zh: str
    takes_free: bool = False

    def charges(self, volume: Volume, split: Tiers, free: Decimal) -> Iterator[Charge]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Tiered(Component):
    prices: Tiers = ()

    def charges(self, volume: Volume, split: Tiers, free: Decimal) -> Iterator[Charge]:
        if not self.takes_free:
            free = ZERO
        for tier, (part, price) in enumerate(zip(split, self.prices, strict=True), 1):
            quantity = part - free if tier == 1 else part
            if quantity and price:
                yield tier, "", quantity, price


@dataclass(frozen=True, slots=True)
class Flat(Component):
    price: Decimal = ZERO

    def charges(self, volume: Volume, split: Tiers, free: Decimal) -> Iterator[Charge]:
        quantity = volume.quantity - free if self.takes_free else volume.quantity
        if quantity and self.price:
            yield None, "", quantity, self.price


@dataclass(frozen=True, slots=True)
class ByRegister(Component):
    """A flat price per register (C12); free units come off the registers in the order of the tariff."""

    prices: tuple[tuple[str, Decimal], ...] = ()

    def charges(self, volume: Volume, split: Tiers, free: Decimal) -> Iterator[Charge]:
        used = dict(volume.registers)
        left = free if self.takes_free else ZERO
        for register, price in self.prices:
            quantity = used.get(register, ZERO)
            given = min(left, quantity)
            left -= given
            if quantity != given and price:
                yield None, register, quantity - given, price


def read_components(category: Definition, tiers: int | None, free: Decimal) -> tuple[Component, ...]:
    """Read the components of a category with `tiers` prices per tiered component (None: no tiers)."""
    definitions = category.children("components")
    codes = [definition.text("code") for definition in definitions]
    if not codes:
        category.refuse(
            gettext_noop("%(where)s is empty: nothing would be charged."), "missing", "components"
        )
    if len(set(codes)) != len(codes):
        category.refuse(gettext_noop("%(where)s names a component twice."), "duplicate", "components")
    # Free units come off tier 1 (C9). Where no tier 1 has a price of its own (a flat price with a
    # surcharge for the upper tiers, or no tiers at all) they come off the flat price instead.
    from_tier_1 = any(_has_tier_1_price(definition) for definition in definitions)
    return tuple(_read_component(definition, tiers, free > 0, from_tier_1) for definition in definitions)


def _has_tier_1_price(definition: Definition) -> bool:
    return definition.is_list("unit_price") and any(definition.decimals("unit_price")[:1])


def _read_component(
    definition: Definition, tiers: int | None, has_free: bool, from_tier_1: bool
) -> Component:
    definition.known_keys(
        "code", "name_zh", "name_en", "name", "note", "unit_price", "by_register", "free_units"
    )
    code = definition.text("code")
    name = definition.text("name_zh", definition.text("name", code))
    is_tiered = definition.is_list("unit_price")
    takes_free = has_free and definition.flag("free_units", is_tiered == from_tier_1)
    if "by_register" in definition:
        return ByRegister(code, name, takes_free, _read_registers(definition))
    if is_tiered:
        return Tiered(code, name, takes_free, _read_tier_prices(definition, tiers))
    return Flat(code, name, takes_free, definition.decimal("unit_price"))


def _read_registers(definition: Definition) -> tuple[tuple[str, Decimal], ...]:
    registers = definition.child("by_register")
    if "unit_price" in definition:
        definition.refuse(
            gettext_noop("%(where)s: only one price counts."),
            "two_prices",
            "unit_price",
        )
    prices = tuple((register, registers.decimal(register)) for register in registers)
    if not prices:
        definition.refuse(gettext_noop("%(where)s has no register."), "missing", "by_register")
    return prices


def _read_tier_prices(definition: Definition, tiers: int | None) -> Tiers:
    prices = definition.decimals("unit_price")
    if tiers is None:
        definition.refuse(
            gettext_noop("%(where)s needs tiers."),
            "tiers_missing",
            "unit_price",
        )
    if len(prices) != tiers:
        definition.refuse(
            gettext_noop("%(where)s has %(prices)s prices for %(tiers)s tiers."),
            "price_missing", "unit_price", prices=len(prices), tiers=tiers,
        )  # fmt: skip
    return prices
