"""How well the month was served, as ratings and matters have it. The months' formulas read nothing else of them."""

import datetime
from collections import defaultdict
from typing import NamedTuple

from django.db.models import Count

from service_quality.assessment.quality import LEVELS
from service_quality.models import Rating


class Against(NamedTuple):
    """A matter that counts against a person; `hall_id` is where it happened, if that is known."""

    staff_id: int
    hall_id: int | None
    matter_id: int


def ratings_in(
    first: datetime.date, last: datetime.date, until: datetime.datetime
) -> dict[tuple[int, int], tuple[int, ...]]:
    """By person and hall, how many ratings of each level, the worst first. One query."""
    counts: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * LEVELS)
    rows = (
        Rating.objects.filter(business_date__range=(first, last), rated_at__lte=until)
        .order_by()
        .values_list("staff_id", "hall_id", "level")
        .annotate(Count("pk"))
    )
    for staff_id, hall_id, level, count in rows:
        counts[staff_id, hall_id][level - 1] = count
    return {key: tuple(levels) for key, levels in counts.items()}


def complaints_in(first: datetime.date, last: datetime.date, until: datetime.datetime) -> list[Against]:
    return []


def missed_in(first: datetime.date, last: datetime.date, until: datetime.datetime) -> list[Against]:
    return []


def complaints_of_halls(first: datetime.date, last: datetime.date) -> dict[int, int]:
    return {}
