"""The kiosk at the door, 1080 × 1920. Whoever knows its address may press it; the devices of the hall know it."""

from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.views.numbered import get_numbered_or_404
from counters.forms.queue import KioskForm
from counters.models import Hall, Ticket, TicketService
from counters.queries.queue_pace import pace_of, waiting_in
from counters.queries.ticket_page import ticket_page, ticket_qr
from counters.services.refusals import TicketRefused
from counters.services.tickets import issue_ticket

# Nobody stands there any more: the next visitor finds the first question.
SECONDS = 30


@login_not_required
@require_http_methods(["GET", "POST"])
@never_cache
def kiosk(request: HttpRequest, key: str) -> HttpResponse:
    """Ask what the visitor came for, and print the number."""
    hall = get_numbered_or_404(Hall.objects.all(), public_key=key)
    form = KioskForm(request.POST or None)
    refusal = ""
    if request.method == "POST":
        try:
            ticket = _issue(hall, form)
        except ValidationError as refused:
            refusal = " ".join(refused.messages)
        else:
            return redirect(f"{reverse('queue:kiosk', args=[key])}?ticket={ticket.code}")
    elif code := request.GET.get("ticket"):
        return _slip(request, hall, code)
    return _page(request, hall, refusal)


def _issue(hall: Hall, form: KioskForm) -> Ticket:
    if not form.is_valid():
        raise TicketRefused(_("Press one of the buttons."), code="bad_form")
    return issue_ticket(
        hall,
        form.cleaned_data["service"],
        is_priority=form.cleaned_data["is_priority"],
        request_id=form.cleaned_data["request_id"],
        at=timezone.now(),
    )


def _page(request: HttpRequest, hall: Hall, refusal: str) -> HttpResponse:
    now = timezone.now()
    is_priority = bool(request.POST.get("is_priority") or request.GET.get("priority"))
    line, pace = waiting_in(hall, now), pace_of(hall, now)
    rows = []
    for service in TicketService.objects.filter(is_active=True):
        waiting = sum(one.waits_for_id == service.pk for one in line)
        rows.append(
            {
                "service": service,
                "waiting": waiting,
                "minutes": pace.minutes_behind(waiting, service.pk),
            }
        )
    context = {
        "hall": hall,
        "rows": rows,
        "is_priority": is_priority,
        "is_start": not (is_priority or refusal),
        "refusal": refusal,
        "request_id": uuid4(),
        "seconds": SECONDS,
    }
    return render(request, "queue/kiosk.html", context, status=422 if refusal else 200)


def _slip(request: HttpRequest, hall: Hall, code: str) -> HttpResponse:
    """The paper: the number, how many are ahead, and the way to the page on the phone."""
    ticket = get_numbered_or_404(hall.tickets.select_related("waits_for", "hall"), code=code)
    address = request.build_absolute_uri(ticket.get_absolute_url())
    context = {
        "hall": hall,
        "page": ticket_page(ticket, timezone.now()),
        "qr": ticket_qr(address),
        "seconds": SECONDS,
    }
    return render(request, "queue/slip.html", context)
