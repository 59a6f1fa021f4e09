from collections.abc import Callable
from typing import Any

from django.contrib import messages as said
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import JobRun
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.queries.routes import Month
from service_quality.forms.assessment import MonthForm
from service_quality.models import AssessmentLine, AssessmentRun
from service_quality.queries.assessment.month_page import counts_of_people, shares_of, waiting_corrections
from service_quality.services.assessment.monthly_job import JOB
from service_quality.services.assessment.publishing import lock_assessment, publish_assessment
from service_quality.services.assessment.runs import run_assessment
from service_quality.views.assessment.addresses import month_or_404

MONTHS = 24
RUN, PUBLISH = "service_quality.run_assessment", "service_quality.publish_assessment"


@permission_required("service_quality.view_assessmentrun", raise_exception=True)
@require_GET
@never_cache
def assessment_list(request: StaffRequest) -> HttpResponse:
    """The months, the newest first; a clerk finds the own pay of each."""
    return _list(request)


@permission_required(RUN, raise_exception=True)
@require_POST
def assessment_run(request: StaffRequest) -> HttpResponse:
    """Assess a month, or reckon its draft again."""
    form = MonthForm(request.POST)
    if form.is_valid():
        try:
            run = run_assessment(form.cleaned_data["month"], at=timezone.now(), started_by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said.success(
                request, _("%(month)s is assessed. It is a draft until it is published.") % {"month": run}
            )
            return redirect("service_quality:assessment_month", run.label)
    return _list(request, form)


@permission_required("service_quality.view_assessmentrun", raise_exception=True)
@require_GET
@never_cache
def assessment_month(request: StaffRequest, month: str) -> HttpResponse:
    """Cashiers and advisers apart; each pool adds up."""
    return _month(request, _run(request, month))


@permission_required(PUBLISH, raise_exception=True)
@require_POST
def assessment_publish(request: StaffRequest, month: str) -> HttpResponse:
    """Show everybody their month."""
    return _move(request, month, publish_assessment)


@permission_required(PUBLISH, raise_exception=True)
@require_POST
def assessment_lock(request: StaffRequest, month: str) -> HttpResponse:
    """End the month: nothing in it changes any more."""
    return _move(request, month, lock_assessment)


def _move(request: StaffRequest, month: str, verb: Callable[..., AssessmentRun]) -> HttpResponse:
    run, form = _run(request, month), Form(request.POST)
    try:
        verb(run.month, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _month(request, run, form)
    return redirect("service_quality:assessment_month", run.label)


def _run(request: StaffRequest, month: str) -> AssessmentRun:
    runs = AssessmentRun.objects.visible_to(request.user).select_related("published_by", "locked_by")
    run: AssessmentRun = get_object_or_404(runs, month=month_or_404(month))
    return run


def _list(request: StaffRequest, form: MonthForm | None = None) -> HttpResponse:
    runs = list(AssessmentRun.objects.visible_to(request.user)[:MONTHS])
    last = Month.of(business_date_of(timezone.now())).previous
    people = counts_of_people(runs)
    own = AssessmentLine.objects.filter(run__in=runs, staff=request.user).exclude(
        run__state=AssessmentRun.State.DRAFT
    )
    lines = {line.run_id: line for line in own.select_related("hall")}
    context = {
        "months": [{"run": run, "people": people[run.pk], "own": lines.get(run.pk)} for run in runs],
        "may_run": request.user.has_perm(RUN),
        "next_month": last,
        "is_due": not any(run.month == last.first for run in runs),
        "form": form or MonthForm(initial={"month": str(last)}),
        "failed": JobRun.objects.filter(job=JOB, state=JobRun.State.FAILED, slot=last.first).first(),
        "today": business_date_of(timezone.now()),
    }
    return render(request, "service_quality/assessment/list.html", context, status=422 if form else 200)


def _month(request: StaffRequest, run: AssessmentRun, form: Form | None = None) -> HttpResponse:
    staff = request.user
    context: dict[str, Any] = {
        "run": run,
        "shares": shares_of(run, staff),
        "corrections": waiting_corrections(run, staff)
        if staff.has_perm("service_quality.view_assessmentcorrection")
        else [],
        "may_run": staff.has_perm(RUN) and run.is_draft,
        "may_publish": staff.has_perm(PUBLISH) and run.is_draft,
        "may_lock": staff.has_perm(PUBLISH) and run.is_published,
        "may_decide": staff.has_perm("service_quality.approve_assessmentcorrection"),
        "form": form,
    }
    return render(request, "service_quality/assessment/month.html", context, status=422 if form else 200)
