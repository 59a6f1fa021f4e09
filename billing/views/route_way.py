from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import StaffRequest
from billing.forms.routes import DistrictForm, RouteWayForm
from billing.models import Route
from billing.queries.route_order import accounts_without_route
from billing.services.routes import lay_route
from billing.views.numbered import get_numbered_or_404


@permission_required("billing.change_route", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def route_way(request: StaffRequest, code: str) -> HttpResponse:
    """Put the accounts of a route in the order in which the reader walks."""
    route: Route = get_numbered_or_404(Route.objects.visible_to(request.user), code=code)
    now = [stop.account.account_no for stop in route.stops.select_related("account").order_by("position")]
    district = DistrictForm(request.GET or None, route=route)
    if district.is_valid():
        now += [one.account_no for one in accounts_without_route(route, district.cleaned_data["district"])]
    form = RouteWayForm(
        request.POST if request.method == "POST" else None,
        route=route,
        initial={"account_nos": "\n".join(now)},
    )
    if form.is_valid():
        try:
            count = lay_route(route, form.cleaned_data["account_nos"], by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said = ngettext("The route has %(count)s stop.", "The route has %(count)s stops.", count)
            messages.success(request, said % {"count": count})
            return redirect("billing:route_sheet", code=route.code)
    context = {"route": route, "form": form, "district": district, "tab": "routes"}
    return render(request, "billing/route_way.html", context, status=422 if form.errors else 200)
