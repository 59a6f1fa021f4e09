"""The rows that earned the points of a line: receipts, tickets, ratings, matters; as the run found them."""

import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from service_quality.models import AssessmentLine, AssessmentMatter, Rating
from service_quality.queries.assessment.work_inputs import RECEIPTS, TICKETS

ROWS = 50
_SOURCES = {"receipts": RECEIPTS, "tickets": TICKETS}
_PAGE = """
    SELECT number, at, business, is_undone FROM ({source}) done
    WHERE staff_id = %(staff)s AND hall_id = %(hall)s
    ORDER BY at, id LIMIT %(limit)s OFFSET %(offset)s
"""
_COUNT = "SELECT count(*) FROM ({source}) done WHERE staff_id = %(staff)s AND hall_id = %(hall)s"


class Done(NamedTuple):
    """A receipt or a ticket of the line; one that was undone counts nothing."""

    number: str
    at: datetime.datetime
    business: str
    is_undone: bool


class WorkRows:
    """Receipts or tickets of a line, for a Paginator: counted and cut by the database."""

    ordered = True

    def __init__(self, line: AssessmentLine, source: str) -> None:
        self.source = _SOURCES[source]
        run = line.run
        self.values: dict[str, Any] = {
            "first": run.month,
            "last": run.last_day,
            "until": run.measured_at,
            "staff": line.staff_id,
            "hall": line.hall_id,
        }

    def count(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format(source=self.source), self.values)
            (number,) = cursor.fetchone()
        return int(number)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, wanted: slice) -> list[Done]:
        start = wanted.start or 0
        values = self.values | {"limit": wanted.stop - start, "offset": start}
        with connection.cursor() as cursor:
            cursor.execute(_PAGE.format(source=self.source), values)
            return [Done(*row) for row in cursor.fetchall()]


def rating_rows(line: AssessmentLine) -> QuerySet[Rating]:
    """The ratings of a line: for those who lead the hall, never for the person rated."""
    run = line.run
    return Rating.objects.filter(
        staff=line.staff_id,
        hall=line.hall_id,
        business_date__range=(run.month, run.last_day),
        rated_at__lte=run.measured_at,
    ).order_by("rated_at", "pk")


def matters_against(line: AssessmentLine, kind: str) -> QuerySet[AssessmentMatter]:
    """Complaints upheld against the person, or inquiries not kept in time; in whichever hall they count."""
    kinds = {"complaints": AssessmentMatter.Kind.COMPLAINT, "missed": AssessmentMatter.Kind.MISSED}
    return AssessmentMatter.objects.filter(
        run=line.run_id, staff=line.staff_id, kind=kinds[kind]
    ).select_related("matter__hall")
