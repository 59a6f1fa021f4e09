"""The hall at this moment, for whoever runs it."""

import datetime
from dataclasses import dataclass

from django.db.models import Prefetch

from accounts.models import Staff
from billing.business_date import business_date_of
from counters.models import Hall, Pause, Shift, Ticket, TicketService, Window
from counters.queries.pauses import overrun_pauses
from counters.queries.queue_pace import Place, pace_of, place_of, waiting_in

WAITS_LONG_AFTER = datetime.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class WindowNow:
    """One window: who works it, for what it is open, whom it serves since when."""

    window: Window
    shift: Shift | None
    services: list[str]
    ticket: Ticket | None
    held: int
    served: int
    pause: Pause | None
    has_overrun: bool

    @property
    def is_idle(self) -> bool:
        return self.shift is not None and self.ticket is None and self.pause is None

    @property
    def services_csv(self) -> str:
        return ",".join(self.services)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One visitor who waits."""

    ticket: Ticket
    minutes: int
    place: Place
    is_long: bool


@dataclass(frozen=True, slots=True)
class HallNow:
    """What templates/queue/_hall_now.html shows."""

    hall: Hall
    at: datetime.datetime
    windows: list[WindowNow]
    waiting: list[Waiting]
    services: list[TicketService]
    pauses: list[Pause]
    overrun: list[Pause]

    @property
    def longest_minutes(self) -> int:
        return max((one.minutes for one in self.waiting), default=0)

    @property
    def at_work(self) -> int:
        return sum(one.shift is not None and one.pause is None for one in self.windows)


def halls_of(staff: Staff) -> list[Hall]:
    """The halls that this person may look at, the own branch's first."""
    halls = Hall.objects.select_related("branch")
    if not staff.has_perm("accounts.see_every_branch"):
        halls = halls.filter(branch=staff.branch_id or 0)
    return sorted(halls, key=lambda one: (one.branch_id != staff.branch_id, one.number))


def hall_now(hall: Hall, at: datetime.datetime) -> HallNow:
    """Nine queries, however many windows and visitors there are."""
    today = business_date_of(at)
    line, pace = waiting_in(hall, at), pace_of(hall, at)
    pauses = list(
        Pause.objects.filter(hall=hall, business_date=today).select_related("staff", "window", "ended_by")
    )
    overrun = list(overrun_pauses(at).filter(hall=hall).select_related("staff", "window"))
    return HallNow(
        hall=hall,
        at=at,
        windows=_windows(hall, today, at, pauses, overrun),
        waiting=[
            Waiting(
                one,
                max(0, int((at - one.issued_at).total_seconds() // 60)),
                place_of(one, line, pace),
                at - one.issued_at > WAITS_LONG_AFTER,
            )
            for one in line
        ],
        services=list(TicketService.objects.filter(is_active=True)),
        pauses=pauses,
        overrun=overrun,
    )


def _windows(
    hall: Hall, today: datetime.date, at: datetime.datetime, pauses: list[Pause], overrun: list[Pause]
) -> list[WindowNow]:
    open_shifts = Shift.objects.open().select_related("cashier")
    windows = hall.windows.prefetch_related(
        Prefetch("shifts", queryset=open_shifts, to_attr="now"), "open_services"
    ).order_by("number")
    tickets = list(
        Ticket.objects.of_day(hall, today)
        .filter(window__isnull=False)
        .only("window_id", "state", "called_at", "service_id", "number", "announced_at", "is_priority")
    )
    late = {one.window_id for one in overrun}
    found = []
    for window in windows:
        mine = [one for one in tickets if one.window_id == window.pk]
        shift = next(iter(getattr(window, "now")), None)  # noqa: B009 - what the prefetch has put there
        found.append(
            WindowNow(
                window=window,
                shift=shift,
                services=sorted(one.service_id for one in window.open_services.all()),
                ticket=next((one for one in mine if one.is_at_a_window), None),
                held=sum(one.is_held for one in mine),
                served=sum(one.state == Ticket.State.DONE for one in mine),
                pause=next(
                    (one for one in pauses if one.window_id == window.pk and not one.is_over_at(at)), None
                ),
                has_overrun=window.pk in late,
            )
        )
    return found
