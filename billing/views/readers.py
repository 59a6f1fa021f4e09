from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Account, Staff
from accounts.requests import StaffRequest
from billing.models import Reading, Route
from billing.queries.reading_rows import reading_rows
from billing.queries.routes import (
    Month,
    Progress,
    estimated_readings,
    missed_accounts,
    progress_of,
    readings_too_low,
)
from billing.views.months import month_of
from billing.views.numbered import get_numbered_or_404

ROWS = 20


@permission_required("billing.view_route", raise_exception=True)
@require_GET
@never_cache
def reader_list(request: StaffRequest) -> HttpResponse:
    """What each reader missed, estimated and read too low in a month; every number opens its rows."""
    month = month_of(request)
    routes = list(
        Route.objects.visible_to(request.user).filter(reader__isnull=False).select_related("reader")
    )
    progress = progress_of([route.pk for route in routes], month)
    rows: dict[int, dict[str, Any]] = {}
    for route in routes:
        assert route.reader is not None
        row = rows.setdefault(route.reader.pk, {"reader": route.reader, "routes": [], "counts": Progress()})
        row["routes"].append(route)
        row["counts"].add(progress.get(route.pk, Progress()))
    too_low = _too_low_by_route([route.pk for route in routes], month)
    for row in rows.values():
        row["too_low"] = sum(too_low.get(route.pk, 0) for route in row["routes"])
        row["url"] = reverse("billing:reader_month", args=[row["reader"].number])
    context = {
        "rows": sorted(rows.values(), key=lambda row: str(row["reader"].number)),
        "month": month,
        "tab": "readers",
    }
    return render(request, "billing/reader_list.html", context)


@permission_required("billing.view_route", raise_exception=True)
@require_GET
@never_cache
def reader_month(request: StaffRequest, number: str) -> HttpResponse:
    """The rows behind a number of `reader_list`: ?show=missed, estimated or low."""
    month = month_of(request)
    reader: Staff = get_numbered_or_404(Staff.objects.all(), number=number)
    routes = Route.objects.visible_to(request.user).filter(reader=reader).values_list("pk", flat=True)
    if not routes:
        raise Http404
    shows = {"missed": _missed_page, "estimated": _estimated_page, "low": _too_low_page}
    show = request.GET.get("show", "missed")
    if show not in shows:
        raise Http404
    page = shows[show](list(routes), month, request.GET.get("page"))
    context = {
        "reader": reader,
        "month": month,
        "show": show,
        "page_obj": page,
        "page_query": f"show={show}&month={month}&",
        "tab": "readers",
    }
    return render(request, "billing/reader_month.html", context)


def _too_low_by_route(route_ids: list[int], month: Month) -> dict[int, int]:
    found = Reading.objects.filter(pk__in=readings_too_low(route_ids, month)).values_list(
        "installation__account__route_stop__route", flat=True
    )
    counts: dict[int, int] = {}
    for route_id in found:
        counts[route_id] = counts.get(route_id, 0) + 1
    return counts


def _missed_page(route_ids: list[int], month: Month, number: str | None) -> Page[Any]:
    page: Page[Any] = Paginator(missed_accounts(route_ids, month), ROWS).get_page(number)
    accounts = (
        Account.objects.with_people_and_place()
        .select_related("route_stop__route")
        .in_bulk(list(page.object_list))
    )
    page.object_list = [
        {
            "account_no": account.account_no,
            "account_url": reverse("accounts:account_detail", args=[account.account_no]),
            "name": account.customer.name,
            "address": account.premises.address,
            "route": account.route_stop.route,
        }
        for account in (accounts[pk] for pk in page.object_list)
    ]
    return page


def _estimated_page(route_ids: list[int], month: Month, number: str | None) -> Page[Any]:
    return _readings_page(estimated_readings(route_ids, month), number)


def _too_low_page(route_ids: list[int], month: Month, number: str | None) -> Page[Any]:
    return _readings_page(readings_too_low(route_ids, month), number)


def _readings_page(ids: list[int], number: str | None) -> Page[Any]:
    page: Page[Any] = Paginator(ids, ROWS).get_page(number)
    readings = Reading.objects.select_related(
        "installation__meter",
        "installation__account__customer",
        "installation__account__premises",
        "read_by",
        "entered_by",
    ).in_bulk(list(page.object_list))
    page.object_list = reading_rows(readings[pk] for pk in page.object_list)
    return page
