from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Staff
from service_quality.satisfaction import Tally

NOTHING = Decimal(-1)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A person and the figures; without a rating there is no rank."""

    rank: int | None
    staff: Staff
    tally: Tally


def ranking(tallies: Mapping[int, Tally]) -> list[Ranked]:
    """The best first, by the lower bound of the narrow rate; who has the same bound has the same rank. One query."""
    people = Staff.objects.in_bulk(list(tallies))
    ordered = sorted(
        tallies.items(),
        key=lambda item: (
            -(NOTHING if item[1].lower_bound is None else item[1].lower_bound),
            people[item[0]].number,
        ),
    )
    bounds = [tally.lower_bound for _key, tally in ordered]
    return [
        Ranked(None if tally.lower_bound is None else bounds.index(tally.lower_bound) + 1, people[key], tally)
        for key, tally in ordered
    ]
