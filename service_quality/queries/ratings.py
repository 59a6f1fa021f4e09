"""The figures of ratings: of people, of halls, day by day."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from service_quality.queries.finished_visits import Extent, count_visits
from service_quality.satisfaction import LEVELS, Tally


def rating_figures(
    staff_ids: Sequence[int] | None = None,
    *,
    hall: int | None = None,
    first_day: datetime.date,
    last_day: datetime.date,
) -> dict[int, Tally]:
    """Of each person, by key: visits finished, rated at which level, and the rates. Who finished none is not there."""
    return tallies(Extent(first_day, last_day, hall_id=hall, staff_ids=staff_ids), "staff")


def tallies(extent: Extent, by: str) -> dict[Any, Tally]:
    """The same by "staff", "hall" or "day"."""
    finished: dict[Any, int] = defaultdict(int)
    counts: dict[Any, dict[int, int]] = defaultdict(lambda: dict.fromkeys(LEVELS, 0))
    for key, level, count in count_visits(extent, by):
        finished[key] += count
        if level is not None:
            counts[key][level] += count
    return {key: Tally(total, dict(counts[key])) for key, total in finished.items()}


def together(parts: Iterable[Tally]) -> Tally:
    return sum(parts, Tally(0, dict.fromkeys(LEVELS, 0)))
