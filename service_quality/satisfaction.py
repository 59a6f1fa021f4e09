"""What the ratings of some visits say, in figures (domain.md 4.2). No database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import isqrt

from service_quality.rounding import to_hundredths

# From very satisfied (5) to very dissatisfied (1): what one rating of the level weighs.
WEIGHTS: Mapping[int, int] = {5: 100, 4: 80, 3: 60, 2: 30, 1: 0}
LEVELS = tuple(WEIGHTS)
# The first two; a basically satisfied customer counts in the wider form alone.
PLEASED, CONTENT = (5, 4), (5, 4, 3)
# These two are followed up.
BAD = (2, 1)
# Below so many ratings a share says little by itself: a clerk is ranked by its lower bound.
ENOUGH = 30
# 95 % of a normal distribution lie within so many deviations.
_DEVIATIONS = Fraction(196, 100)
_FINE = 10**12


@dataclass(frozen=True, slots=True)
class Tally:
    """How many visits were finished, and how many customers rated them at which level. Unrated is unrated."""

    finished: int = 0
    counts: Mapping[int, int] = field(default_factory=dict)

    @property
    def rated(self) -> int:
        return sum(self.counts.values())

    @property
    def unrated(self) -> int:
        return self.finished - self.rated

    @property
    def is_enough(self) -> bool:
        return self.rated >= ENOUGH

    @property
    def participation(self) -> Decimal | None:
        """参评率: how many of the finished visits were rated, percent."""
        return percent(self.rated, self.finished)

    @property
    def pleased(self) -> Decimal | None:
        """满意率, narrow: very satisfied and satisfied, percent of the rated."""
        return percent(self._sum(PLEASED), self.rated)

    @property
    def content(self) -> Decimal | None:
        """满意率, wide: basically satisfied as well."""
        return percent(self._sum(CONTENT), self.rated)

    @property
    def satisfaction(self) -> Decimal | None:
        """满意度: the mean weight of a rating."""
        if not self.rated:
            return None
        return to_hundredths(
            mean_weight([self.counts.get(level, 0) for level in LEVELS], list(WEIGHTS.values()))
        )

    @property
    def lower_bound(self) -> Decimal | None:
        """The narrow rate that the clerk has at least, percent: with few ratings far below what they show."""
        return wilson_lower_bound(self._sum(PLEASED), self.rated)

    def __add__(self, other: "Tally") -> "Tally":
        counts = {level: self.counts.get(level, 0) + other.counts.get(level, 0) for level in LEVELS}
        return Tally(self.finished + other.finished, counts)

    def _sum(self, levels: tuple[int, ...]) -> int:
        return sum(self.counts.get(level, 0) for level in levels)


def percent(part: int, whole: int) -> Decimal | None:
    """Half up to a hundredth; None of nothing."""
    return to_hundredths(Fraction(part * 100, whole)) if whole else None


def mean_weight(counts: Sequence[int], weights: Sequence[int | Decimal]) -> Fraction:
    """What a rating weighs in the mean, exactly: so many of each level, and what one of the level weighs."""
    if len(counts) != len(LEVELS) or len(weights) != len(LEVELS):
        raise ValueError("Ratings have five levels.")
    total = sum(
        (Fraction(weight) * count for weight, count in zip(weights, counts, strict=True)), Fraction(0)
    )
    return total / sum(counts)


def wilson_lower_bound(part: int | Fraction, whole: int) -> Decimal | None:
    """The lower end of Wilson's interval of a share, at 95 %, percent. Source: domain.md 4.2.6."""
    if not whole:
        return None
    share, square = Fraction(part) / whole, _DEVIATIONS**2
    spread = _DEVIATIONS * _root((share * (1 - share) + square / (4 * whole)) / whole)
    bound = (share + square / (2 * whole) - spread) / (1 + square / whole)
    # The last step of the root may fall short of nothing by a hair.
    return to_hundredths(max(bound, Fraction(0)) * 100)


def _root(value: Fraction) -> Fraction:
    """The square root to twelve decimals, without a float: it must be the same on every machine."""
    return Fraction(isqrt(value.numerator * _FINE * _FINE // value.denominator), _FINE)
