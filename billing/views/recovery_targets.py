from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import DistrictOwner
from accounts.queries.scope import districts_seen_by
from accounts.requests import StaffRequest
from accounts.services.districts import give_district
from billing.business_date import business_date_of
from billing.forms.recovery import DecisionForm, OwnerForm, TargetForm
from billing.models import RecoveryTarget
from billing.queries.routes import Month
from billing.services.recovery_targets import approve_target, propose_target, refuse_target

EARLIER = 60
TONES = {"PROPOSED": "wait", "APPROVED": "done", "REFUSED": "late", "REPLACED": ""}


@permission_required("billing.view_recoverytarget", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def recovery_target_list(request: StaffRequest) -> HttpResponse:
    """Whose district is whose, and what each has to recover; whoever may, proposes another target."""
    if request.method == "GET":
        return _page(request)
    if not request.user.has_perm("billing.add_recoverytarget"):
        raise PermissionDenied
    form = TargetForm(request.POST, staff=request.user)
    if form.is_valid():
        try:
            propose_target(**form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Proposed: the manager has to approve it before the month begins."))
            return redirect("billing:recovery_target_list")
    return _page(request, target_form=form)


@permission_required("billing.approve_recoverytarget", raise_exception=True)
@require_POST
def recovery_target_decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Approve or refuse a target that somebody else proposed."""
    visible = RecoveryTarget.objects.filter(district__in=districts_seen_by(request.user))
    target = get_object_or_404(visible, pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        verb = approve_target if form.cleaned_data["decision"] == "approve" else refuse_target
        try:
            verb(target, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:recovery_target_list")
    return _page(request, refused=form)


@permission_required(["billing.view_recoverytarget", "accounts.add_districtowner"], raise_exception=True)
@require_POST
def district_give(request: StaffRequest) -> HttpResponse:
    """Give a district to a collector from today on."""
    form = OwnerForm(request.POST, staff=request.user)
    if form.is_valid():
        try:
            given = give_district(**form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            words = {"district": given.district, "name": given.owner}
            messages.success(request, _("%(district)s is %(name)s's from today on.") % words)
            return redirect("billing:recovery_target_list")
    return _page(request, owner_form=form)


def _page(
    request: StaffRequest,
    *,
    target_form: TargetForm | None = None,
    owner_form: OwnerForm | None = None,
    refused: Form | None = None,
) -> HttpResponse:
    districts = districts_seen_by(request.user)
    following = Month.of(business_date_of(timezone.now())).following
    targets = RecoveryTarget.objects.filter(district__in=districts)
    targets = targets.select_related("district", "proposed_by", "decided_by").order_by(
        "-month", "district__code", "kind", "-pk"
    )
    owners = DistrictOwner.objects.filter(district__in=districts).select_related(
        "district", "owner", "given_by"
    )
    may_decide = request.user.has_perm("billing.approve_recoverytarget")
    rows: list[dict[str, Any]] = [
        {
            "target": one,
            "tone": TONES[one.state],
            "may_decide": may_decide
            and one.state == RecoveryTarget.State.PROPOSED
            and one.proposed_by_id != request.user.pk,
        }
        for one in targets[:EARLIER]
    ]
    context = {
        "targets": rows,
        "owners": owners.order_by("district__code", "-owns_from")[:EARLIER],
        "target_form": target_form
        or TargetForm(
            staff=request.user, initial={"month": following, "base": "96.00", "difficulty": "1.00"}
        ),
        "owner_form": owner_form or OwnerForm(staff=request.user),
        "refused": refused,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "billing/recovery/recovery_target_list.html", context, status=status)
