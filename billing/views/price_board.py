import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.tariffs import PriceBoardForm
from billing.queries.price_board import Published, ServiceBoard, price_boards

PAPERS = ("a3", "a4")
SECONDS_ON_SCREEN = 20


@require_GET
@never_cache
def price_board(request: StaffRequest) -> HttpResponse:
    """The prices in force on a day, what comes next, and what was before; everybody at work may look."""
    form, context = _chosen(request)
    return render(request, "billing/price_board.html", context, status=422 if form.errors else 200)


@require_GET
@never_cache
def price_poster(request: StaffRequest) -> HttpResponse:
    """The same prices as a poster for the wall: A3, or A4."""
    form, context = _chosen(request)
    paper = request.GET.get("paper", "")
    context |= {
        "paper": paper if paper in PAPERS else PAPERS[0],
        "back_url": reverse("billing:price_board") + "?" + _query(context),
    }
    return render(request, "billing/price_poster.html", context, status=422 if form.errors else 200)


@login_not_required
@require_GET
@never_cache
def price_screen(request: HttpRequest) -> HttpResponse:
    """One table after the other on the screen of the lobby; published prices are for everybody."""
    today = business_date_of(timezone.now())
    slides = _slides(price_boards(today))
    asked = request.GET.get("slide", "")
    # The screen runs for months: a slide that has gone, or nonsense in the address, begins anew.
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    board, change = slides[number % len(slides)] if slides else (None, None)
    following = (number + 1) % len(slides) if slides else 0
    context = {
        "board": board,
        "change": change,
        "on": today,
        "next_url": f"{reverse('billing:price_screen')}?slide={following}",
        "seconds": SECONDS_ON_SCREEN,
    }
    return render(request, "billing/price_screen.html", context)


def _slides(boards: list[ServiceBoard]) -> list[tuple[ServiceBoard, Published | None]]:
    """What is in force now, and each coming change on a screen of its own."""
    return [
        (board, part)
        for board in boards
        for part in ([None] if board.now else []) + list[Published | None](board.coming)
    ]


def _chosen(request: HttpRequest) -> tuple[PriceBoardForm, dict[str, Any]]:
    today = business_date_of(timezone.now())
    form = PriceBoardForm(request.GET or None, initial={"on": today})
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    on: datetime.date = asked.get("on") or today
    service = asked.get("service") or ""
    boards = price_boards(on, service)
    return form, {"form": form, "boards": boards, "on": on, "service": service, "is_today": on == today}


def _query(context: dict[str, Any]) -> str:
    return f"service={context['service']}&on={context['on']}"
