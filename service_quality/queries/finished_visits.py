"""Every visit that was finished at a window, rated or not: what all figures of ratings are counted from.

A visit is a ticket, or a payment without one. What was reversed counts only where the customer rated it.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

_VISITS = """
    SELECT t.id AS ticket_id, NULL::bigint AS payment_id, t.hall_id, t.window_id, t.staff_id, t.business_date,
        t.ended_at AS finished_at, r.id AS rating_id, r.level
    FROM counters_ticket t
    JOIN counters_hall h ON h.id = t.hall_id
    LEFT JOIN service_quality_rating r ON r.ticket_id = t.id
    WHERE t.state = 'DONE' AND t.business_date BETWEEN %(first)s AND %(last)s
        AND (%(branch)s::bigint IS NULL OR h.branch_id = %(branch)s)
        AND (%(hall)s::bigint IS NULL OR t.hall_id = %(hall)s)
        AND (%(staff)s::bigint[] IS NULL OR t.staff_id = ANY (%(staff)s))
    UNION ALL
    SELECT NULL, p.id, w.hall_id, w.id, p.taken_by_id, p.business_date, p.taken_at, r.id, r.level
    FROM billing_payment p
    JOIN counters_tillentry e ON e.payment_id = p.id AND e.kind = 'PAYMENT'
    JOIN counters_shift s ON s.id = e.shift_id
    JOIN counters_window w ON w.id = s.window_id
    JOIN counters_hall h ON h.id = w.hall_id
    LEFT JOIN service_quality_rating r ON r.payment_id = p.id
    WHERE p.channel = 'COUNTER' AND p.business_date BETWEEN %(first)s AND %(last)s AND p.taken_by_id IS NOT NULL
        AND (%(branch)s::bigint IS NULL OR h.branch_id = %(branch)s)
        AND (%(hall)s::bigint IS NULL OR w.hall_id = %(hall)s)
        AND (%(staff)s::bigint[] IS NULL OR p.taken_by_id = ANY (%(staff)s))
        AND NOT EXISTS (SELECT FROM counters_ticketpayment tp WHERE tp.payment_id = p.id)
        AND (r.id IS NOT NULL OR NOT EXISTS (SELECT FROM billing_reversal v WHERE v.payment_id = p.id))
"""
_COUNTS = f"""
    SELECT {{key}}, level, count(*) FROM ({_VISITS}) visit GROUP BY 1, 2
"""  # noqa: S608 - text of our own
_WANTED = f"""
    FROM ({_VISITS}) visit
    WHERE (%(levels)s::integer[] IS NULL OR level = ANY (%(levels)s)) AND (NOT %(unrated)s OR level IS NULL)
"""
_ROWS = f"""
    SELECT ticket_id, payment_id, rating_id, window_id, staff_id, finished_at {_WANTED}
    ORDER BY finished_at DESC, coalesce(ticket_id, payment_id) DESC LIMIT %(limit)s OFFSET %(offset)s
"""
KEYS = {"staff": "staff_id", "hall": "hall_id", "day": "business_date"}


@dataclass(frozen=True, slots=True)
class Extent:
    """Which visits are meant; what is None is not asked for."""

    first: datetime.date
    last: datetime.date
    branch_id: int | None = None
    hall_id: int | None = None
    staff_ids: Sequence[int] | None = None

    def values(self) -> dict[str, Any]:
        return {
            "first": self.first,
            "last": self.last,
            "branch": self.branch_id,
            "hall": self.hall_id,
            "staff": None if self.staff_ids is None else list(self.staff_ids),
        }


@dataclass(frozen=True, slots=True)
class VisitKeys:
    """A finished visit, by the keys of what belongs to it."""

    ticket_id: int | None
    payment_id: int | None
    rating_id: int | None
    window_id: int
    staff_id: int
    finished_at: datetime.datetime


def count_visits(extent: Extent, by: str) -> list[tuple[Any, int | None, int]]:
    """(key, level or None, how many visits); the key is that of a person, of a hall, or a day. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(key=KEYS[by]), extent.values())
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Wanted:
    """The visits of an extent with these levels, or those that were not rated."""

    extent: Extent
    levels: Sequence[int] | None = None
    unrated: bool = False

    def count(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {_WANTED}", self._values())
            (count,) = cursor.fetchone()
        return int(count)

    def keys(self, limit: int, offset: int) -> list[VisitKeys]:
        """A page of them, the last first. One query."""
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, {**self._values(), "limit": limit, "offset": offset})
            return [VisitKeys(*row) for row in cursor.fetchall()]

    def _values(self) -> dict[str, Any]:
        levels = None if self.levels is None else list(self.levels)
        return {**self.extent.values(), "levels": levels, "unrated": self.unrated}
