from django.contrib import messages as said
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import StaffRequest
from service_quality.forms.assessment import CorrectionForm, DecisionForm
from service_quality.models import AssessmentCorrection, AssessmentLine
from service_quality.services.assessment.corrections import (
    approve_correction,
    ask_correction,
    refuse_correction,
)
from service_quality.views.assessment.lines import visible_line


@permission_required("service_quality.add_assessmentcorrection", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def assessment_correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for another figure in somebody's month."""
    line = visible_line(request, pk)
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            ask_correction(line.pk, **form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said.success(request, _("Asked for. A second person decides."))
            return redirect("service_quality:assessment_line", line.pk)
    context = {"line": line, "run": line.run, "form": form, "figures": _figures(line)}
    status = 422 if form.errors else 200
    return render(request, "service_quality/assessment/correct.html", context, status=status)


@permission_required("service_quality.approve_assessmentcorrection", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def assessment_decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Let the new figure count, or leave the old one."""
    corrections = AssessmentCorrection.objects.visible_to(request.user).select_related(
        "run", "staff", "hall", "asked_by", "decided_by"
    )
    correction: AssessmentCorrection = get_object_or_404(corrections, pk=pk)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        verb = approve_correction if form.cleaned_data["decision"] == "approve" else refuse_correction
        try:
            verb(correction, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("service_quality:assessment_month", correction.run.label)
    context = {"correction": correction, "run": correction.run, "form": form}
    status = 422 if form.errors else 200
    return render(request, "service_quality/assessment/decide.html", context, status=status)


def _figures(line: AssessmentLine) -> list[tuple[str, object]]:
    """What stands there now, beside the names of the figures."""
    return [(str(field.label), getattr(line, field.value)) for field in AssessmentCorrection.Field]
