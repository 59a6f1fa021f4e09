from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Account
from accounts.models.organisation import in_current_language
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.heating import APPROVE, RefundDecisionForm, RefundForm, TemperatureTestForm
from billing.models import HeatingSeason, TemperatureRefund, TemperatureTest
from billing.services.temperature_refunds import (
    RefundQuote,
    approve_temp_refund,
    propose_temp_refund,
    quote_temp_refund,
    refuse_temp_refund,
)
from billing.services.temperature_tests import record_temperature_test
from billing.views.heat_customer import STATE_TONES, facts_of, heated_account_or_404, season_or_404

# A refund is for the tests of one season: more than these nobody types.
MOST_TESTS = 20


@permission_required("billing.add_temperaturetest", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def temperature_test(request: StaffRequest, account_no: str) -> HttpResponse:
    """Record a visit: up to eight rooms, the instrument, who signed."""
    account = heated_account_or_404(request, account_no)
    now = timezone.now()
    season = season_or_404(account, business_date_of(now))
    form = TemperatureTestForm(request.POST or None, initial={"tested_at": timezone.localtime(now)})
    if request.method == "POST" and form.is_valid():
        try:
            record_temperature_test(account, season, form.visit(), tested_by=request.user, at=now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:heat_account", account_no=account_no)
    context = {"account": facts_of(account), "season": season, "form": form, "rooms": form.rooms()}
    return render(
        request, "billing/heating/temperature_test.html", context, status=422 if form.errors else 200
    )


@permission_required("billing.add_temperaturerefund", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def temperature_refund(request: StaffRequest, account_no: str) -> HttpResponse:
    """Propose what goes back for days below the standard: quoted first, then sent to the supervisor."""
    account = heated_account_or_404(request, account_no)
    now = timezone.now()
    season = season_or_404(account, business_date_of(now))
    form = RefundForm(request.POST or None, tests=_tests(account, season))
    quote: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            quote = _quote(quote_temp_refund(account, season, form.spells()))
            # What was typed after the quote is quoted again before anything is proposed.
            if "propose" in request.POST and request.POST.get("quoted") == quote["key"]:
                refund = propose_temp_refund(account, season, form.spells(), proposed_by=request.user, at=now)
                return redirect("billing:refund_detail", pk=refund.pk)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    context = {
        "account": facts_of(account),
        "season": season,
        "form": form,
        "rows": form.rows(),
        "quote": quote,
    }
    return render(
        request, "billing/heating/temperature_refund.html", context, status=422 if form.errors else 200
    )


@permission_required("billing.view_temperaturerefund", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def refund_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One refund: its days and its sentence; a second person decides here."""
    refunds = TemperatureRefund.objects.visible_to(request.user).select_related(
        "account__customer", "account__premises", "bill", "proposed_by", "decided_by"
    )
    refund = get_object_or_404(refunds, pk=pk)
    form = RefundDecisionForm(request.POST or None)
    may_decide = request.user.has_perm("billing.decide_temperaturerefund")
    if request.method == "POST":
        if not may_decide:
            raise PermissionDenied
        if form.is_valid() and _decide(request, refund, form):
            return redirect("billing:refund_detail", pk=pk)
    context = {
        "account": facts_of(refund.account),
        "refund": refund,
        "sentence": in_current_language(refund.sentence, refund.sentence_en),
        "state_tone": STATE_TONES[refund.state],
        "bill_url": reverse("billing:bill_detail", args=[refund.bill.number]),
        "spells": refund.spells.select_related("test"),
        "form": form,
        "may_decide": may_decide and refund.is_proposed,
        "is_own": refund.proposed_by_id == request.user.pk,
    }
    return render(request, "billing/heating/refund_detail.html", context, status=422 if form.errors else 200)


def _tests(account: Account, season: HeatingSeason) -> list[TemperatureTest]:
    """The tests below the standard in the season that no standing refund has used."""
    tests = account.temperature_tests.filter(
        is_below=True, tested_at__date__range=(season.starts_on, season.ends_on)
    )
    return list(tests.exclude(spells__counts=True).order_by("tested_at")[:MOST_TESTS])


def _quote(quote: RefundQuote) -> dict[str, Any]:
    (line,) = quote.rated.lines
    return {
        "key": str(quote.rated.total),
        "bill": quote.bill,
        "amount": -quote.rated.total,
        "sentence": in_current_language(line.sentence_zh, line.sentence_en),
        "bands": [
            {"degrees": failure.temp, "days": failure.days, "pct": pct} for failure, pct in quote.rated.bands
        ],
    }


def _decide(request: StaffRequest, refund: TemperatureRefund, form: RefundDecisionForm) -> bool:
    now = timezone.now()
    try:
        if form.cleaned_data["decision"] == APPROVE:
            approve_temp_refund(refund, decided_by=request.user, at=now)
        else:
            note = form.cleaned_data["note"]
            refuse_temp_refund(refund, note=note, decided_by=request.user, at=now)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True
