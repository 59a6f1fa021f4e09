"""The queue as the cashier sees it: one line above the page."""

import datetime
from dataclasses import dataclass, field

from django.db.models import Q

from billing.business_date import business_date_of
from counters.models import Pause, Shift, Ticket, TicketService, Window
from counters.models.pause import PAUSES_A_DAY

# Who did not come is asked for no longer than this.
MISSED_FOR = datetime.timedelta(minutes=30)
MOST_SHOWN = 4
State = Ticket.State


@dataclass(slots=True)
class QueueBar:
    """What templates/queue/_bar.html shows."""

    now: datetime.datetime
    waiting: int = 0
    for_us: int = 0
    longest_minutes: int = 0
    current: Ticket | None = None
    held: list[Ticket] = field(default_factory=list)
    missed: list[Ticket] = field(default_factory=list)
    pause: Pause | None = None
    pauses_left: int = PAUSES_A_DAY
    services: list[str] = field(default_factory=list)

    @property
    def is_open_for_something(self) -> bool:
        return bool(self.services)


def queue_bar(shift: Shift, at: datetime.datetime) -> QueueBar:
    """Three queries, however long the line is."""
    services = list(
        TicketService.objects.filter(windows__window=shift.window_id).values_list("code", flat=True)
    )
    pauses = list(Pause.objects.filter(staff=shift.cashier_id, business_date=shift.business_date))
    mine = Q(window=shift.window_id)
    tickets = list(
        Ticket.objects.of_day(shift.window.hall, business_date_of(at)).filter(
            Q(state=State.WAITING)
            | mine & Q(state__in=(State.CALLED, State.SERVING, State.HELD))
            | mine & Q(state=State.NO_SHOW, ended_at__gt=at - MISSED_FOR)
        )
    )
    waiting = [one for one in tickets if one.is_waiting]
    since = min((one.issued_at for one in waiting), default=at)
    return QueueBar(
        now=at,
        waiting=len(waiting),
        for_us=sum(_is_for(one, shift, services) for one in waiting),
        longest_minutes=max(0, int((at - since).total_seconds() // 60)),
        current=next((one for one in tickets if one.is_at_a_window), None),
        held=sorted((one for one in tickets if one.is_held), key=lambda one: one.pk)[:MOST_SHOWN],
        missed=sorted((one for one in tickets if one.is_missed), key=lambda one: -one.pk)[:MOST_SHOWN],
        pause=next((one for one in pauses if not one.is_over_at(at)), None),
        pauses_left=PAUSES_A_DAY - len(pauses),
        services=services,
    )


def _is_for(ticket: Ticket, shift: Shift, services: list[str]) -> bool:
    if ticket.for_window_id:
        return ticket.for_window_id == shift.window_id
    return ticket.waits_for_id in services


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where a visitor can be sent on to."""

    services: list[TicketService]
    windows: list[Window]


def destinations_of(shift: Shift, at: datetime.datetime) -> Destinations:
    """What other windows of the hall are at work, and for what. Two queries."""
    at_work = (
        Window.objects.filter(
            hall=shift.window.hall_id,
            shifts__state=Shift.State.OPEN,
            shifts__business_date=business_date_of(at),
        )
        .exclude(pk=shift.window_id)
        .order_by("number")
    )
    services = TicketService.objects.filter(windows__window__in=at_work, is_active=True).distinct()
    return Destinations(list(services), list(at_work))
