from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.models import HeatingSeason, HeatSuspension, TemperatureRefund
from billing.queries.heating_overview import (
    answer_by,
    figures_of,
    refunds_of,
    seasons_for,
    suspensions_of,
    tests_of,
)
from billing.queries.heating_seasons import season_on
from billing.services.early_payment import grant_early_payment
from billing.services.heating_seasons import end_suspensions
from billing.services.refusals import HeatingRefused
from billing.views.heat_customer import STATE_TONES

ROWS = 20
State = HeatSuspension.State


@permission_required("billing.view_heatsuspension", raise_exception=True)
@require_GET
@never_cache
def heating_season(request: StaffRequest) -> HttpResponse:
    """The season now: its days, what is billed and paid, who is suspended, what waits for somebody."""
    today = business_date_of(timezone.now())
    seasons = list(seasons_for(request.user))
    season = _chosen(request, seasons)
    if season is None:
        context: dict[str, Any] = {"season": None, "add_url": _add_url(request)}
        return render(request, "billing/heating/season.html", context)
    shown = request.GET.get("list", "applied")
    lists = _lists(season, request)
    shown = shown if shown in lists else "applied"
    page: Page[Any] = Paginator(lists[shown][1], ROWS).get_page(request.GET.get("page"))
    page.object_list = [_row(one) for one in page.object_list]
    context = {
        "season": season,
        "season_days": season.days(),
        "seasons": [{"season": one, "is_shown": one.pk == season.pk} for one in seasons],
        "is_running": season.contains(today),
        "days_to_apply": (season.suspend_by - today).days,
        "days_to_start": (season.starts_on - today).days,
        "days_left": (season.ends_on - today).days,
        "may_still_apply": today <= season.suspend_by,
        "is_overdue": today > season.due_on,
        "may_end": today > season.ends_on and request.user.has_perm("billing.change_heatingseason"),
        "may_grant": season.early_until is not None
        and today > season.early_until
        and request.user.has_perm("billing.change_heatingseason"),
        "figures": figures_of(season, request.user),
        "lists": [
            {"code": code, "label": label, "is_shown": code == shown, "count": rows.count()}
            for code, (label, rows) in lists.items()
        ],
        "page_obj": page,
        "page_query": f"season={season.pk}&list={shown}&",
        "change_url": _change_url(request, season),
    }
    return render(request, "billing/heating/season.html", context)


@permission_required("billing.change_heatingseason", raise_exception=True)
@require_POST
def season_end(request: StaffRequest, pk: int) -> HttpResponse:
    """Put the accounts that were suspended for a past season back in use."""
    season = get_object_or_404(seasons_for(request.user), pk=pk)
    try:
        number = end_suspensions(season, ended_by=request.user, at=timezone.now())
    except HeatingRefused as refusal:
        messages.error(request, " ".join(refusal.messages), extra_tags="notice-late")
    else:
        sentence = ngettext(
            "%(number)d account is back in use.", "%(number)d accounts are back in use.", number
        )
        messages.success(request, sentence % {"number": number}, extra_tags="notice-done")
    return redirect(f"{reverse('billing:heating_season')}?season={season.pk}")


@permission_required("billing.change_heatingseason", raise_exception=True)
@require_POST
def season_early_payment(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the announced share back to everybody who paid the season's bill early."""
    season = get_object_or_404(seasons_for(request.user), pk=pk)
    try:
        number = grant_early_payment(season, granted_by=request.user, at=timezone.now())
    except HeatingRefused as refusal:
        messages.error(request, " ".join(refusal.messages), extra_tags="notice-late")
    else:
        sentence = ngettext(
            "%(number)d account got its share back.", "%(number)d accounts got their share back.", number
        )
        messages.success(request, sentence % {"number": number}, extra_tags="notice-done")
    return redirect(f"{reverse('billing:heating_season')}?season={season.pk}")


def _chosen(request: StaffRequest, seasons: list[HeatingSeason]) -> HeatingSeason | None:
    """The season of the address, or the one of today."""
    asked = request.GET.get("season", "")
    for season in seasons:
        if str(season.pk) == asked:
            return season
    now = season_on(request.user.branch_id or 0, business_date_of(timezone.now()))
    return now or (seasons[0] if seasons else None)


def _lists(season: HeatingSeason, request: StaffRequest) -> dict[str, tuple[str, Any]]:
    suspensions = suspensions_of(season, request.user)
    refunds = refunds_of(season, request.user)
    return {
        "applied": (_("to be decided"), suspensions.filter(state=State.APPLIED).order_by("applied_on", "pk")),
        "suspended": (_("suspended"), suspensions.filter(state__in=[State.APPROVED, State.ENDED])),
        "resumed": (_("resumed"), suspensions.filter(state=State.RESUMED)),
        "refused": (_("refused"), suspensions.filter(state=State.REFUSED)),
        "proposed": (_("refunds to be decided"), refunds.filter(state=TemperatureRefund.State.PROPOSED)),
        "refunded": (_("refunded"), refunds.filter(state=TemperatureRefund.State.APPROVED)),
        "tests": (_("temperature tests"), tests_of(season, request.user)),
    }


def _row(one: Any) -> dict[str, Any]:
    """One line of whichever list: who, when, what, and the way to it."""
    account = one.account
    row = {
        "account_no": account.account_no,
        "name": account.customer.name,
        "address": account.premises.address,
        "amount": None,
    }
    if isinstance(one, HeatSuspension):
        late = one.is_applied_for and answer_by(one) < business_date_of(timezone.now())
        return row | {
            "on": one.applied_on,
            "by": one.applied_by,
            "what": one.get_reason_display() if one.reason else one.note,
            "answer_by": answer_by(one) if one.is_applied_for else None,
            "is_late": late,
            "state_label": one.get_state_display(),
            "state_tone": STATE_TONES[one.state],
            "url": reverse("billing:suspension_detail", args=[one.pk]),
        }
    if isinstance(one, TemperatureRefund):
        return row | {
            "on": business_date_of(one.proposed_at),
            "by": one.proposed_by,
            "amount": one.amount,
            "what": one.sentence,
            "state_label": one.get_state_display(),
            "state_tone": STATE_TONES[one.state],
            "url": reverse("billing:refund_detail", args=[one.pk]),
        }
    return row | {
        "on": business_date_of(one.tested_at),
        "by": one.tested_by,
        "what": f"{one.mean} °C / {one.standard} °C",
        "state_label": _("below the standard") if one.is_below else _("meets the standard"),
        "state_tone": "late" if one.is_below else "done",
        "url": reverse("billing:heat_account", args=[account.account_no]),
    }


def _add_url(request: StaffRequest) -> str:
    if request.user.is_staff and request.user.has_perm("billing.add_heatingseason"):
        return reverse("admin:billing_heatingseason_add")
    return ""


def _change_url(request: StaffRequest, season: HeatingSeason) -> str:
    if request.user.is_staff and request.user.has_perm("billing.change_heatingseason"):
        return reverse("admin:billing_heatingseason_change", args=[season.pk])
    return ""
