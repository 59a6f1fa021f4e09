"""What a window does with the visitor whom it called: every move closes one period and opens the next."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.business_date import business_date_of
from counters.models import Shift, Ticket, TicketPeriod, TicketService, Window, WindowService
from counters.services.board_signal import signal_board
from counters.services.refusals import TicketRefused
from counters.services.shifts import check_own_open_shift, lock_shift

State = Ticket.State
Kind = TicketPeriod.Kind


@transaction.atomic
def recall_ticket(ticket: Ticket, *, shift: Shift, by: Staff, at: datetime.datetime) -> Ticket:
    """Call the visitor out once more. Codes: those of the shift, another_day, not_at_your_window."""
    ticket = _lock_at_window(ticket, shift, by, at)
    ticket.announced_at, ticket.calls = at, ticket.calls + 1
    ticket.save(update_fields=["announced_at", "calls"])
    signal_board(ticket.hall_id)
    return ticket


@transaction.atomic
def finish_ticket(ticket: Ticket, *, shift: Shift, by: Staff, at: datetime.datetime) -> Ticket:
    """End the visit without calling anybody. Codes: those of the shift, another_day, not_at_your_window."""
    ticket = _lock_at_window(ticket, shift, by, at)
    _move(ticket, State.DONE, at)
    return ticket


@transaction.atomic
def miss_ticket(ticket: Ticket, *, shift: Shift, by: Staff, at: datetime.datetime) -> Ticket:
    """Nobody came (过号); who comes after all can be taken back.

    Codes: those of the shift, another_day, not_at_your_window, already_served.
    """
    ticket = _lock_at_window(ticket, shift, by, at)
    if ticket.is_serving:
        raise TicketRefused(
            _("%(label)s has paid here already: finish the visit instead."),
            code="already_served",
            params={"label": ticket.label},
        )
    _move(ticket, State.NO_SHOW, at)
    return ticket


@transaction.atomic
def hold_ticket(ticket: Ticket, *, shift: Shift, by: Staff, at: datetime.datetime) -> Ticket:
    """Let the visitor fetch something while others are called. Codes: as finish_ticket."""
    ticket = _lock_at_window(ticket, shift, by, at)
    _move(ticket, State.HELD, at, then=Kind.HOLD)
    return ticket


@transaction.atomic
def take_ticket_back(ticket: Ticket, *, shift: Shift, by: Staff, at: datetime.datetime) -> Ticket:
    """Go on with a visitor who was on hold, or who came after all, at this window.

    Codes: those of the shift, another_day, not_on_hold, window_busy.
    """
    hall_id = shift.window.hall_id
    shift = _lock_own(shift, by, at)
    ticket = _lock_ticket(ticket, at)
    if ticket.hall_id != hall_id or not (ticket.is_held or ticket.is_missed):
        raise TicketRefused(
            _("%(label)s is not on hold any more."), code="not_on_hold", params={"label": ticket.label}
        )
    if busy := Ticket.objects.at_a_window().filter(window=shift.window_id).first():
        raise TicketRefused(
            _("%(label)s is still at your window: finish that visit first."),
            code="window_busy",
            params={"label": busy.label},
        )
    ticket.window_id, ticket.staff, ticket.shift = shift.window_id, by, shift
    ticket.called_at, ticket.announced_at, ticket.calls = at, at, ticket.calls + 1
    _move(ticket, State.CALLED, at, then=Kind.SERVE)
    return ticket


@transaction.atomic
def transfer_ticket(
    ticket: Ticket,
    *,
    service: TicketService | None = None,
    window: Window | None = None,
    shift: Shift,
    by: Staff,
    at: datetime.datetime,
) -> Ticket:
    """Send the visitor on to another service, or to a window; who came later is called later there, too.

    Codes: those of the shift, another_day, not_at_your_window, nowhere, same_window, window_closed,
    nobody_serves.
    """
    ticket = _lock_at_window(ticket, shift, by, at)
    _check_destination(ticket, service, window)
    if service:
        ticket.waits_for = service
    ticket.for_window = window
    ticket.window = ticket.staff = ticket.shift = None
    _move(ticket, State.WAITING, at, then=Kind.WAIT)
    return ticket


def _check_destination(ticket: Ticket, service: TicketService | None, window: Window | None) -> None:
    if service is None and window is None:
        raise TicketRefused(_("Choose a service or a window."), code="nowhere")
    if window is None:
        at_work = WindowService.objects.filter(
            service=service, window__hall=ticket.hall_id, window__shifts__state=Shift.State.OPEN
        )
        if not at_work.exclude(window=ticket.window_id).exists():
            raise TicketRefused(
                _("No other window is open for %(service)s now."),
                code="nobody_serves",
                params={"service": service},
            )
        return
    if window.pk == ticket.window_id:
        raise TicketRefused(_("This visitor is at your window already."), code="same_window")
    is_open = Shift.objects.open().filter(window=window, window__hall=ticket.hall_id).exists()
    if not is_open:
        raise TicketRefused(
            _("Window %(number)s is not at work now."),
            code="window_closed",
            params={"number": window.number},
        )


def _lock_own(shift: Shift, by: Staff, at: datetime.datetime) -> Shift:
    shift = lock_shift(shift.pk)
    check_own_open_shift(shift, by, at)
    return shift


def _lock_at_window(ticket: Ticket, shift: Shift, by: Staff, at: datetime.datetime) -> Ticket:
    shift = _lock_own(shift, by, at)
    ticket = _lock_ticket(ticket, at)
    if ticket.window_id != shift.window_id or not ticket.is_at_a_window:
        raise TicketRefused(
            _("%(label)s is not at your window any more."),
            code="not_at_your_window",
            params={"label": ticket.label},
        )
    return ticket


def _lock_ticket(ticket: Ticket, at: datetime.datetime) -> Ticket:
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
    if ticket.business_date != business_date_of(at):
        raise TicketRefused(
            _("%(label)s is a number of %(date)s. Please take a new one."),
            code="another_day",
            params={"label": ticket.label, "date": ticket.business_date},
        )
    return ticket


def _move(ticket: Ticket, state: State, at: datetime.datetime, then: Kind | None = None) -> None:
    """The one place where a ticket changes its state, and its period with it."""
    if state not in Ticket.TRANSITIONS[State(ticket.state)]:
        raise AssertionError(f"{ticket.state} → {state}")
    ticket.state = state
    ticket.ended_at = None if ticket.is_open else at
    TicketPeriod.objects.filter(ticket=ticket, ended_at__isnull=True).update(ended_at=at)
    if then:
        TicketPeriod.objects.create(
            ticket=ticket, kind=then, window=ticket.window, staff=ticket.staff, begun_at=at
        )
    ticket.save(
        update_fields=[
            "state", "waits_for", "for_window", "window", "staff", "shift", "called_at", "announced_at",
            "calls", "ended_at",
        ]
    )  # fmt: skip
    signal_board(ticket.hall_id)
