"""The page as a whole: the panels that a person may see, each asked once."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Branch, Staff
from config.dashboard.approvals import approvals_of
from config.dashboard.arrears import arrears_of
from config.dashboard.halls import halls_of
from config.dashboard.hours import hours_of
from config.dashboard.jobs import jobs_of
from config.dashboard.quality import matters_of, quality_of
from config.dashboard.queue import Line, lines_of
from config.dashboard.recovery import recovery_of, whole
from config.dashboard.scope import Scope, may_choose, scope_for
from config.dashboard.takings import takings_of

# What changes by the minute, and what a person looks at once in an hour.
NOW, LATER = "now", "later"


def add_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The panels for the first page of the administration."""
    return {**context, **_page(request, (NOW, LATER))}


@require_GET
@never_cache
def dashboard_part(request: HttpRequest) -> HttpResponse:
    """The panels of one part again, for the page that refreshes itself."""
    part = LATER if request.GET.get("part") == LATER else NOW
    return render(request, f"dashboard/_{part}.html", _page(request, (part,)))


def _page(request: HttpRequest, parts: tuple[str, ...]) -> dict[str, Any]:
    assert isinstance(request.user, Staff)
    scope = scope_for(request.user, timezone.now(), request.GET.get("branch", ""))
    branches = list(Branch.objects.all()) if may_choose(request.user) else []
    if scope.branch_id is not None and branches and scope.branch_id not in {one.pk for one in branches}:
        scope = scope_for(request.user, scope.at)
    context: dict[str, Any] = {
        "scope": scope,
        "branches": branches,
        "has_panels": scope.may("billing.view_payment"),
    }
    if NOW in parts:
        context |= _now(scope)
    if LATER in parts:
        context |= _later(scope)
    return context


def _now(scope: Scope) -> dict[str, Any]:
    panels: dict[str, Any] = {"approvals": approvals_of(scope)}
    if scope.may("counters.view_shift") and scope.may("billing.view_payment"):
        halls = halls_of(scope)
        panels |= {"halls": halls, "takings": takings_of(scope, halls), "hours": hours_of(scope)}
        if scope.may("counters.view_ticket"):
            panels["line"] = _add_lines(scope, halls)
    if scope.may("service_quality.view_matter"):
        panels["matters"] = matters_of(scope)
    return panels


def _add_lines(scope: Scope, halls: list[dict[str, Any]]) -> Line:
    """Put the line of each hall beside its windows; returns that of all together."""
    together, lines, paused = lines_of(scope, [hall["id"] for hall in halls])
    for hall in halls:
        hall["line"] = lines[hall["id"]]
        for window in hall["windows"]:
            window["is_paused"] = window["id"] in paused
    return together


def _later(scope: Scope) -> dict[str, Any]:
    panels: dict[str, Any] = {}
    if scope.may("billing.view_arrearscase"):
        panels["arrears"] = arrears_of(scope)
    if scope.may("billing.view_recoverytarget"):
        recovery = recovery_of(scope)
        panels |= {"recovery": recovery, "recovered": whole(recovery)}
    if scope.may("service_quality.view_rating"):
        panels["quality"] = quality_of(scope, halls_of(scope))
    if scope.may("accounts.view_jobrun"):
        panels["jobs"] = jobs_of(scope)
    return panels
