from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.queries.scope import branches_seen_by
from accounts.requests import StaffRequest
from service_quality.forms.leaves import LeaveForm
from service_quality.models import StaffLeave
from service_quality.services.leaves import cancel_leave, record_leave
from service_quality.services.refusals import LeaveRefused

SHOWN = 50


@permission_required("service_quality.view_staffleave", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def leave_list(request: StaffRequest) -> HttpResponse:
    """Who is away, and since when; the supervisor enters it."""
    may_enter = request.user.has_perm("service_quality.add_staffleave")
    if request.method == "POST" and not may_enter:
        raise PermissionDenied
    form = LeaveForm(request.POST or None, staff=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            leave = record_leave(data.pop("staff"), **data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said = _("Nothing is handed over to %(name)s on these days.") % {"name": leave.staff}
            messages.success(request, said, extra_tags="notice-done")
            return redirect("service_quality:leave_list")
    leaves = StaffLeave.objects.filter(
        staff__branch__in=branches_seen_by(request.user), cancelled_at__isnull=True
    )
    context = {
        "form": form if may_enter else None,
        "leaves": leaves.select_related("staff", "recorded_by")[:SHOWN],
        "today": timezone.localdate(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "service_quality/leave_list.html", context, status=status)


@permission_required("service_quality.add_staffleave", raise_exception=True)
@require_POST
def leave_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that somebody is at work after all."""
    leaves = StaffLeave.objects.filter(staff__branch__in=branches_seen_by(request.user))
    try:
        cancel_leave(get_object_or_404(leaves, pk=pk), by=request.user, at=timezone.now())
    except LeaveRefused as refusal:
        messages.error(request, refusal.messages[0], extra_tags="notice-late")
    return redirect("service_quality:leave_list")
