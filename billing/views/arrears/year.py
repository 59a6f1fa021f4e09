import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Staff
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.models import ContactAttempt, SupplyOrder
from billing.queries.arrears.year import LABELS, YearFigure, YearRow, YearRows, year_figures
from billing.services.arrears.notices import notice_called
from billing.services.refusals import ArrearsRefused

ROWS = 40
EARLIEST = 2000


@permission_required("billing.view_recoverytarget", raise_exception=True)
@require_GET
@never_cache
def arrears_year(request: StaffRequest) -> HttpResponse:
    """A year of dunning: calls, messages, notices, lines and money, month by month; each number opens its rows."""
    year = _year(request)
    figures = year_figures(_branches_of(request.user), year)
    context = {
        "year": year,
        "following": year + 1,
        "previous": year - 1,
        "months": range(1, 13),
        "figures": [_figure(one, year) for one in figures],
    }
    return render(request, "billing/arrears/year.html", context)


@permission_required("billing.view_recoverytarget", raise_exception=True)
@require_GET
@never_cache
def arrears_year_rows(request: StaffRequest, kind: str) -> HttpResponse:
    """What stands behind a figure of the year, or of one of its months."""
    if kind not in LABELS:
        raise Http404
    year, month = _year(request), _month(request)
    first = datetime.date(year, month or 1, 1)
    after = (first + datetime.timedelta(days=31)).replace(day=1) if month else datetime.date(year + 1, 1, 1)
    rows: Any = YearRows(kind, _branches_of(request.user), first, after)
    page: Any = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    page.object_list = [{"row": one, "what": _words(kind, one)} for one in page.object_list]
    context = {
        "label": LABELS[kind],
        "year": year,
        "month": month,
        "is_money": kind == "recovered",
        "page_obj": page,
        "page_query": f"{urlencode({'year': year, **({'month': month} if month else {})})}&",
    }
    return render(request, "billing/arrears/year_rows.html", context)


def _figure(one: YearFigure, year: int) -> dict[str, Any]:
    address = reverse("billing:arrears_year_rows", args=[one.kind])
    return {
        "label": one.label,
        "is_money": one.is_money,
        "total": one.total,
        "url": f"{address}?year={year}",
        "months": [
            {"number": number, "url": f"{address}?year={year}&month={month}"}
            for month, number in enumerate(one.months, 1)
        ],
    }


def _words(kind: str, row: YearRow) -> str:
    if kind == "calls":
        return str(ContactAttempt.Result(row.what).label)
    if kind == "lines":
        return str(SupplyOrder.Kind(row.what).label)
    if kind == "recovered":
        return row.what
    try:
        return notice_called(row.what).title
    except ArrearsRefused:
        # The text was taken away since.
        return row.what


def _branches_of(staff: Staff) -> list[int] | None:
    return None if staff.has_perm("accounts.see_every_branch") else [staff.branch_id or 0]


def _year(request: StaffRequest) -> int:
    """The year of the address; this one where it says nothing that can be read."""
    this = business_date_of(timezone.now()).year
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else this
    return year if EARLIEST <= year <= this + 1 else this


def _month(request: StaffRequest) -> int:
    text = request.GET.get("month", "")
    month = int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else 0
    return month if 1 <= month <= 12 else 0
