from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Staff
from accounts.models.organisation import in_current_language
from accounts.queries.scope import districts_seen_by
from accounts.requests import StaffRequest
from billing.money import NO_MONEY
from billing.queries.recovery import (
    CollectorRecovery,
    DistrictRecovery,
    Recovery,
    RecoveryBills,
    recovery_by_collector,
    recovery_by_district,
)
from billing.queries.routes import Month
from billing.recovery_rates import rate_of
from billing.views.months import month_of

ROWS = 40
# The width of a bar that stands for 100 %.
FULL = 300
OLD, CURRENT = "OLD", "CURRENT"


@permission_required("billing.view_recoverytarget", raise_exception=True)
@require_GET
@never_cache
def recovery(request: StaffRequest) -> HttpResponse:
    """What was due and what came in, by district against its target, and by collector."""
    month = month_of(request)
    branches = _branches_of(request.user)
    districts = recovery_by_district(branches, month.first)
    context = {
        "month": month,
        "districts": [_district_row(one, month, request.user) for one in districts],
        "totals": [
            _total(_("current"), [one.current for one in districts]),
            _total(_("old debts"), [one.old for one in districts]),
        ],
        "collectors": [_collector_row(one) for one in recovery_by_collector(branches, month.first)],
    }
    return render(request, "billing/recovery/recovery.html", context)


@permission_required("billing.view_recoverytarget", raise_exception=True)
@require_GET
@never_cache
def recovery_bills(request: StaffRequest, code: str) -> HttpResponse:
    """The bills behind a figure of a district, those with the most left first."""
    district = get_object_or_404(districts_seen_by(request.user), code=code)
    month = month_of(request)
    is_old = request.GET.get("kind") == OLD
    bills: Any = RecoveryBills(district.pk, month.first, is_old=is_old)
    kept = {"kind": OLD if is_old else CURRENT}
    context = {
        "district": district,
        "month": month,
        "is_old": is_old,
        "more": f"{urlencode(kept)}&",
        "page_obj": Paginator(bills, ROWS).get_page(request.GET.get("page")),
        "page_query": f"{urlencode({**kept, 'month': str(month)})}&",
    }
    return render(request, "billing/recovery/recovery_bills.html", context)


def _branches_of(staff: Staff) -> list[int] | None:
    return None if staff.has_perm("accounts.see_every_branch") else [staff.branch_id or 0]


def _district_row(one: DistrictRecovery, month: Month, staff: Staff) -> dict[str, Any]:
    return {
        "name": in_current_language(one.name, one.name_en),
        "owner": in_current_language(one.owner_name, one.owner_name_en),
        "is_mine": one.owner_id == staff.pk,
        "parts": [
            _part(_("current"), one.current, _address(one.code, month, CURRENT)),
            _part(_("old debts"), one.old, _address(one.code, month, OLD)),
        ],
    }


def _part(label: str, part: Recovery, url: str) -> dict[str, Any]:
    return {
        "label": label,
        "part": part,
        "url": url,
        "bar": _width(part.rate),
        "mark": _width(part.target) if part.target is not None else None,
        "is_reached": part.achievement is not None and part.achievement >= 100,
    }


def _width(percent: Decimal | None) -> int:
    return round(min(max(percent or 0, 0), 100) * FULL / 100)


def _address(code: str, month: Month, kind: str) -> str:
    return (
        f"{reverse('billing:recovery_bills', args=[code])}?{urlencode({'kind': kind, 'month': str(month)})}"
    )


def _total(label: str, parts: list[Recovery]) -> dict[str, Any]:
    due = sum((one.due for one in parts), NO_MONEY)
    received = sum((one.received for one in parts), NO_MONEY)
    return {"label": label, "due": due, "received": received, "rate": rate_of(received, due)}


def _collector_row(one: CollectorRecovery) -> dict[str, Any]:
    return {
        "row": one,
        "name": in_current_language(one.name, one.name_en),
        "district": in_current_language(one.district, one.district_en),
    }
