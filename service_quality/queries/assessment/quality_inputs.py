"""How well the month was served, as ratings and matters have it. The assessment reads nothing else of them."""

import datetime
from collections import defaultdict

from django.db.models import Count, Q
from django.utils import timezone

from service_quality.models import AssessmentMatter, AssessmentRun, Matter, Rating
from service_quality.satisfaction import LEVELS

A_DAY = datetime.timedelta(days=1)


def ratings_in(run: AssessmentRun) -> dict[tuple[int, int], tuple[int, ...]]:
    """By person and hall, how many ratings of each level, the worst first. One query."""
    counts: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * len(LEVELS))
    rows = (
        Rating.objects.filter(business_date__range=(run.month, run.last_day), rated_at__lte=run.measured_at)
        .order_by()
        .values_list("staff_id", "hall_id", "level")
        .annotate(Count("pk"))
    )
    for staff_id, hall_id, level, count in rows:
        counts[staff_id, hall_id][level - 1] = count
    return {key: tuple(levels) for key, levels in counts.items()}


def matters_of(run: AssessmentRun) -> list[AssessmentMatter]:
    """What counts against people, as it stands now: not written yet. Two queries.

    A complaint counts in the month in which it was received, once it is upheld, for the person responsible. An
    inquiry counts for its first responder when its promise was broken, or is being broken.
    """
    received = Matter.objects.filter(
        duplicate_of__isnull=True, **_received(run.month, run.last_day)
    ).order_by("pk")
    complaints = received.filter(kind=Matter.Kind.COMPLAINT, upheld=True)
    broken = Q(kept_promise=False) | Q(
        kept_promise__isnull=True, state__in=Matter.UNANSWERED, due_at__lte=run.measured_at
    )
    missed = received.filter(broken, first_responder__isnull=False)
    kinds = AssessmentMatter.Kind
    return [
        *(
            AssessmentMatter(run=run, matter_id=pk, staff_id=staff_id, kind=kinds.COMPLAINT)
            for pk, staff_id in complaints.values_list("pk", "responsible_id")
        ),
        *(
            AssessmentMatter(run=run, matter_id=pk, staff_id=staff_id, kind=kinds.MISSED)
            for pk, staff_id in missed.values_list("pk", "first_responder_id")
        ),
    ]


def complaints_of_halls(first: datetime.date, last: datetime.date) -> dict[int, int]:
    """By hall, the upheld complaints that were received in these days. One query."""
    rows = (
        Matter.objects.filter(
            kind=Matter.Kind.COMPLAINT,
            upheld=True,
            duplicate_of__isnull=True,
            hall__isnull=False,
            **_received(first, last),
        )
        .order_by()
        .values_list("hall_id")
        .annotate(Count("pk"))
    )
    return dict(rows)


def _received(first: datetime.date, last: datetime.date) -> dict[str, datetime.datetime]:
    return {"opened_at__gte": _midnight(first), "opened_at__lt": _midnight(last + A_DAY)}


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
