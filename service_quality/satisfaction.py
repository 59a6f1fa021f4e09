"""What the ratings of some visits say, in figures (domain.md 4.2). No database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt

# From very satisfied (5) to very dissatisfied (1): what one rating of the level weighs.
WEIGHTS: Mapping[int, int] = {5: 100, 4: 80, 3: 60, 2: 30, 1: 0}
LEVELS = tuple(WEIGHTS)
# The first two; a basically satisfied customer counts in the wider form alone.
PLEASED, CONTENT = (5, 4), (5, 4, 3)
# These two are followed up.
BAD = (2, 1)
# Below so many ratings a share says little by itself: a clerk is ranked by its lower bound.
ENOUGH = 30
HUNDREDTH = Decimal("0.01")
# 95 % of a normal distribution lie within so many deviations.
_DEVIATIONS = 1.96


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
        weights = sum(WEIGHTS[level] * count for level, count in self.counts.items())
        return _rounded(Decimal(weights) / self.rated)

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
    return _rounded(Decimal(part) * 100 / whole) if whole else None


def wilson_lower_bound(part: int, whole: int) -> Decimal | None:
    """The lower end of Wilson's interval of a share, at 95 %, percent."""
    if not whole:
        return None
    share, square = part / whole, _DEVIATIONS**2
    centre = share + square / (2 * whole)
    spread = _DEVIATIONS * sqrt(share * (1 - share) / whole + square / (4 * whole**2))
    # The last step of floating numbers may fall short of nothing by a hair.
    return _rounded(Decimal(repr(max(0.0, (centre - spread) / (1 + square / whole) * 100))))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(HUNDREDTH, ROUND_HALF_UP)
