from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import StaffRequest
from billing.views.numbered import get_numbered_or_404
from service_quality.models import Matter
from service_quality.queries.matters.story import story_of
from service_quality.queries.matters.time_left import time_left
from service_quality.queries.matters.workbench import LISTS, figures_of, found_matters, matters_in
from service_quality.queries.office import missing_calendar_year, office_at
from service_quality.views.matter_page import AHEAD, show_matter

ROWS = 20
LONGEST_QUERY = 40


@permission_required("service_quality.view_matter", raise_exception=True)
@require_GET
@never_cache
def matter_list(request: StaffRequest) -> HttpResponse:
    """My matters by the working time that is left; the one that is chosen tells its story on the right."""
    now = timezone.now()
    figures = figures_of(request.user, now)
    # Who handles nothing, as a supervisor, begins with what others handle.
    usual = next((one.code for one in figures if one.code in ("mine", "open") and one.count), "mine")
    code = request.GET.get("list", usual)
    code = code if code in LISTS else usual
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    everywhere = bool(query) and "list" not in request.GET
    found = (
        found_matters(query, request.user, now)
        if everywhere
        else matters_in(code, request.user, now, query=query)
    )
    page: Any = Paginator(found, ROWS).get_page(request.GET.get("page"))
    kept = {**({} if everywhere else {"list": code}), **({"q": query} if query else {})}
    rows = list(page.object_list)
    shown = next((one for one in rows if one.number == request.GET.get("show")), rows[0] if rows else None)
    office = office_at(now)
    page.object_list = [
        {
            "matter": one,
            "left": time_left(one, now, office),
            "is_shown": one == shown,
            "url": "?" + urlencode({**kept, "page": page.number, "show": one.number}),
        }
        for one in rows
    ]
    context = {
        "figures": [
            {"figure": one, "is_shown": one.code == code and not everywhere, "url": f"?list={one.code}"}
            for one in figures
        ],
        "list": "" if everywhere else code,
        "query": query,
        "page_obj": page,
        "page_query": urlencode(kept) + "&",
        "shown": shown,
        "events": story_of(shown) if shown else [],
        "missing_year": missing_calendar_year(now, ahead=AHEAD),
    }
    return render(request, "service_quality/matter_list.html", context)


@permission_required("service_quality.view_matter", raise_exception=True)
@require_GET
@never_cache
def matter_detail(request: StaffRequest, number: str) -> HttpResponse:
    """The whole story of one matter and what can be done now. The same page is its paper."""
    matters = Matter.objects.visible_to(request.user, timezone.now())
    return show_matter(request, get_numbered_or_404(matters, number=number))


@permission_required("service_quality.view_matter", raise_exception=True)
@require_GET
@never_cache
def matter_slip(request: StaffRequest, number: str) -> HttpResponse:
    """What the customer takes home: the number, the date that was promised, the code."""
    matters = Matter.objects.visible_to(request.user, timezone.now()).select_related(
        "branch", "hall", "first_responder"
    )
    matter = get_numbered_or_404(matters, number=number)
    context = {
        "matter": matter,
        "back_url": matter.get_absolute_url(),
        "follow_url": request.build_absolute_uri(reverse("service_quality:follow")),
    }
    return render(request, "service_quality/matter_slip.html", context)
