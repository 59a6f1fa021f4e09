"""How well somebody served: the mean of the ratings, less what complaints and forgotten inquiries take away."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import isqrt

from service_quality.assessment.rounding import to_hundredths

LEVELS = 5
WHOLE = Decimal("100.00")
NOTHING = Decimal("0.00")
# Of the normal distribution, for a bound that holds in 95 of 100 cases.
Z = Fraction(196, 100)
_FINE = 10**12


class Basis(StrEnum):
    """Whose ratings the satisfaction was taken from."""

    OWN = "OWN"
    LOWER_BOUND = "LOWER_BOUND"
    HALL = "HALL"
    COMPANY = "COMPANY"
    RULE = "RULE"


@dataclass(frozen=True, slots=True)
class QualityRule:
    """What the numbers of the formula are; `level_weights` begins with the worst level."""

    level_weights: tuple[Decimal, ...]
    fewest_ratings: int
    few_by_lower_bound: bool
    without_ratings: Decimal
    per_complaint: Decimal
    per_missed_inquiry: Decimal


def satisfaction(counts: Sequence[int], level_weights: Sequence[Decimal]) -> Decimal | None:
    """满意度: the mean weight of the ratings, None where nobody rated. Source: domain.md 4.2.3."""
    rated = sum(counts)
    if not rated:
        return None
    return to_hundredths(_mean(counts, level_weights))


def lower_bound(counts: Sequence[int], level_weights: Sequence[Decimal]) -> Decimal:
    """What the satisfaction is at least, as far as so few ratings tell (Wilson's bound for the mean).

    Source: domain.md 4.2.6.
    """
    rated = sum(counts)
    if not rated:
        return NOTHING
    share = _mean(counts, level_weights) / 100
    square = Z * Z
    spread = Z * _root((share * (1 - share) + square / (4 * rated)) / rated)
    bound = (share + square / (2 * rated) - spread) / (1 + square / rated)
    return to_hundredths(max(bound, Fraction(0)) * 100)


def satisfaction_of(
    own: Sequence[int], hall: Sequence[int], company: Sequence[int], rule: QualityRule
) -> tuple[Decimal, Basis]:
    """The satisfaction that counts for a person, and whose ratings it comes from.

    Fewer ratings than the rule asks for say little about one person: the hall's mean stands in for them, or the
    lower bound of the own ones where the rule says so.
    """
    if sum(own) and sum(own) >= rule.fewest_ratings:
        return to_hundredths(_mean(own, rule.level_weights)), Basis.OWN
    if sum(own) and rule.few_by_lower_bound:
        return lower_bound(own, rule.level_weights), Basis.LOWER_BOUND
    for counts, basis in ((hall, Basis.HALL), (company, Basis.COMPANY)):
        if sum(counts):
            return to_hundredths(_mean(counts, rule.level_weights)), basis
    return rule.without_ratings, Basis.RULE


def quality_of(satisfied: Decimal, complaints: int, missed_inquiries: int, rule: QualityRule) -> Decimal:
    """Satisfaction less deductions, never below nothing. Source: domain.md 4.5.1."""
    taken_away = rule.per_complaint * complaints + rule.per_missed_inquiry * missed_inquiries
    return max(NOTHING, to_hundredths(satisfied - taken_away))


def _mean(counts: Sequence[int], level_weights: Sequence[Decimal]) -> Fraction:
    if len(counts) != LEVELS or len(level_weights) != LEVELS:
        raise ValueError("Ratings have five levels.")
    total = sum(
        (Fraction(weight) * count for weight, count in zip(level_weights, counts, strict=True)), Fraction(0)
    )
    return total / sum(counts)


def _root(value: Fraction) -> Fraction:
    """The square root to twelve decimals, without a float: it must be the same on every machine."""
    return Fraction(isqrt(value.numerator * _FINE * _FINE // value.denominator), _FINE)
