"""Money: yuan as Decimal, two decimals, rounded half up, split without losing a fen."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

FEN = Decimal("0.01")
NO_MONEY = Decimal("0.00")

# numeric(14,2): twelve digits before the point.
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")
_MORE_DECIMALS = re.compile(r"[0-9]{1,12}\.[0-9]{3,}")
_MORE_DIGITS = re.compile(r"[0-9]{13,}(?:\.[0-9]+)?")


class AmountRefused(ValueError):
    """What was given is not an amount of money."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def to_money(amount: Decimal) -> Decimal:
    """Round half up to the fen: 2.665 becomes 2.67, as PostgreSQL stores it."""
    if not amount.is_finite():
        raise AmountRefused("An amount of money is a finite number.", code="not_money")
    return amount.quantize(FEN, ROUND_HALF_UP)


def parse_amount(text: str) -> Decimal:
    """Read an amount as a person types it: ASCII digits and at most two decimals, nothing else.

    Codes: empty, too_precise, too_large, not_money (signs, exponents, NaN, full-width digits, separators).
    """
    if _AMOUNT.fullmatch(text):
        return Decimal(text).quantize(FEN)
    if not text.strip():
        raise AmountRefused("An amount is needed.", code="empty")
    if _MORE_DECIMALS.fullmatch(text):
        raise AmountRefused("An amount has at most two decimals.", code="too_precise")
    if _MORE_DIGITS.fullmatch(text):
        raise AmountRefused("This amount is too large.", code="too_large")
    raise AmountRefused("An amount is written in digits, such as 128.50.", code="not_money")


def split_money(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split whole fen by weight, largest remainder first: the parts always sum to the total.

    Each part is within one fen of its share; equal remainders favour the earlier part.
    Codes: too_precise (the total has parts of a fen), weights (none, negative, or all zero).
    """
    if to_money(total) != total:
        raise AmountRefused("Only whole fen can be split.", code="too_precise")
    shares = _shares(abs(total), weights)
    fen = [int(share) for share in shares]
    left = int(abs(total) * 100) - sum(fen)
    by_remainder = sorted(range(len(fen)), key=lambda part: (int(shares[part]) - shares[part], part))
    for part in by_remainder[:left]:
        fen[part] += 1
    sign = -1 if total < 0 else 1
    return [Decimal(sign * part).scaleb(-2) for part in fen]


def _shares(total: Decimal, weights: Sequence[Decimal]) -> list[Fraction]:
    """Exact shares in fen; fractions, because a third has no decimal."""
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact, Fraction(0))
    if not exact or min(exact) < 0 or (whole == 0 and total != 0):
        raise AmountRefused(
            "Money is split by weights that are not negative and not all zero.", code="weights"
        )
    if whole == 0:
        return exact
    return [Fraction(total) * 100 * weight / whole for weight in exact]
