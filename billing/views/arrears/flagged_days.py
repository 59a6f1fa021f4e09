from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.arrears_policies import FlaggedDaysForm
from billing.queries.arrears.flagged_days import flagged_days_ahead, years_without_calendar
from billing.services.arrears.flagged_days import flag_days, unflag_day
from billing.services.refusals import ArrearsRefused


@permission_required("billing.view_flaggedday", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def flagged_day_list(request: StaffRequest) -> HttpResponse:
    """The days on which nobody is cut off; whoever may, enters more of them."""
    if request.method == "POST" and not request.user.has_perm("billing.add_flaggedday"):
        raise PermissionDenied
    form = FlaggedDaysForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            count = flag_days(
                data["first"],
                data["last"] or data["first"],
                kind=data["kind"],
                branch=data["branch"],
                note=data["note"],
                by=request.user,
                at=timezone.now(),
            )
        except ArrearsRefused as refusal:
            form.add_error(None, refusal)
        else:
            said = ngettext("%(count)s day entered.", "%(count)s days entered.", count)
            messages.success(request, said % {"count": count})
            return redirect("billing:flagged_day_list")
    return _page(request, form)


@permission_required("billing.delete_flaggedday", raise_exception=True)
@require_POST
def flagged_day_remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a day off the list."""
    try:
        unflag_day(pk, by=request.user, at=timezone.now())
    except ArrearsRefused as refusal:
        return _page(request, FlaggedDaysForm(), refusal.messages)
    messages.success(request, _("Taken off the list."))
    return redirect("billing:flagged_day_list")


def _page(request: StaffRequest, form: FlaggedDaysForm, refusals: Sequence[str] = ()) -> HttpResponse:
    today = business_date_of(timezone.now())
    context = {
        "form": form,
        "refusals": refusals,
        "days": flagged_days_ahead(request.user, today),
        "years_missing": years_without_calendar(today),
        "today": today,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "billing/arrears/flagged_day_list.html", context, status=status)
