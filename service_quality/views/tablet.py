"""The tablet before a window: nobody is signed in, and the address is known to the tablet alone."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from billing.views.numbered import get_numbered_or_404
from service_quality.models import Rating, RatingRequest, RatingTablet
from service_quality.queries.tablet import TabletState, tablet_state
from service_quality.services.ratings import open_rating_request, rate_at_tablet
from service_quality.views.visitors import signed_in_staff

PAGE, PART = "service_quality/tablet.html", "service_quality/_tablet.html"


@login_not_required
@require_GET
@never_cache
def tablet(request: HttpRequest, key: str) -> HttpResponse:
    """The whole page; its part asks by itself what to show."""
    found = _tablet(key)
    return render(request, PAGE, _context(found, tablet_state(found, timezone.now())))


@login_not_required
@require_GET
@never_cache
def tablet_now(request: HttpRequest, key: str) -> HttpResponse:
    """The part that changes, asked every two seconds."""
    found = _tablet(key)
    return render(request, PART, _context(found, tablet_state(found, timezone.now())))


@login_not_required
@require_POST
def tablet_ask(request: HttpRequest, key: str) -> HttpResponse:
    """Begin to ask the customer whose visit is over."""
    found = _tablet(key)
    open_rating_request(found, at=timezone.now())
    return _answer(request, found, tablet_state(found, timezone.now()))


@login_not_required
@require_POST
def tablet_rate(request: HttpRequest, key: str) -> HttpResponse:
    """Take the one touch of whoever is asked."""
    found = _tablet(key)
    number, level = request.POST.get("request", ""), request.POST.get("level", "")
    # Eighteen digits: no longer key fits into the column.
    pk = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    asked = get_object_or_404(RatingRequest, pk=pk, window=found.window_id)
    try:
        rate_at_tablet(
            asked,
            level=int(level) if level in {"1", "2", "3", "4", "5"} else 0,
            at=timezone.now(),
            signed_in=signed_in_staff(request),
        )
    except ValidationError as refusal:
        context = _context(found, TabletState()) | {"refusal": refusal.messages[0]}
        return render(request, PART if request.headers.get("HX-Request") else PAGE, context, status=422)
    return _answer(request, found, TabletState(is_thanking=True))


def _tablet(key: str) -> RatingTablet:
    return get_numbered_or_404(RatingTablet.objects.select_related("window__hall"), key=key)


def _answer(request: HttpRequest, found: RatingTablet, state: TabletState) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render(request, PART, _context(found, state))
    return redirect("service_quality:tablet", key=found.key)


def _context(found: RatingTablet, state: TabletState) -> dict[str, Any]:
    return {
        "tablet": found,
        "state": state,
        "levels": [(level.value, level.label) for level in Rating.Level],
    }
