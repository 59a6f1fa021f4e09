"""Cards of a year, person by person: how many of each kind, which star, since when."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from accounts.models import Staff
from service_quality.models import PraiseCard, PromotionLevel
from service_quality.promotions import KINDS, Level, Standing, standing


@dataclass(frozen=True, slots=True)
class PersonStanding:
    staff: Staff
    standing: Standing

    @property
    def counts(self) -> list[tuple[str, int]]:
        """(kind, cards) in the order in which the kinds are always named."""
        return [(kind, self.standing.counts[kind]) for kind in KINDS]


def standings(year: int, staff_ids: Sequence[int] | None = None) -> list[PersonStanding]:
    """Whoever received a card in the year, the most cards first. Three queries."""
    cards = PraiseCard.objects.standing().filter(given_on__year=year)
    if staff_ids is not None:
        cards = cards.filter(receiver__in=staff_ids)
    received: dict[int, list[tuple[datetime.date, str]]] = defaultdict(list)
    for receiver, day, kind in cards.order_by("given_on", "id").values_list("receiver", "given_on", "kind"):
        received[receiver].append((day, kind))
    levels = promotion_levels()
    people = Staff.objects.select_related("branch").in_bulk(list(received))
    found = [PersonStanding(people[key], standing(one, levels)) for key, one in received.items()]
    return sorted(found, key=lambda one: (-one.standing.total, one.staff.number))


def standing_of(staff: Staff, year: int) -> PersonStanding:
    """One person's cards of the year; none is also a standing."""
    found = standings(year, [staff.pk])
    return found[0] if found else PersonStanding(staff, standing([], promotion_levels()))


def promotions(year: int) -> list[PersonStanding]:
    """Whoever reached a star in the year, the highest star first, then who reached it first."""
    reached = [one for one in standings(year) if one.standing.level is not None]
    return sorted(reached, key=_by_star)


def promotion_levels() -> list[Level]:
    return [Level(one.pk, str(one), one.cards, one.each) for one in PromotionLevel.objects.order_by("cards")]


def cards_by_month(
    staff_ids: Sequence[int], first: datetime.date, last: datetime.date
) -> dict[tuple[int, int, int], int]:
    """(person, year, month) → cards that count, for whoever scores people by month. One query."""
    rows = (
        PraiseCard.objects.standing()
        .filter(receiver__in=staff_ids, given_on__range=(first, last))
        .order_by()
        .values_list("receiver", "given_on__year", "given_on__month")
        .annotate(cards=Count("id"))
    )
    return {(person, year, month): cards for person, year, month, cards in rows}


def _by_star(one: PersonStanding) -> tuple[int, datetime.date, str]:
    level, reached_on = one.standing.level, one.standing.reached_on
    assert level is not None
    assert reached_on is not None
    return -level.cards, reached_on, one.staff.number
