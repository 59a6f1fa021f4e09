from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.readings import StopForm
from billing.models import MeterInstallation, Reading, Route
from billing.queries.routes import (
    Month,
    Progress,
    progress_of,
    sheet_of,
)
from billing.services.readings import record_reading
from billing.views.months import month_of
from billing.views.numbered import get_numbered_or_404

STOPS = 50


@permission_required("billing.view_route", raise_exception=True)
@require_GET
@never_cache
def route_list(request: StaffRequest) -> HttpResponse:
    """How far each round of the month is."""
    month = month_of(request)
    routes = Route.objects.visible_to(request.user).select_related("reader", "branch").order_by("code")
    page: Page[Any] = Paginator(routes, STOPS).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    progress = progress_of([route.pk for route in shown], month)
    page.object_list = [
        {
            "code": route.code,
            "name": route.name,
            "branch": route.branch,
            "service": route.get_service_display(),
            "reader": route.reader,
            "every_months": route.every_months,
            "url": reverse("billing:route_sheet", args=[route.code]),
            "progress": progress.get(route.pk, Progress()),
        }
        for route in shown
    ]
    context = {"page_obj": page, "month": month, "page_query": f"month={month}&", "tab": "routes"}
    return render(request, "billing/route_list.html", context)


@permission_required("billing.view_route", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def route_sheet(request: StaffRequest, code: str) -> HttpResponse:
    """The reader's way: one door after the other, enter the figure, next."""
    route: Route = get_numbered_or_404(Route.objects.visible_to(request.user), code=code)
    month = month_of(request)
    may_read = request.user.has_perm("billing.add_reading")
    form = StopForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not may_read:
        return _sheet(request, route, month, form, may_read=False, status=403)
    if request.method == "POST" and form.is_valid():
        try:
            reading = _read_stop(request, route, form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            kept = (
                _("Kept: %(value)s, waits for a review.") if reading.is_in_review else _("Kept: %(value)s.")
            )
            messages.success(request, kept % {"value": reading.value})
            return redirect(f"{reverse('billing:route_sheet', args=[route.code])}?month={month}")
    return _sheet(request, route, month, form, may_read=may_read, status=422 if form.errors else 200)


def _read_stop(request: StaffRequest, route: Route, data: dict[str, Any]) -> Reading:
    installation = get_object_or_404(
        MeterInstallation.objects.select_related("account", "meter"),
        pk=data["installation"],
        account__route_stop__route=route,
    )
    now = timezone.now()
    return record_reading(
        installation.account,
        serial_no=installation.meter.serial_no,
        read_on=business_date_of(now),
        value=data["value"],
        rolled_over=data["rolled_over"],
        is_insisted=data["is_insisted"],
        by=request.user,
        at=now,
    )


def _sheet(
    request: StaffRequest, route: Route, month: Month, form: StopForm, *, may_read: bool, status: int
) -> HttpResponse:
    stops = sheet_of(route.pk, month)
    unread = [stop for stop in stops if stop[3] is None]
    wanted = form.data.get("installation") or request.GET.get("stop", "")
    current = next((stop for stop in stops if str(stop[2]) == wanted), unread[0] if unread else None)
    page: Page[Any] = Paginator(stops, STOPS).get_page(request.GET.get("page") or _page_of(stops, current))
    shown = [*page.object_list, *([current] if current else [])]
    installations = {
        one.pk: one
        for one in MeterInstallation.objects.filter(pk__in=[stop[2] for stop in shown]).select_related(
            "meter", "account__customer", "account__premises"
        )
    }
    readings = Reading.objects.in_bulk([stop[3] for stop in shown if stop[3]])
    page.object_list = [
        _stop(stop, installations, readings, is_current=stop == current) for stop in page.object_list
    ]
    context = {
        "route": route,
        "month": month,
        "page_obj": page,
        "page_query": f"month={month}&",
        "current": _stop(current, installations, readings, is_current=True) if current else None,
        "form": form,
        "may_read": may_read,
        "done": len(stops) - len(unread),
        "total": len(stops),
        "tab": "routes",
    }
    return render(request, "billing/route_sheet.html", context, status=status)


def _page_of(stops: list[Any], current: Any) -> int:
    return stops.index(current) // STOPS + 1 if current else 1


def _stop(
    stop: tuple[int, int, int, int | None],
    installations: dict[int, MeterInstallation],
    readings: dict[int, Reading],
    *,
    is_current: bool,
) -> dict[str, Any]:
    _account_id, position, installation_id, reading_id = stop
    installation = installations[installation_id]
    account = installation.account
    return {
        "position": position,
        "installation": installation_id,
        "account_no": account.account_no,
        "name": account.customer.name,
        "address": account.premises.address,
        "meter_no": installation.meter.serial_no,
        "digits": installation.meter.digits,
        "reading": readings.get(reading_id) if reading_id else None,
        "is_current": is_current,
    }
