from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import StaffRequest
from billing.forms.corrections import DecisionForm
from billing.models import Adjustment, Waiver
from billing.queries.corrections import VIEWS, corrections_for
from billing.services.adjustments import approve_adjustment, refuse_adjustment
from billing.services.waivers import approve_waiver, refuse_waiver


@permission_required("billing.view_adjustment", raise_exception=True)
@require_GET
@never_cache
def correction_list(request: StaffRequest) -> HttpResponse:
    """What waits for a second person, what somebody proposed, what was decided."""
    return _page(request, DecisionForm())


@permission_required("billing.approve_correction", raise_exception=True)
@require_POST
def adjustment_decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Approve or refuse an adjustment that somebody else proposed."""
    adjustment = get_object_or_404(Adjustment.objects.visible_to(request.user), pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            if form.cleaned_data["decision"] == "approve":
                approve_adjustment(adjustment, approved_by=request.user, at=timezone.now())
            else:
                refuse_adjustment(adjustment, refused_by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:correction_list")
    return _page(request, form)


@permission_required("billing.approve_correction", raise_exception=True)
@require_POST
def waiver_decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Approve or refuse a waiver that somebody else proposed."""
    waiver = get_object_or_404(Waiver.objects.visible_to(request.user), pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            if form.cleaned_data["decision"] == "approve":
                approve_waiver(waiver, approved_by=request.user, at=timezone.now())
            else:
                refuse_waiver(waiver, refused_by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:correction_list")
    return _page(request, form)


def _page(request: StaffRequest, form: DecisionForm) -> HttpResponse:
    view = request.GET.get("show", "")
    view = view if view in VIEWS else VIEWS[0]
    context = {**corrections_for(request.user, view), "show": {view: True}, "form": form}
    return render(request, "billing/correction_list.html", context, status=422 if form.errors else 200)
