"""Who may give whom a 5P card, as the program itself would allow it (domain.md 4.3.3)."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Staff
from config.demo.chance import Chance
from config.demo.company import Company

A_MONTH, A_GAP = 5, datetime.timedelta(days=31)
WINDOW_POSTS = (Staff.Post.CASHIER, Staff.Post.ADVISER)
ABOVE = (Staff.Post.SUPERVISOR, Staff.Post.MANAGER)
FROM_ABOVE = 0.25


@dataclass(slots=True)
class Card:
    """A card before anybody is known to have given it."""

    receiver: Staff
    kind: str
    given_on: datetime.date


def at_windows(company: Company) -> list[Staff]:
    return [one for one in company.staff.values() if one.post in WINDOW_POSTS]


class Givers:
    """Hands each card, in the order of the days, to somebody who may give it; otherwise to nobody."""

    def __init__(self, company: Company, people: Sequence[Staff], chance: Chance) -> None:
        self.people = people
        self.above = [one for one in company.staff.values() if one.post in ABOVE]
        self.chance = chance
        self.months: Counter[tuple[int, int]] = Counter()
        self.last: dict[tuple[int, int], datetime.date] = {}

    def find(self, card: Card) -> tuple[str, Staff] | None:
        """(source, giver)."""
        from_above = self.chance.happens(FROM_ABOVE)
        giver = self.chance.choice(self.above if from_above else self.people)
        if not self._may(giver, card):
            return None
        self.months[giver.pk, card.given_on.month] += 1
        self.last[giver.pk, card.receiver.pk] = card.given_on
        return "SUPERIOR" if from_above else "COLLEAGUE", giver

    def _may(self, giver: Staff, card: Card) -> bool:
        pair, back = (giver.pk, card.receiver.pk), (card.receiver.pk, giver.pk)
        return (
            giver.pk != card.receiver.pk
            and self.months[giver.pk, card.given_on.month] < A_MONTH
            and self.last.get(pair) != card.given_on
            and (back not in self.last or card.given_on - self.last[back] >= A_GAP)
        )
