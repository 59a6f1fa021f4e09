from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

HUNDREDTH = Decimal("0.01")


def to_hundredths(value: Decimal | Fraction) -> Decimal:
    """Round half up to 0.01, once: scores and points are published so."""
    if isinstance(value, Decimal):
        return value.quantize(HUNDREDTH, ROUND_HALF_UP)
    # A third has no decimal: halves are decided on the exact value.
    doubled = abs(value) * 200
    hundredths = (doubled.numerator // doubled.denominator + 1) // 2
    return Decimal(hundredths if value >= 0 else -hundredths).scaleb(-2)
