"""Cutting a volume into whole units (C11): what is left over goes to the last part."""

from collections.abc import Callable
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from billing.rating.usage import Volume

UNIT = Decimal(1)
TWO = Decimal(2)
Share = Callable[[Decimal], Decimal]


def half(quantity: Decimal) -> Decimal:
    """The old half of a reading: whole units, rounded down."""
    return (quantity / TWO).to_integral_value(ROUND_FLOOR)


def ratio_of(numerator: Decimal, denominator: Decimal) -> Share:
    """A share rounded half up to one unit."""
    return lambda quantity: (quantity * numerator / denominator).quantize(UNIT, ROUND_HALF_UP)


def cut(volume: Volume, shares: list[Share]) -> list[Volume]:
    """One volume per share and one for the rest; no part takes more than is left.

    The meter's registers, where a price needs them, are cut one by one.
    """
    if not volume.registers:
        return [Volume(part) for part in _cut_quantity(volume.quantity, shares)]
    names = [name for name, _ in volume.registers]
    columns = [_cut_quantity(quantity, shares) for _, quantity in volume.registers]
    rows = zip(*columns, strict=True)
    return [Volume(sum(row, Decimal(0)), tuple(zip(names, row, strict=True))) for row in rows]


def _cut_quantity(quantity: Decimal, shares: list[Share]) -> list[Decimal]:
    left = quantity
    parts: list[Decimal] = []
    for share in shares:
        part = min(share(quantity), left)
        parts.append(part)
        left -= part
    return [*parts, left]
