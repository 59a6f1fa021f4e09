"""What others need to know about matters: complaints upheld, promises kept, clocks. Each is one query."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from service_quality.models import Matter

A_DAY = datetime.timedelta(days=1)

_CLOCKS = """
    SELECT count(*) FILTER (WHERE due_at >= %(at)s AND due_at < %(tomorrow)s), count(*) FILTER (WHERE due_at < %(at)s),
        count(*) FILTER (WHERE interim_told_at IS NULL AND interim_due_at < %(tomorrow)s),
        count(*) FILTER (WHERE due_at IS NULL)
    FROM service_quality_matter
    WHERE state IN ('NEW', 'OPEN') AND (%(branches)s::bigint[] IS NULL OR branch_id = ANY (%(branches)s))
"""


@dataclass(frozen=True, slots=True)
class FirstInquiries:
    """Of the matters that somebody heard first: how many were promised an answer by now, how many got it in time."""

    taken: int
    kept: int


@dataclass(frozen=True, slots=True)
class ClockCounts:
    """Unanswered matters by what their clocks say."""

    due_today: int
    overdue: int
    interim_due: int
    without_a_date: int


def upheld_complaints(
    staff_ids: Iterable[int], first_day: datetime.date, last_day: datetime.date
) -> dict[int, int]:
    """Complaints that were upheld, by the person responsible, counted on the day they were received."""
    rows = (
        Matter.objects.filter(
            kind=Matter.Kind.COMPLAINT,
            upheld=True,
            responsible__in=list(staff_ids),
            duplicate_of__isnull=True,
            **_received(first_day, last_day),
        )
        .order_by()
        .values("responsible")
        .annotate(count=Count("pk"))
    )
    return {row["responsible"]: row["count"] for row in rows}


def upheld_complaints_of(staff_id: int, first_day: datetime.date, last_day: datetime.date) -> list[Matter]:
    """The rows behind one figure of `upheld_complaints`, in the order they were received."""
    return list(
        Matter.objects.filter(
            kind=Matter.Kind.COMPLAINT,
            upheld=True,
            responsible=staff_id,
            duplicate_of__isnull=True,
            **_received(first_day, last_day),
        ).order_by("opened_at")
    )


def first_inquiry_kept(
    staff_ids: Iterable[int],
    first_day: datetime.date,
    last_day: datetime.date,
    *,
    at: datetime.datetime | None = None,
) -> dict[int, FirstInquiries]:
    """By first responder: the matters received in the days whose promise is decided at `at`, and those kept.

    `at` is the end of the last day unless it is named.

    A matter that is answered was decided then, for ever; one that is overdue is not kept; the others, those
    without a date and doubles do not count yet.
    """
    at = at or _midnight(last_day + A_DAY)
    decided = Q(kept_promise__isnull=False) | Q(state__in=Matter.UNANSWERED, due_at__lt=at)
    rows = (
        Matter.objects.filter(
            decided,
            first_responder__in=list(staff_ids),
            duplicate_of__isnull=True,
            **_received(first_day, last_day),
        )
        .order_by()
        .values("first_responder")
        .annotate(taken=Count("pk"), kept=Count("pk", filter=Q(kept_promise=True)))
    )
    return {row["first_responder"]: FirstInquiries(row["taken"], row["kept"]) for row in rows}


def clock_counts(branch_ids: Iterable[int] | None, at: datetime.datetime) -> ClockCounts:
    """What is due today, overdue, or to be told to the customer by the end of today; None is every branch."""
    values = {
        "at": at,
        "tomorrow": _midnight(timezone.localdate(at) + A_DAY),
        "branches": None if branch_ids is None else list(branch_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLOCKS, values)
        return ClockCounts(*cursor.fetchone())


def _received(first_day: datetime.date, last_day: datetime.date) -> dict[str, datetime.datetime]:
    return {"opened_at__gte": _midnight(first_day), "opened_at__lt": _midnight(last_day + A_DAY)}


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
