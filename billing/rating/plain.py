"""Numbers as the case files and the bills write them."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

QUANTITY_STEP = Decimal("0.0001")


@lru_cache(maxsize=8192)
def plain(number: Decimal) -> str:
    """No exponent, no trailing zeros: 4E+1 is 40, 90.50 is 90.5."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def to_quantity(number: Decimal) -> Decimal:
    """Four decimals, as a bill keeps quantities: 260 × 7 / 12 is 151.6667, not a threshold without end."""
    return number.quantize(QUANTITY_STEP, ROUND_HALF_UP)


def tidy(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent above zero."""
    shorter = number.normalize()
    exponent = shorter.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        return shorter.quantize(Decimal(1))
    return shorter or Decimal(0)
