from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.models import GasCard
from billing.services.gas_balance import Decision, GasReading, change_gas_meter, settle_gas_reading
from billing.services.gas_cards import (
    change_card_state,
    issue_gas_card,
    record_safety_check,
    replace_gas_card,
)
from billing.views.numbered import get_numbered_or_404
from counters.forms.gas import (
    CardStateForm,
    GasReadingForm,
    NewCardForm,
    NewMeterForm,
    ReplacementForm,
    SafetyCheckForm,
)
from counters.queries.gas_card_page import card_facts, card_rows
from counters.queries.gas_sale import gas_account
from counters.queries.gas_tasks import task_rows, unfinished_writes, writes_to_see_to
from counters.queries.shifts import open_shift_of
from counters.services.card_handovers import hand_over_cards

ROWS = 25


@permission_required("billing.view_gascard", raise_exception=True)
@require_GET
@never_cache
def gas_card_list(request: StaffRequest) -> HttpResponse:
    """The cards that wait to be written, and all cards by number or account."""
    query = request.GET.get("q", "").strip()
    cards = GasCard.objects.visible_to(request.user).select_related("account__customer")
    if query and "\x00" not in query:
        cards = cards.filter(card_no__startswith=query) | cards.filter(account__account_no=query)
    page = Paginator(cards.order_by("card_no"), ROWS).get_page(request.GET.get("page"))
    context = {
        "tasks": task_rows(unfinished_writes(request.user)),
        "query": query,
        "page_obj": page,
        "page_query": f"q={query}&" if query.isalnum() else "",
        "cards": card_rows(page.object_list),
        "current_shift": open_shift_of(request.user),
    }
    return render(request, "counters/gas_card_list.html", context)


@permission_required("billing.view_gascard", raise_exception=True)
@require_GET
@never_cache
def gas_card(request: StaffRequest, card_no: str) -> HttpResponse:
    """One card: its account, its purchases, and what can be done with it."""
    return _page(request, _card(request, card_no))


@permission_required("billing.issue_gas_card", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def gas_card_issue(request: StaffRequest, account_no: str) -> HttpResponse:
    """Give an account its first card (开卡)."""
    account = gas_account(account_no, request.user) if "\x00" not in account_no else None
    if account is None:
        raise Http404
    form = NewCardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            card = issue_gas_card(account, **form.cleaned_data, issued_by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("counters:gas_write", card.writes.latest("pk").pk)
    context = {"account": account, "form": form, "current_shift": open_shift_of(request.user)}
    return render(request, "counters/gas_card_issue.html", context, status=422 if form.errors else 200)


@permission_required("billing.issue_gas_card", raise_exception=True)
@require_POST
def gas_card_replace(request: StaffRequest, card_no: str) -> HttpResponse:
    """The next card of the account (补卡, 换卡)."""
    card, form, now = _card(request, card_no), ReplacementForm(request.POST), timezone.now()
    if form.is_valid():
        try:
            new = replace_gas_card(
                card, **form.cleaned_data, on=business_date_of(now), replaced_by=request.user, at=now
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("counters:gas_write", new.writes.latest("pk").pk)
    return _page(request, card, replacement_form=form)


@permission_required("billing.block_gas_card", raise_exception=True)
@require_POST
def gas_card_state(request: StaffRequest, card_no: str) -> HttpResponse:
    """Lost, found, blocked or void."""
    card, form = _card(request, card_no), CardStateForm(request.POST)
    if form.is_valid():
        try:
            change_card_state(card, **form.cleaned_data, changed_by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("counters:gas_card", card_no)
    return _page(request, card, state_form=form)


@permission_required("billing.issue_gas_card", raise_exception=True)
@require_POST
def gas_card_safety(request: StaffRequest, card_no: str) -> HttpResponse:
    """Until when the safety check is valid."""
    card, form = _card(request, card_no), SafetyCheckForm(request.POST)
    if form.is_valid():
        try:
            record_safety_check(card, **form.cleaned_data, recorded_by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("counters:gas_card", card_no)
    return _page(request, card, safety_form=form)


@permission_required("billing.make_gas_good", raise_exception=True)
@require_POST
def gas_card_reading(request: StaffRequest, card_no: str) -> HttpResponse:
    """What the mechanical register says: a make-good write, a bill, or nothing."""
    card, now = _card(request, card_no), timezone.now()
    form = GasReadingForm(request.POST, request=request)
    if form.is_valid():
        data = form.cleaned_data
        try:
            settle_gas_reading(
                card,
                reading=GasReading(data["register"], data["shown"], data["unread"]),
                decision=Decision(
                    data["request_id"], request.user, form.second_person, business_date_of(now), now
                ),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("counters:gas_card", card_no)
    return _page(request, card, reading_form=form)


@permission_required("billing.make_gas_good", raise_exception=True)
@require_POST
def gas_card_meter(request: StaffRequest, card_no: str) -> HttpResponse:
    """A new meter: what was left on the old one goes on the card."""
    card, now = _card(request, card_no), timezone.now()
    form = NewMeterForm(request.POST, request=request)
    if form.is_valid():
        data = form.cleaned_data
        try:
            change_gas_meter(
                card,
                final=data["final"],
                unread=data["unread"],
                initial=data["beginning"],
                decision=Decision(
                    data["request_id"], request.user, form.second_person, business_date_of(now), now
                ),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("counters:gas_card", card_no)
    return _page(request, card, meter_form=form)


@permission_required("billing.sell_gas", raise_exception=True)
@require_POST
def gas_hand_over(request: StaffRequest) -> HttpResponse:
    """Hand the cards that could not be written to a colleague, and go on with closing the shift."""
    shift = open_shift_of(request.user)
    if shift is None:
        return redirect("counters:shift_open")
    try:
        hand_over_cards(
            shift,
            to_number=request.POST.get("number", "").replace("\x00", ""),
            handed_by=request.user,
            at=timezone.now(),
        )
    except ValidationError as refusal:
        context = {
            "current_shift": shift,
            "refusal": refusal.messages[0],
            "tasks": task_rows(writes_to_see_to(request.user)),
        }
        return render(request, "counters/gas_hand_over.html", context, status=422)
    return redirect("counters:shift_close")


def _card(request: StaffRequest, card_no: str) -> GasCard:
    cards = GasCard.objects.visible_to(request.user).select_related(
        "account__customer", "account__premises", "issued_by", "replaces"
    )
    found: GasCard = get_numbered_or_404(cards, card_no=card_no)
    return found


def _page(request: StaffRequest, card: GasCard, **bound: Form) -> HttpResponse:
    """The page of a card; a form that was refused comes back as it was."""
    forms: dict[str, Any] = {
        "replacement_form": ReplacementForm(),
        "state_form": CardStateForm(),
        "safety_form": SafetyCheckForm(initial={"valid_until": card.safe_until}),
        "reading_form": GasReadingForm(request=request),
        "meter_form": NewMeterForm(request=request),
    }
    is_usable = card.state not in GasCard.OVER
    context = {
        **forms,
        **bound,
        **card_facts(card),
        "card": card,
        "can_replace": is_usable and request.user.has_perm("billing.issue_gas_card"),
        "can_change": is_usable and request.user.has_perm("billing.block_gas_card"),
        "can_settle": card.is_active and request.user.has_perm("billing.make_gas_good"),
        "current_shift": open_shift_of(request.user),
    }
    return render(request, "counters/gas_card.html", context, status=422 if bound else 200)
