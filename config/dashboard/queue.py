"""The line before the windows: who waits, how long the first has waited, who is being served, who has a pause."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from config.dashboard.scope import Figure, Scope, rows
from counters.models import Pause, Ticket

# From so many minutes on a wait is long, and from so many it presses (screens.md 5 marks it).
LONG, TOO_LONG = 15, 30


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one hall, or of several together."""

    waiting: Figure
    longest: Figure
    served: Figure
    pauses: Figure


def lines_of(scope: Scope, hall_ids: Iterable[int]) -> tuple[Line, dict[int, Line], set[int]]:
    """All halls together, each by its key, and the windows that have a pause. Two queries."""
    tickets = Ticket.objects.filter(business_date=scope.today)
    if scope.branch_id is not None:
        tickets = tickets.filter(hall__branch_id=scope.branch_id)
    waits = Q(state=Ticket.State.WAITING)
    found = {
        row["hall_id"]: row
        for row in tickets.order_by()
        .filter(state__in=Ticket.OPEN)
        .values("hall_id")
        .annotate(
            waiting=Count("pk", filter=waits),
            first=Min("place_at", filter=waits),
            served=Count("pk", filter=Q(state__in=Ticket.AT_A_WINDOW)),
        )
    }
    pauses = Pause.objects.at(scope.at).filter(business_date=scope.today)
    if scope.branch_id is not None:
        pauses = pauses.filter(hall__branch_id=scope.branch_id)
    paused = list(pauses.order_by().values_list("hall_id", "window_id"))
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


def _line(scope: Scope, found: list[dict[str, Any]], paused: int, hall: int | None) -> Line:
    firsts = [row["first"] for row in found if row["first"]]
    minutes = int((scope.at - min(firsts)) / datetime.timedelta(minutes=1)) if firsts else 0
    day: dict[str, Any] = {
        "business_date__exact": scope.today,
        "hall__id__exact": hall,
        "hall__branch__id__exact": scope.branch_id if hall is None else None,
    }
    waiting = rows("counters.ticket", state__exact="WAITING", **day)
    tone = "late" if minutes >= TOO_LONG else "wait" if minutes >= LONG else ""
    return Line(
        Figure(_("waiting"), sum(row["waiting"] for row in found), waiting),
        Figure(_("longest wait, minutes"), minutes, waiting, tone=tone),
        Figure(
            _("being served"),
            sum(row["served"] for row in found),
            rows("counters.ticket", state__in="CALLED,SERVING", **day),
        ),
        Figure(_("on a pause"), paused, rows("counters.pause", lasts="yes", **day)),
    )
