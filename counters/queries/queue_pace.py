"""How fast the line of a hall moves now, and how long somebody in it still waits."""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from billing.business_date import business_date_of
from counters.models import Hall, Ticket

# The last visits of the day say how long one takes; before there are so many, the usual minutes of the service do.
_PACE = """
    SELECT s.code, COALESCE(served.minutes, s.usual_minutes), (
        SELECT count(*) FROM counters_windowservice o
        JOIN counters_window w ON w.id = o.window_id AND w.hall_id = %(hall)s
        JOIN counters_shift h ON h.window_id = w.id AND h.state = 'OPEN' AND h.business_date = %(day)s
        WHERE o.service_id = s.code AND NOT EXISTS (
            SELECT FROM counters_pause p WHERE p.staff_id = h.cashier_id AND p.ended_at IS NULL AND p.ends_at > %(at)s))
    FROM counters_ticketservice s
    LEFT JOIN LATERAL (
        SELECT avg(minutes) AS minutes FROM (
            SELECT extract(epoch FROM p.ended_at - p.begun_at) / 60 AS minutes
            FROM counters_ticketperiod p JOIN counters_ticket t ON t.id = p.ticket_id
            WHERE t.hall_id = %(hall)s AND t.business_date = %(day)s AND t.waits_for_id = s.code
                AND t.state = 'DONE' AND p.kind = 'SERVE' AND p.ended_at IS NOT NULL
            ORDER BY p.ended_at DESC LIMIT 20) AS last HAVING count(*) >= 3
    ) AS served ON true
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """For each service the minutes that a visit takes and the windows that are at work for it."""

    minutes: dict[str, float]
    windows: dict[str, int]

    def minutes_behind(self, ahead: int, service_code: str) -> int | None:
        """About so many minutes until it is the turn of who has so many ahead; None where no window is at work."""
        windows = self.windows.get(service_code, 0)
        if not windows:
            return None
        return max(1, math.ceil(ahead * self.minutes[service_code] / windows))


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands in the line."""

    ahead: int
    minutes: int | None


def pace_of(hall: Hall, at: datetime.datetime) -> Pace:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PACE, {"hall": hall.pk, "day": business_date_of(at), "at": at})
        rows = cursor.fetchall()
    return Pace(
        {code: float(minutes) for code, minutes, _windows in rows},
        {code: windows for code, _minutes, windows in rows},
    )


def waiting_in(hall: Hall, at: datetime.datetime) -> list[Ticket]:
    """Who waits in the hall today, in the order in which they are called. One query."""
    return list(Ticket.objects.of_day(hall, business_date_of(at)).waiting().in_line())


def place_of(ticket: Ticket, line: Sequence[Ticket], pace: Pace) -> Place:
    """How many of those who wait for the same service are called sooner."""
    same = [one.pk for one in line if one.waits_for_id == ticket.waits_for_id]
    ahead = same.index(ticket.pk) if ticket.pk in same else len(same)
    return Place(ahead, pace.minutes_behind(ahead, ticket.waits_for_id))
