"""The line before the windows: who waits, how long the first has waited, who is being served, who has a pause."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from config.dashboard.scope import Figure, Scope, rows

# From so many minutes on a wait is long, and from so many it presses (screens.md 5 marks it).
LONG, TOO_LONG = 15, 30


_LINES = """
    SELECT t.hall_id, count(*) FILTER (WHERE t.state = 'WAITING'), min(t.place_at) FILTER (WHERE t.state = 'WAITING'),
        count(*) FILTER (WHERE t.state IN ('CALLED', 'SERVING'))
    FROM counters_ticket t JOIN counters_hall h ON h.id = t.hall_id
    WHERE t.business_date = %(today)s AND t.state IN ('WAITING', 'CALLED', 'SERVING', 'HELD')
        AND (%(branch)s::bigint IS NULL OR h.branch_id = %(branch)s)
    GROUP BY 1
"""
_PAUSED = """
    SELECT p.hall_id, p.window_id FROM counters_pause p JOIN counters_hall h ON h.id = p.hall_id
    WHERE p.business_date = %(today)s AND p.ended_at IS NULL AND p.ends_at > %(at)s
        AND (%(branch)s::bigint IS NULL OR h.branch_id = %(branch)s)
"""


class InHall(NamedTuple):
    """Whoever is in one hall with a number."""

    waiting: int
    first: datetime.datetime | None
    served: int


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one hall, or of several together."""

    waiting: Figure
    longest: Figure
    served: Figure
    pauses: Figure


def lines_of(scope: Scope, hall_ids: Iterable[int]) -> tuple[Line, dict[int, Line], set[int]]:
    """All halls together, each by its key, and the windows that have a pause. Two queries."""
    values = {"today": scope.today, "at": scope.at, "branch": scope.branch_id}
    with connection.cursor() as cursor:
        cursor.execute(_LINES, values)
        found = {row[0]: InHall(*row[1:]) for row in cursor.fetchall()}
        cursor.execute(_PAUSED, values)
        paused = cursor.fetchall()
    lines = {
        key: _line(
            scope, [found[key]] if key in found else [], sum(hall == key for hall, _window in paused), key
        )
        for key in hall_ids
    }
    return (
        _line(scope, list(found.values()), len(paused), None),
        lines,
        {window for _hall, window in paused},
    )


def _line(scope: Scope, found: list[InHall], paused: int, hall: int | None) -> Line:
    firsts = [row.first for row in found if row.first]
    minutes = int((scope.at - min(firsts)) / datetime.timedelta(minutes=1)) if firsts else 0
    day: dict[str, Any] = {
        "business_date__exact": scope.today,
        "hall__id__exact": hall,
        "hall__branch__id__exact": scope.branch_id if hall is None else None,
    }
    waiting = rows("counters.ticket", state__exact="WAITING", **day)
    tone = "late" if minutes >= TOO_LONG else "wait" if minutes >= LONG else ""
    return Line(
        Figure(_("waiting"), sum(row.waiting for row in found), waiting),
        Figure(_("longest wait"), minutes, waiting, tone=tone),
        Figure(
            _("being served"),
            sum(row.served for row in found),
            rows("counters.ticket", state__in="CALLED,SERVING", **day),
        ),
        Figure(_("on a pause"), paused, rows("counters.pause", lasts="yes", **day)),
    )
