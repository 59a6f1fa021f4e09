from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.arrears_policies import SimulationDayForm
from billing.queries.arrears.policy_page import name_of, place_rows
from billing.queries.arrears.policy_simulation import MOST_SHOWN, simulate_policy
from billing.views.arrears.policies import version_seen_by


@permission_required("billing.view_arrearspolicyversion", raise_exception=True)
@require_GET
@never_cache
def policy_simulation(request: StaffRequest, pk: int) -> HttpResponse:
    """Who would have stood where on a day with this version. The day stands in the address; nothing is written."""
    version = version_seen_by(request.user, pk)
    today = business_date_of(timezone.now())
    form = SimulationDayForm({"on": request.GET.get("on") or today}, latest=today)
    found = simulate_policy(version, form.cleaned_data["on"], staff=request.user) if form.is_valid() else None
    context = {
        "version": version,
        "policy": version.policy,
        "name": name_of(version.policy),
        "form": form,
        "simulation": found,
        "places": place_rows(found, version) if found else [],
        "is_the_same": bool(found and found.before == version),
        "most_shown": MOST_SHOWN,
        "is_past": bool(found and found.on < today),
    }
    return render(
        request, "billing/arrears/policy_simulation.html", context, status=422 if form.errors else 200
    )
