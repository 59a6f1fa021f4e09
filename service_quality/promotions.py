"""Who reaches which star, and with which card: a level needs so many cards, and so many of each kind. Pure."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

KINDS = ("POLITE", "PATIENT", "POSITIVE", "PASSIONATE", "PROFESSIONAL")


@dataclass(frozen=True, slots=True)
class Level:
    """A star, and what it needs within a year."""

    pk: int
    name: str
    cards: int
    each: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: the cards of each kind, the star that is reached, and since when."""

    counts: Counter[str]
    level: Level | None = None
    reached_on: datetime.date | None = None
    next_level: Level | None = None

    @property
    def total(self) -> int:
        return self.counts.total()

    def missing(self) -> int:
        """How many more cards the next star needs, all kinds considered; 0 when there is no next one."""
        if self.next_level is None:
            return 0
        of_kinds = sum(max(0, self.next_level.each - self.counts[kind]) for kind in KINDS)
        return max(of_kinds, self.next_level.cards - self.total)


def standing(cards: Iterable[tuple[datetime.date, str]], levels: Sequence[Level]) -> Standing:
    """Follow the cards of one person through a year, (day, kind) in the order they were given."""
    counts: Counter[str] = Counter()
    ahead = sorted(levels, key=lambda one: one.cards)
    reached: Level | None = None
    reached_on: datetime.date | None = None
    for day, kind in cards:
        counts[kind] += 1
        while ahead and is_reached(ahead[0], counts):
            reached, reached_on = ahead.pop(0), day
    return Standing(counts, reached, reached_on, ahead[0] if ahead else None)


def is_reached(level: Level, counts: Counter[str]) -> bool:
    return counts.total() >= level.cards and min(counts[kind] for kind in KINDS) >= level.each
