import datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from service_quality.models import TeamScore
from service_quality.queries.assessment.team_year import team_year
from service_quality.views.assessment.addresses import YEARS, year_or_404

MAY_ENTER = ("service_quality.add_teamscore", "service_quality.add_branchcompletion")


@permission_required("service_quality.view_assessmentrun", raise_exception=True)
@require_GET
def team_years(request: StaffRequest) -> HttpResponse:
    """This year."""
    return redirect("service_quality:team_year", business_date_of(timezone.now()).year)


@permission_required("service_quality.view_assessmentrun", raise_exception=True)
@require_GET
@never_cache
def team_year_page(request: StaffRequest, year: int) -> HttpResponse:
    """The halls in their places, with the reason for each."""
    year = year_or_404(year)
    found = team_year(year)
    today = business_date_of(timezone.now())
    context = {
        "found": found,
        "rows": [
            {"row": row, "items": [row.items.get(item.value) for item in TeamScore.Item]}
            for row in found.rows
        ],
        "items": [
            {"label": item.label, "weight": getattr(found.rule, item.value)} for item in TeamScore.Item
        ],
        "is_final": found.is_complete and today > datetime.date(year, 12, 31),
        "earlier": year - 1 if year - 1 in YEARS else None,
        "later": year + 1 if year < today.year else None,
        "may_enter": any(request.user.has_perm(permission) for permission in MAY_ENTER),
    }
    return render(request, "service_quality/assessment/teams.html", context)
