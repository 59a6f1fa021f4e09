from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from billing.views.numbered import get_numbered_or_404
from counters.models import Ticket
from counters.queries.ticket_page import ticket_page


@login_not_required
@require_GET
@never_cache
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """The visitor's own page: the number, how many are ahead, about how many minutes."""
    found = get_numbered_or_404(Ticket.objects.select_related("hall", "window", "waits_for"), code=code)
    is_part = request.headers.get("HX-Request")
    template = "queue/_ticket_now.html" if is_part else "queue/ticket.html"
    return render(request, template, {"page": ticket_page(found, timezone.now())})
