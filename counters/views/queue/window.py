"""The line above the cashier's page: each key is one POST that answers with the line as it is then."""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import StaffRequest
from counters.forms.queue import FinishingForm, PauseForm, TicketForm, TransferForm
from counters.models import Pause, Shift, Ticket
from counters.queries.queue_bar import destinations_of, queue_bar
from counters.queries.shifts import handles_cash, open_shift_of
from counters.services.calls import Call, call_next_ticket
from counters.services.pauses import begin_pause, end_pause
from counters.services.refusals import PauseRefused, TicketRefused
from counters.services.shifts import ShiftRefused
from counters.services.visits import (
    finish_ticket,
    hold_ticket,
    miss_ticket,
    recall_ticket,
    take_ticket_back,
    transfer_ticket,
)

# What a key does: it is handed the shift and the time, and says what happened.
Act = Callable[[Shift, datetime.datetime], str]
Verb = Callable[..., Ticket]


@permission_required("counters.call_ticket", raise_exception=True)
@require_GET
@never_cache
def bar(request: StaffRequest) -> HttpResponse:
    """The queue and the visitor at the own window."""
    return _show(request, open_shift_of(request.user))


@permission_required("counters.call_ticket", raise_exception=True)
@require_POST
def call(request: StaffRequest) -> HttpResponse:
    """Call the next visitor; the one at the window has been served."""
    form = FinishingForm(request.POST)

    def act(shift: Shift, at: datetime.datetime) -> str:
        if not form.is_valid():
            raise TicketRefused(_("This page was used already. Look again."), code="other_ticket")
        return _said(
            call_next_ticket(shift, finishing=form.cleaned_data["finishing"], by=request.user, at=at)
        )

    return _do(request, act)


def _said(answer: Call) -> str:
    if answer.called is None:
        return _("The visit is finished. Nobody waits for this window.")
    return _("%(label)s has been called.") % {"label": answer.called.label}


@permission_required("counters.call_ticket", raise_exception=True)
@require_POST
def recall(request: StaffRequest) -> HttpResponse:
    """Call the visitor out once more."""
    return _do_with_ticket(request, recall_ticket, _("%(label)s has been called again."))


@permission_required("counters.call_ticket", raise_exception=True)
@require_POST
def finish(request: StaffRequest) -> HttpResponse:
    """End the visit without calling anybody."""
    return _do_with_ticket(request, finish_ticket, _("%(label)s is finished."))


@permission_required("counters.call_ticket", raise_exception=True)
@require_POST
def hold(request: StaffRequest) -> HttpResponse:
    """Put the visitor on hold."""
    return _do_with_ticket(request, hold_ticket, _("%(label)s is on hold."))


@permission_required("counters.call_ticket", raise_exception=True)
@require_POST
def miss(request: StaffRequest) -> HttpResponse:
    """Nobody came."""
    return _do_with_ticket(request, miss_ticket, _("%(label)s did not come."))


@permission_required("counters.call_ticket", raise_exception=True)
@require_POST
def take_back(request: StaffRequest) -> HttpResponse:
    """Go on with a visitor who was on hold, or who came after all."""
    return _do_with_ticket(request, take_ticket_back, _("%(label)s is at your window again."))


@permission_required("counters.call_ticket", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def transfer(request: StaffRequest) -> HttpResponse:
    """Ask where the visitor is to go, and send him there."""
    shift = open_shift_of(request.user)
    if request.method == "GET":
        return _show(request, shift, asks_where=True)
    if shift is None:
        return _do_with_ticket(request, transfer_ticket, "")
    form = TransferForm(request.POST, destinations=destinations_of(shift, timezone.now()))
    if not form.is_valid():
        sentence = _("Choose a service or a window.")
        return _show(request, shift, said={"tone": "late", "sentence": sentence}, asks_where=True, status=422)
    return _do_with_ticket(request, transfer_ticket, _("%(label)s waits there now."), **form.destination())


@permission_required("counters.call_ticket", raise_exception=True)
@require_POST
def pause(request: StaffRequest) -> HttpResponse:
    """Begin a pause of five minutes."""
    form = PauseForm(request.POST)

    def act(shift: Shift, at: datetime.datetime) -> str:
        if not form.is_valid():
            raise PauseRefused(list(form.errors["reason"]), code="reason_too_long")
        begin_pause(shift, reason=form.cleaned_data["reason"], by=request.user, at=at)
        return _("Five minutes for you. The window calls nobody until then.")

    return _do(request, act)


@permission_required("counters.call_ticket", raise_exception=True)
@require_POST
def resume(request: StaffRequest) -> HttpResponse:
    """End the own pause."""

    def act(shift: Shift, at: datetime.datetime) -> str:
        current = Pause.objects.at(at).filter(staff=request.user).first()
        if current is None:
            raise PauseRefused(_("This pause is over already."), code="pause_over")
        end_pause(current, by=request.user, at=at)
        return _("Welcome back.")

    return _do(request, act)


def _do_with_ticket(request: StaffRequest, verb: Verb, sentence: str, **more: Any) -> HttpResponse:
    form = TicketForm(request.POST)

    def act(shift: Shift, at: datetime.datetime) -> str:
        visible = Ticket.objects.visible_to(request.user)
        ticket = visible.filter(pk=form.cleaned_data["ticket"]).first() if form.is_valid() else None
        if ticket is None:
            raise TicketRefused(_("There is nobody at your window. Call somebody first."), code="nobody_here")
        return sentence % {"label": verb(ticket, shift=shift, by=request.user, at=at, **more).label}

    return _do(request, act)


def _do(request: StaffRequest, act: Act) -> HttpResponse:
    shift = open_shift_of(request.user)
    try:
        if shift is None:
            raise ShiftRefused(_("Open a shift first."), code="not_open")
        sentence = act(shift, timezone.now())
    except ValidationError as refusal:
        said = {"tone": "late", "sentence": " ".join(refusal.messages)}
        return _show(request, shift, said=said, status=422)
    if not request.headers.get("HX-Request"):
        messages.success(request, sentence)
        # Who has no drawer has no page of payments to go back to.
        return redirect("counters:counter" if handles_cash(request.user) else "queue:bar")
    return _show(request, shift, said={"tone": "done", "sentence": sentence})


def _show(
    request: StaffRequest,
    shift: Shift | None,
    *,
    said: dict[str, str] | None = None,
    asks_where: bool = False,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {
        "queue": queue_bar(shift, now) if shift else None,
        "current_shift": shift,
        "said": said,
        "destinations": destinations_of(shift, now) if shift and asks_where else None,
    }
    is_part = request.headers.get("HX-Request")
    template = "queue/_bar.html" if is_part else "queue/bar.html"
    return render(request, template, context, status=status)
