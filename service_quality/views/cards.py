"""5P cards among us: the list, one card, giving one, entering those on paper, stars, and the wall."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.views.numbered import get_numbered_or_404
from service_quality.forms.card_list import CardListForm
from service_quality.forms.cards import ColleagueForm, PaperForm, VoidForm
from service_quality.models import PraiseCard
from service_quality.queries.card_standings import promotion_levels, promotions, standings
from service_quality.queries.card_wall import card_wall
from service_quality.queries.giving import left_to_give, people_to_thank
from service_quality.queries.kinds import kind_rows
from service_quality.services.cards import (
    enter_card_among_staff,
    enter_card_of_customer,
    give_card_to_colleague,
    show_words,
    void_card,
)

ROWS = 40
SECONDS_ON_SCREEN = 30


@permission_required("service_quality.view_praisecard", raise_exception=True)
@require_GET
@never_cache
def card_list(request: StaffRequest) -> HttpResponse:
    """The cards of a year, a month, a person, a kind: what is behind every number of cards."""
    form = CardListForm(request.GET)
    cards = PraiseCard.objects.visible_to(request.user).select_related(
        "receiver", "giver", "payment__receipt"
    )
    page = Paginator(form.narrow(cards), ROWS).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "page_query": form.address(), "count": page.paginator.count}
    return render(request, "service_quality/card_list.html", context)


@permission_required("service_quality.give_praisecard", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def card_new(request: StaffRequest) -> HttpResponse:
    """Thank somebody at work."""
    form = ColleagueForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            card = give_card_to_colleague(**form.cleaned_data, giver=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request,
                _("Card %(serial)s is given to %(name)s.")
                % {"serial": card.serial, "name": card.receiver.get_short_name()},
            )
            return redirect("service_quality:card_wall")
    context = {
        "form": form,
        "kinds": kind_rows(form["kind"].value()),
        "people": people_to_thank(request.user),
        "left": left_to_give(request.user, business_date_of(timezone.now())),
    }
    return render(request, "service_quality/card_new.html", context, status=422 if form.errors else 200)


@permission_required("service_quality.enter_praisecard", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def card_enter(request: StaffRequest) -> HttpResponse:
    """Enter one card after the other, as they were handed in."""
    today = business_date_of(timezone.now())
    form = PaperForm(request.POST if request.method == "POST" else None, initial={"given_on": today})
    if form.is_valid():
        try:
            card = _enter(form.cleaned_data, request)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request,
                _("Card %(serial)s for %(name)s is entered.")
                % {"serial": card.serial, "name": card.receiver.get_short_name()},
            )
            return redirect("service_quality:card_enter")
    context = {
        "form": form,
        "kinds": kind_rows(form["kind"].value()),
        "people": people_to_thank(request.user),
    }
    return render(request, "service_quality/card_enter.html", context, status=422 if form.errors else 200)


@permission_required("service_quality.view_praisecard", raise_exception=True)
@require_GET
@never_cache
def card_detail(request: StaffRequest, serial: str) -> HttpResponse:
    """One card and what became of it."""
    return _detail(request, _card(request, serial), VoidForm())


@permission_required("service_quality.void_praisecard", raise_exception=True)
@require_POST
def card_void(request: StaffRequest, serial: str) -> HttpResponse:
    card = _card(request, serial)
    form = VoidForm(request.POST)
    if form.is_valid():
        try:
            void_card(card, **form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("service_quality:card_detail", serial=serial)
    return _detail(request, card, form)


@permission_required("service_quality.enter_praisecard", raise_exception=True)
@require_POST
def card_show(request: StaffRequest, serial: str) -> HttpResponse:
    """Let the words of a customer hang in the hall."""
    card = _card(request, serial)
    try:
        show_words(card, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        return _detail(request, card, VoidForm(), refusal.messages[0])
    return redirect("service_quality:card_detail", serial=serial)


@permission_required("service_quality.view_praisecard", raise_exception=True)
@require_GET
@never_cache
def promotion_list(request: StaffRequest) -> HttpResponse:
    """Who reached a star in a year, and how far the others are."""
    year = _year(request)
    context = {
        "year": year,
        "levels": promotion_levels(),
        "promotions": promotions(year),
        "standings": standings(year),
        "kinds": kind_rows(),
    }
    return render(request, "service_quality/promotions.html", context)


@permission_required("service_quality.view_praisecard", raise_exception=True)
@require_GET
@never_cache
def wall(request: StaffRequest) -> HttpResponse:
    """The wall for us."""
    return render(request, "service_quality/card_wall.html", card_wall(business_date_of(timezone.now())))


@login_not_required
@require_GET
@never_cache
def wall_screen(request: HttpRequest) -> HttpResponse:
    """The wall on a screen of the lobby: for everybody, so with words that somebody has read."""
    context = card_wall(business_date_of(timezone.now())) | {"seconds": SECONDS_ON_SCREEN}
    return render(request, "service_quality/card_wall_screen.html", context)


def _enter(data: dict[str, Any], request: StaffRequest) -> PraiseCard:
    common: dict[str, Any] = {name: data[name] for name in ("kind", "text", "given_on")}
    common |= {"by": request.user, "at": timezone.now()}
    if data["source"] == "CUSTOMER":
        return enter_card_of_customer(data["serial"], data["payment"], **common)
    return enter_card_among_staff(data["serial"], data["receiver"], giver=data["giver"], **common)


def _card(request: StaffRequest, serial: str) -> PraiseCard:
    cards = PraiseCard.objects.visible_to(request.user).select_related(
        "receiver", "giver", "payment__receipt", "entered_by", "shown_by", "voided_by"
    )
    return get_numbered_or_404(cards, serial=serial)


def _detail(request: StaffRequest, card: PraiseCard, form: Form, refusal: str = "") -> HttpResponse:
    context = {"card": card, "form": form, "refusal": refusal}
    is_refused = bool(form.errors or refusal)
    return render(request, "service_quality/card_detail.html", context, status=422 if is_refused else 200)


def _year(request: StaffRequest) -> int:
    asked = request.GET.get("year", "")
    if asked.isascii() and asked.isdigit() and datetime.MINYEAR < int(asked[:5]) < datetime.MAXYEAR:
        return int(asked)
    return business_date_of(timezone.now()).year
