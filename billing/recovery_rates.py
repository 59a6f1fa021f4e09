"""Rates of recovery in percent, rounded once to two decimals (domain.md 4.7): nothing here reads the database."""

from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")


def target_of(base: Decimal, difficulty: Decimal) -> Decimal:
    """A hard district has to recover less: 96 % × 0.94 = 90.24 %."""
    return (base * difficulty).quantize(HUNDREDTH, ROUND_HALF_UP)


def rate_of(received: Decimal, due: Decimal) -> Decimal | None:
    """What part of what was due has come in; nothing where nothing was due."""
    return _percent(received, due) if due else None


def achievement_of(rate: Decimal | None, target: Decimal | None) -> Decimal | None:
    """The rate against its target: 91.00 % of 90.24 % is 100.84 %."""
    return _percent(rate, target) if rate is not None and target else None


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole * 100).quantize(HUNDREDTH, ROUND_HALF_UP)
