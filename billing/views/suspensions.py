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
from billing.forms.heating import APPROVE, DecisionForm, ResumeForm, SuspensionForm, day_or_none
from billing.models import HeatingSeason, HeatSuspension
from billing.queries.heating_overview import answer_by
from billing.rating.heating_area import HeatBill
from billing.services.heat_quotes import obstacle_to, quote_resume, quote_suspension
from billing.services.heat_suspensions import (
    apply_for_suspension,
    approve_suspension,
    refuse_suspension,
    resume_heating,
)
from billing.services.refusals import HeatingRefused
from billing.views.heat_customer import (
    STATE_TONES,
    facts_of,
    heated_account_or_404,
    season_or_404,
    sentence_of,
)


@permission_required("billing.add_heatsuspension", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def suspension_apply(request: StaffRequest, account_no: str) -> HttpResponse:
    """Enter an application for a season without heat, with what it will cost."""
    account = heated_account_or_404(request, account_no)
    now = timezone.now()
    season = season_or_404(account, business_date_of(now))
    form = SuspensionForm(request.POST or None) if request.method == "POST" else SuspensionForm()
    if request.method == "POST" and form.is_valid():
        try:
            suspension = apply_for_suspension(
                account, season, **form.cleaned_data, applied_by=request.user, at=now
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:suspension_detail", pk=suspension.pk)
    context = {
        "account": facts_of(account),
        "season": season,
        "form": form,
        "quote": _suspension_quote(account, season),
        "is_late": business_date_of(now) > season.suspend_by,
        "silence_suspends": season.silent_user_policy == HeatingSeason.SilentUsers.TREATED_AS_SUSPENDED,
    }
    return render(
        request, "billing/heating/suspension_apply.html", context, status=422 if form.errors else 200
    )


@permission_required("billing.view_heatsuspension", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def suspension_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One application: what it asks, what it costs, what stands in the way; the supervisor decides here."""
    suspension = _suspension(request, pk)
    # What the file says against it is proposed as the answer.
    obstacle = obstacle_to(suspension) if suspension.is_applied_for else None
    form = DecisionForm(request.POST or None, initial={"reason": obstacle})
    if request.method == "POST":
        if not request.user.has_perm("billing.decide_heatsuspension"):
            raise PermissionDenied
        if form.is_valid() and _decide(request, suspension, form):
            return redirect("billing:suspension_detail", pk=pk)
    context = _context(request, suspension) | {
        "form": form,
        "obstacle": HeatSuspension.Reason(obstacle).label if obstacle else "",
    }
    return render(
        request, "billing/heating/suspension_detail.html", context, status=422 if form.errors else 200
    )


@permission_required(["billing.view_heatsuspension", "billing.resume_heating"], raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def suspension_resume(request: StaffRequest, pk: int) -> HttpResponse:
    """Quote the days that are left, and open the valve."""
    suspension = _suspension(request, pk)
    now = timezone.now()
    first = max(business_date_of(now), suspension.season.starts_on)
    day = day_or_none(request.GET.get("on", "")) or first
    form = ResumeForm(request.POST or None, initial={"resumed_on": day})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["resumed_on"]
        try:
            resume_heating(suspension, resumed_on=day, resumed_by=request.user, at=now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:suspension_detail", pk=pk)
    quote: dict[str, Any] = {}
    try:
        quote = {"day": day, **_fee(quote_resume(suspension, day).fee)}
    except HeatingRefused as refusal:
        quote = {"day": day, "refusal": sentence_of(refusal)}
    context = {
        "account": facts_of(suspension.account),
        "season": suspension.season,
        "suspension": suspension,
        "form": form,
        "quote": quote,
    }
    return render(
        request, "billing/heating/suspension_resume.html", context, status=422 if form.errors else 200
    )


def _suspension(request: StaffRequest, pk: int) -> HeatSuspension:
    rows = HeatSuspension.objects.visible_to(request.user).select_related(
        "account__customer", "account__premises", "season", "fee_bill", "resume_bill",
        "applied_by", "decided_by", "resumed_by",
    )  # fmt: skip
    found: HeatSuspension = get_object_or_404(rows, pk=pk)
    return found


def _decide(request: StaffRequest, suspension: HeatSuspension, form: DecisionForm) -> bool:
    now = timezone.now()
    try:
        if form.cleaned_data["decision"] == APPROVE:
            approve_suspension(suspension, decided_by=request.user, at=now)
        else:
            reason = form.cleaned_data["reason"]
            refuse_suspension(suspension, reason=reason, decided_by=request.user, at=now)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


def _context(request: StaffRequest, suspension: HeatSuspension) -> dict[str, Any]:
    may_decide = request.user.has_perm("billing.decide_heatsuspension")
    bills = [bill for bill in (suspension.fee_bill, suspension.resume_bill) if bill]
    return {
        "account": facts_of(suspension.account),
        "season": suspension.season,
        "suspension": suspension,
        "state_tone": STATE_TONES[suspension.state],
        "answer_by": answer_by(suspension),
        "quote": _suspension_quote(suspension.account, suspension.season)
        if suspension.is_applied_for
        else None,
        "bills": [
            {
                "title": bill.title,
                "url": reverse("billing:bill_detail", args=[bill.number]),
                "amount": bill.amount,
                "outstanding": bill.outstanding,
            }
            for bill in bills
        ],
        "credits": list(suspension.credits.select_related("bill")),
        "may_decide": may_decide and suspension.is_applied_for,
        "is_own": suspension.applied_by_id == request.user.pk,
        "resume_url": reverse("billing:suspension_resume", args=[suspension.pk])
        if suspension.is_in_force and request.user.has_perm("billing.resume_heating")
        else "",
    }


def _suspension_quote(account: Account, season: HeatingSeason) -> dict[str, Any]:
    """What the page shows of a quote, or why there is none."""
    try:
        quote = quote_suspension(account, season)
    except HeatingRefused as refusal:
        return {"refusal": sentence_of(refusal)}
    return {
        "bill": quote.bill,
        "credited": quote.credited,
        **(_fee(quote.fee) if quote.fee else {"total": quote.total, "sentences": []}),
    }


def _fee(fee: HeatBill) -> dict[str, Any]:
    return {
        "total": fee.total,
        "sentences": [
            {"text": in_current_language(line.sentence_zh, line.sentence_en), "amount": line.amount}
            for line in fee.lines
        ],
    }
