from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import StaffRequest
from service_quality.models import AssessmentLine
from service_quality.queries.assessment.line_page import (
    Level,
    arithmetic_of,
    corrections_of,
    levels_of,
    other_lines_of,
    pieces_of,
)
from service_quality.queries.assessment.line_rows import ROWS, WorkRows, matters_against, rating_rows
from service_quality.queries.assessment.rules import business_name
from service_quality.queries.own_figures import FEWEST_SHOWN

VIEWS = ("receipts", "tickets", "ratings", "complaints", "missed")


@permission_required("service_quality.view_assessmentrun", raise_exception=True)
@require_GET
@never_cache
def assessment_line(request: StaffRequest, pk: int) -> HttpResponse:
    """One person's month in one hall, with its arithmetic."""
    line = visible_line(request, pk)
    context = {
        "line": line,
        "run": line.run,
        "pieces": pieces_of(line),
        "levels": _levels(request, line),
        "fewest": FEWEST_SHOWN,
        "corrections": corrections_of(line),
        "other_lines": other_lines_of(line),
        "may_correct": may_correct(request, line),
        "is_own": line.staff_id == request.user.pk,
        **arithmetic_of(line),
    }
    return render(request, "service_quality/assessment/line.html", context)


@permission_required("service_quality.view_assessmentrun", raise_exception=True)
@require_GET
@never_cache
def assessment_rows(request: StaffRequest, pk: int) -> HttpResponse:
    """What earned the points: receipts, tickets, ratings, matters."""
    line = visible_line(request, pk)
    show = request.GET.get("show", "")
    show = show if show in VIEWS else VIEWS[0]
    page: Any = Paginator(_rows(request, line, show), ROWS).get_page(request.GET.get("page"))
    context = {
        "line": line,
        "run": line.run,
        "show": {show: True},
        "page_obj": page,
        "page_query": f"show={show}&",
        "is_own": line.staff_id == request.user.pk,
        "levels": _levels(request, line) if show == "ratings" else [],
        "fewest": FEWEST_SHOWN,
        "is_work": show in ("receipts", "tickets"),
        "may_open_receipts": show == "receipts" and request.user.has_perm("billing.view_payment"),
    }
    if context["is_work"]:
        page.object_list = [
            {"row": row, "business": business_name(line.run.rule, row.business)} for row in page.object_list
        ]
    return render(request, "service_quality/assessment/rows.html", context)


def visible_line(request: StaffRequest, pk: int) -> AssessmentLine:
    """The line, if it exists for this person."""
    lines = AssessmentLine.objects.visible_to(request.user).select_related(
        "run", "staff", "hall", "pay_pool__branch"
    )
    line: AssessmentLine = get_object_or_404(lines, pk=pk)
    return line


def may_correct(request: StaffRequest, line: AssessmentLine) -> bool:
    return (
        request.user.has_perm("service_quality.add_assessmentcorrection")
        and line.staff_id != request.user.pk
        and not line.run.is_locked
    )


def _levels(request: StaffRequest, line: AssessmentLine) -> list[Level]:
    """Of a handful of ratings the person rated could guess whose they are, here as on the own figures."""
    is_hidden = line.staff_id == request.user.pk and line.rated < FEWEST_SHOWN
    return [] if is_hidden else levels_of(line)


def _rows(request: StaffRequest, line: AssessmentLine, show: str) -> Any:
    if show in ("receipts", "tickets"):
        return WorkRows(line, show)
    if show == "ratings":
        # Who is rated sees the levels added up, never which visit gave which.
        return [] if line.staff_id == request.user.pk else rating_rows(line)
    return matters_against(line, show)
