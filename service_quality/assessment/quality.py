"""How well somebody served: the mean of the ratings, less what complaints and forgotten inquiries take away."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from service_quality.rounding import to_hundredths
from service_quality.satisfaction import mean_weight, wilson_lower_bound

WHOLE = Decimal("100.00")
NOTHING = Decimal("0.00")


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
    return to_hundredths(mean_weight(counts, level_weights))


def lower_bound(counts: Sequence[int], level_weights: Sequence[Decimal]) -> Decimal:
    """What the satisfaction is at least, as far as so few ratings tell (Wilson's bound for the mean).

    Source: domain.md 4.2.6.
    """
    rated = sum(counts)
    share = mean_weight(counts, level_weights) / 100 if rated else 0
    return wilson_lower_bound(share * rated, rated) or NOTHING


def satisfaction_of(
    own: Sequence[int], hall: Sequence[int], company: Sequence[int], rule: QualityRule
) -> tuple[Decimal, Basis]:
    """The satisfaction that counts for a person, and whose ratings it comes from.

    Fewer ratings than the rule asks for say little about one person: the hall's mean stands in for them, or the
    lower bound of the own ones where the rule says so.
    """
    is_enough = sum(own) >= rule.fewest_ratings
    if sum(own) and not is_enough and rule.few_by_lower_bound:
        return lower_bound(own, rule.level_weights), Basis.LOWER_BOUND
    first = [(own, Basis.OWN)] if is_enough else []
    for counts, basis in (*first, (hall, Basis.HALL), (company, Basis.COMPANY)):
        mean = satisfaction(counts, rule.level_weights)
        if mean is not None:
            return mean, basis
    return rule.without_ratings, Basis.RULE


def quality_of(satisfied: Decimal, complaints: int, missed_inquiries: int, rule: QualityRule) -> Decimal:
    """Satisfaction less deductions, never below nothing. Source: domain.md 4.5.1."""
    taken_away = rule.per_complaint * complaints + rule.per_missed_inquiry * missed_inquiries
    return max(NOTHING, to_hundredths(satisfied - taken_away))
