from collections.abc import Callable
from typing import Any

from django.contrib import messages as said
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import StaffRequest
from counters.models import Hall
from service_quality.forms.assessment import CompletionForm, PoolForm, ScoresForm
from service_quality.models import AssessmentRun, BranchCompletion, PayPool, TeamScore
from service_quality.queries.assessment.rules import weights_on
from service_quality.services.assessment.inputs import (
    enter_branch_completion,
    enter_month_scores,
    enter_pay_pool,
    enter_year_scores,
)
from service_quality.views.assessment.addresses import month_or_404, year_or_404

SCORES, COMPLETIONS = "service_quality.add_teamscore", "service_quality.add_branchcompletion"
POOLS = "service_quality.add_paypool"


@permission_required("service_quality.view_paypool", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def assessment_inputs(request: StaffRequest, month: str) -> HttpResponse:
    """What is entered by hand for a month: the pools, and what the visits gave the halls."""
    first = month_or_404(month)
    scores = _scores_form(request, first.year, first.month, TeamScore.MONTHLY)
    pool = PoolForm(_data(request, "pool_form"))
    if request.method == "POST":
        _check_may(request, SCORES if "scores_form" in request.POST else POOLS)
        form: Form = scores if "scores_form" in request.POST else pool
        who: dict[str, Any] = {"by": request.user, "at": timezone.now()}
        if form is scores:
            done = _enter(request, form, lambda: enter_month_scores(first, scores.scores(), **who))
        else:
            done = _enter(request, form, lambda: enter_pay_pool(first, **pool.cleaned_data, **who))
        if done:
            return redirect("service_quality:assessment_inputs", month)
    context: dict[str, Any] = {
        "month": month,
        "run": AssessmentRun.objects.filter(month=first).first(),
        "scores": scores,
        "items": [item.label for item in TeamScore.MONTHLY],
        "pool": pool,
        "pools": PayPool.objects.filter(month=first).select_related("branch", "entered_by"),
        "weights": list(weights_on(first).values()),
        "may_score": request.user.has_perm(SCORES),
        "may_enter_pools": request.user.has_perm(POOLS),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "service_quality/assessment/inputs.html", context, status=status)


@permission_required(COMPLETIONS, raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def assessment_year_inputs(request: StaffRequest, year: int) -> HttpResponse:
    """What is entered by hand at the year's end: three items of each hall, and how far the branches got."""
    year = year_or_404(year)
    scores = _scores_form(request, year, None, TeamScore.YEARLY)
    completion = CompletionForm(_data(request, "completion_form"))
    if request.method == "POST":
        _check_may(request, SCORES if "scores_form" in request.POST else COMPLETIONS)
        form: Form = scores if "scores_form" in request.POST else completion
        who: dict[str, Any] = {"by": request.user, "at": timezone.now()}
        if form is scores:
            done = _enter(request, form, lambda: enter_year_scores(year, scores.scores(), **who))
        else:
            done = _enter(
                request, form, lambda: enter_branch_completion(year, **completion.cleaned_data, **who)
            )
        if done:
            return redirect("service_quality:assessment_year_inputs", year)
    context: dict[str, Any] = {
        "year": year,
        "scores": scores,
        "items": [item.label for item in TeamScore.YEARLY],
        "completion": completion,
        "completions": BranchCompletion.objects.filter(year=year).select_related("branch", "entered_by"),
        "may_score": request.user.has_perm(SCORES),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "service_quality/assessment/year_inputs.html", context, status=status)


def _scores_form(
    request: StaffRequest, year: int, month: int | None, items: tuple[TeamScore.Item, ...]
) -> ScoresForm:
    rows = TeamScore.objects.filter(year=year, month=month).values_list("hall_id", "item", "score")
    known = {(hall_id, item): score for hall_id, item, score in rows}
    halls = list(Hall.objects.order_by("number"))
    return ScoresForm(_data(request, "scores_form"), halls=halls, items=tuple(items), known=known)


def _data(request: StaffRequest, button: str) -> Any:
    """What was sent, for the form whose button was pressed; the other one stays as it was."""
    is_meant = ("scores_form" in request.POST) == (button == "scores_form")
    return request.POST if request.method == "POST" and is_meant else None


def _check_may(request: StaffRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _enter(request: StaffRequest, form: Form, verb: Callable[[], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        verb()
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    said.success(request, _("Entered."))
    return True
