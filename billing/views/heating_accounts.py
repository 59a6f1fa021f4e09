from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Account
from accounts.models.organisation import in_current_language
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.heating import ConversionForm
from billing.models import HeatingSeason, HouseholdConversion, SeasonSettlement
from billing.queries.heating_seasons import bill_of_season, is_in_warranty, method_in, season_on
from billing.rating.plain import plain
from billing.services.household_conversions import convert_household
from billing.services.refusals import HeatingRefused
from billing.services.season_settlements import SettlementQuote, quote_settlement, settle_two_part_season
from billing.views.heat_customer import (
    STATE_TONES,
    facts_of,
    heated_account_or_404,
    season_or_404,
    sentence_of,
)

SHOWN = 20
# What may be done from the account's heating page: permission, address, and nothing else.
DOORS = {
    "apply": ("billing.add_heatsuspension", "billing:suspension_apply"),
    "test": ("billing.add_temperaturetest", "billing:temperature_test"),
    "refund": ("billing.add_temperaturerefund", "billing:temperature_refund"),
    "fee": ("billing.add_oneofffee", "billing:one_off_fee"),
    "convert": ("billing.add_householdconversion", "billing:household_conversion"),
    "settle": ("billing.add_seasonsettlement", "billing:season_settlement"),
}


@permission_required("billing.view_heatsuspension", raise_exception=True)
@require_GET
@never_cache
def heat_account(request: StaffRequest, account_no: str) -> HttpResponse:
    """Everything about the heat of one account: its season, its tests and refunds, what can be done."""
    account = heated_account_or_404(request, account_no)
    season = season_on(account.branch_id, business_date_of(timezone.now()))
    if season is None:
        context: dict[str, Any] = {"account": facts_of(account), "season": None}
        return render(request, "billing/heating/heat_account.html", context)
    bill = bill_of_season(account, season)
    suspensions = account.heat_suspensions.select_related("season", "applied_by", "decided_by")
    context = {
        "account": facts_of(account),
        "season": season,
        "method": HouseholdConversion.Method(method_in(account, season)).label,
        "in_warranty": is_in_warranty(account, season),
        "bill": bill,
        "bill_url": reverse("billing:bill_detail", args=[bill.number]) if bill else "",
        "suspensions": [
            {
                "row": one,
                "url": reverse("billing:suspension_detail", args=[one.pk]),
                "tone": STATE_TONES[one.state],
            }
            for one in suspensions[:SHOWN]
        ],
        "tests": account.temperature_tests.select_related("tested_by").prefetch_related("rooms")[:SHOWN],
        "refunds": [
            {
                "row": one,
                "url": reverse("billing:refund_detail", args=[one.pk]),
                "tone": STATE_TONES[one.state],
            }
            for one in account.temperature_refunds.all()[:SHOWN]
        ],
        "conversions": account.heat_conversions.select_related("made_by"),
        "settlements": account.season_settlements.select_related("season", "settled_by"),
        "doors": {
            name: reverse(address, args=[account_no]) if request.user.has_perm(permission) else ""
            for name, (permission, address) in DOORS.items()
        },
    }
    return render(request, "billing/heating/heat_account.html", context)


@permission_required("billing.add_householdconversion", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def household_conversion(request: StaffRequest, account_no: str) -> HttpResponse:
    """Enter that a household is billed in another way from the next season on."""
    account = heated_account_or_404(request, account_no)
    now = timezone.now()
    initial = {"converted_on": business_date_of(now), "method": HouseholdConversion.Method.TWO_PART}
    form = ConversionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            convert_household(account, **form.cleaned_data, made_by=request.user, at=now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:heat_account", account_no=account_no)
    context = {"account": facts_of(account), "form": form, "conversions": account.heat_conversions.all()}
    return render(request, "billing/heating/conversion.html", context, status=422 if form.errors else 200)


@permission_required("billing.add_seasonsettlement", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def season_settlement(request: StaffRequest, account_no: str) -> HttpResponse:
    """Settle a past season by the heat meter: what was used, what was billed before, what goes back."""
    account = heated_account_or_404(request, account_no)
    now = timezone.now()
    season = _settled_season(account, request)
    refusal_sentence = ""
    if request.method == "POST":
        try:
            settle_two_part_season(account, season, settled_by=request.user, at=now)
        except ValidationError as refusal:
            refusal_sentence = " ".join(refusal.messages)
        else:
            return redirect("billing:heat_account", account_no=account_no)
    quote: dict[str, Any] | None = None
    try:
        quote = _quote(quote_settlement(account, season))
    except HeatingRefused as refusal:
        refusal_sentence = refusal_sentence or sentence_of(refusal)
    context = {
        "account": facts_of(account),
        "season": season,
        "seasons": HeatingSeason.objects.for_branch(account.branch_id)[:SHOWN],
        "quote": quote,
        "refusal_sentence": refusal_sentence,
        "is_over": business_date_of(now) >= season.ends_on,
        "settled": SeasonSettlement.objects.filter(account=account, season=season).first(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "billing/heating/settlement.html", context, status=status)


def _settled_season(account: Account, request: StaffRequest) -> HeatingSeason:
    """The season that the form names, or the last that is over, or the one of today."""
    seasons = HeatingSeason.objects.for_branch(account.branch_id)
    asked = request.POST.get("season") or request.GET.get("season", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        named = seasons.filter(pk=int(asked)).first()
        if named:
            return named
    today = business_date_of(timezone.now())
    return seasons.filter(ends_on__lte=today).first() or season_or_404(account, today)


def _quote(quote: SettlementQuote) -> dict[str, Any]:
    return {
        "heat_used": plain(quote.heat_used),
        "readings": quote.heat.readings,
        "prepaid": quote.bill.amount,
        "total": quote.rated.total,
        "two_part": quote.rated.two_part_amount,
        "area": quote.rated.area_amount,
        "refund": quote.refund,
        "collect": quote.collect,
        "lines": [
            {
                "name": line.component_name,
                "sentence": in_current_language(line.sentence_zh, line.sentence_en),
                "amount": line.amount,
            }
            for line in quote.rated.lines
        ],
    }
