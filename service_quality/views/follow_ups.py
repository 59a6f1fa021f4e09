"""What supervisors do about bad ratings, by the time that is left."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from service_quality.forms.ratings import FindingForm
from service_quality.models import FollowUp
from service_quality.queries.follow_ups import follow_up_rows, open_first, story_of
from service_quality.services.follow_ups import record_finding

ROWS = 40


@permission_required("service_quality.view_followup", raise_exception=True)
@require_GET
@never_cache
def follow_up_list(request: StaffRequest) -> HttpResponse:
    """Who is dissatisfied and waits, the least time first; or what was done."""
    show = request.GET.get("show", "")
    show = show if show in ("mine", "done") else "open"
    today = business_date_of(timezone.now())
    found = open_first(FollowUp.objects.visible_to(request.user), show=show, staff=request.user)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    waiting = FollowUp.objects.visible_to(request.user).open()
    context = {
        "show": {show: True},
        "page_obj": page,
        "page_query": f"show={show}&",
        "rows": follow_up_rows(page.object_list, today),
        "open": waiting.count(),
        "late": waiting.filter(due_on__lt=today).count(),
        "undated": sorted(
            {one.year for one in waiting.filter(due_on=None).dates("rating__business_date", "year")}
        ),
    }
    return render(request, "service_quality/follow_ups.html", context)


@permission_required("service_quality.view_followup", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def follow_up_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """The story of a bad rating, what was found, what is done."""
    follow_up = get_object_or_404(
        FollowUp.objects.visible_to(request.user).select_related(
            "owner", "done_by", "rating__staff", "rating__window__hall", "rating__ticket",
            "rating__payment__receipt", "rating__payment__account__customer",
        ),
        pk=pk,
    )  # fmt: skip
    form = _form(request, follow_up)
    if form.is_valid():
        is_done = "done" in request.POST
        try:
            record_finding(
                follow_up, **form.cleaned_data, is_done=is_done, by=request.user, at=timezone.now()
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Done: this follow-up is closed.") if is_done else _("Written down."))
            return redirect("service_quality:follow_up_list" if is_done else request.path)
    today = business_date_of(timezone.now())
    context: dict[str, Any] = {
        "follow_up": follow_up,
        "row": follow_up_rows([follow_up], today)[0],
        "story": story_of(follow_up),
        "form": form,
    }
    return render(request, "service_quality/follow_up.html", context, status=422 if form.errors else 200)


def _form(request: StaffRequest, follow_up: FollowUp) -> FindingForm:
    if request.method != "POST":
        return FindingForm(initial={"finding": follow_up.finding, "measure": follow_up.measure})
    if not request.user.has_perm("service_quality.change_followup"):
        raise PermissionDenied
    return FindingForm(request.POST)
