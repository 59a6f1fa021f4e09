"""What hangs in the lobby."""

import datetime
from dataclasses import dataclass

from django.db.models import F

from billing.business_date import business_date_of
from counters.models import Hall, Ticket, TicketService
from counters.queries.queue_pace import Pace, pace_of, waiting_in

LAST_CALLS = 6
LAST_MISSED = 6
# Whose number was called out so long ago does not come any more.
MISSED_FOR = datetime.timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Line:
    """Those who wait for one service."""

    service: TicketService
    waiting: int
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Board:
    """What templates/queue/_board_now.html shows."""

    hall: Hall
    current: Ticket | None
    earlier: list[Ticket]
    missed: list[Ticket]
    lines: list[Line]
    waiting: int
    minutes: int | None


def board_of(hall: Hall, at: datetime.datetime) -> Board:
    """Five queries."""
    today = Ticket.objects.of_day(hall, business_date_of(at))
    called = list(
        today.filter(announced_at__isnull=False, window__isnull=False)
        .exclude(state=Ticket.State.NO_SHOW)
        .select_related("window")
        .order_by(F("announced_at").desc(), "-id")[: LAST_CALLS * 2]
    )
    missed = list(
        today.filter(state=Ticket.State.NO_SHOW, ended_at__gt=at - MISSED_FOR).order_by("-ended_at")[
            :LAST_MISSED
        ]
    )
    waiting = waiting_in(hall, at)
    pace = pace_of(hall, at)
    lines = [_line(one, waiting, pace) for one in TicketService.objects.filter(is_active=True)]
    estimates = [one.minutes for one in lines if one.waiting and one.minutes]
    # Whoever was called last is big until the visit is over; then who was called before and is still at a window.
    current = next((one for one in called if one.is_at_a_window), None)
    return Board(
        hall=hall,
        current=current,
        earlier=[one for one in called if one is not current][:LAST_CALLS],
        missed=missed,
        lines=lines,
        waiting=len(waiting),
        minutes=max(estimates, default=None),
    )


def _line(service: TicketService, waiting: list[Ticket], pace: Pace) -> Line:
    count = sum(one.waits_for_id == service.pk for one in waiting)
    return Line(service, count, pace.minutes_behind(count, service.pk) if count else None)
