"""What customers say of halls and people: figures, the rows behind them, and one's own."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Staff
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from counters.models import Hall
from service_quality.forms.ratings import ExtentForm, RowsForm
from service_quality.models import FollowUp, Rating
from service_quality.queries.finished_visits import Wanted
from service_quality.queries.own_figures import own_figures
from service_quality.queries.ranking import ranking
from service_quality.queries.ratings import tallies, together
from service_quality.queries.trend import trend_chart
from service_quality.queries.visit_rows import visit_rows
from service_quality.satisfaction import BAD, ENOUGH, LEVELS

ROWS = 50
# What the filter shows, as levels; "" and "none" are no levels.
SHOWN = {"rated": LEVELS, "bad": BAD, **{str(level): (level,) for level in LEVELS}}


@permission_required("service_quality.view_rating", raise_exception=True)
@require_GET
@never_cache
def rating_figures(request: StaffRequest) -> HttpResponse:
    """The figures of a time, the trend, the halls, and the people ranked by what is certain of them."""
    today = business_date_of(timezone.now())
    form = ExtentForm(request.GET, staff=request.user, today=today)
    context: dict[str, Any] = {"form": form, "enough": ENOUGH}
    if form.is_valid():
        extent = form.extent()
        days = tallies(extent, "day")
        halls = Hall.objects.in_bulk()
        tally = together(days.values())
        rows = f"{reverse('service_quality:rating_rows')}?"
        context |= {
            "tally": tally,
            "address": form.address(),
            "levels": [(one.value, one.label, tally.counts[one.value]) for one in Rating.Level],
            "followed_up": sum(tally.counts[level] for level in BAD),
            "trend": trend_chart(extent.first, extent.last, days),
            "halls": [
                (halls[key], one, rows + form.address(hall=key))
                for key, one in sorted(tallies(extent, "hall").items())
            ],
            "people": [
                (one, rows + form.address(person=one.staff.number))
                for one in ranking(tallies(extent, "staff"))
            ],
            "open_follow_ups": FollowUp.objects.visible_to(request.user).open().count(),
        }
    return render(request, "service_quality/ratings.html", context, status=422 if form.errors else 200)


@permission_required("service_quality.view_rating", raise_exception=True)
@require_GET
@never_cache
def rating_rows(request: StaffRequest) -> HttpResponse:
    """The visits behind a number."""
    form = RowsForm(request.GET, staff=request.user, today=business_date_of(timezone.now()))
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        show, number = form.cleaned_data["show"], form.cleaned_data["person"]
        person = Staff.objects.filter(number=number).first() if number else None
        # A number that nobody has finds nothing, rather than everybody.
        extent = form.extent(person.pk if person else 0 if number else None)
        wanted = Wanted(extent, levels=SHOWN.get(show), unrated=show == "none")
        count = wanted.count()
        page = Paginator(range(count), ROWS).get_page(request.GET.get("page"))
        context |= {
            "rows": visit_rows(wanted.keys(ROWS, (page.number - 1) * ROWS)),
            "count": count,
            "page_obj": page,
            "page_query": form.address(show=show, person=number),
        }
    return render(request, "service_quality/rating_rows.html", context, status=422 if form.errors else 200)


@permission_required("service_quality.see_own_figures", raise_exception=True)
@require_GET
@never_cache
def own_ratings(request: StaffRequest) -> HttpResponse:
    """One's own figures by whole months: nobody finds out who gave which rating."""
    figures = own_figures(request.user, business_date_of(timezone.now()))
    return render(request, "service_quality/own_ratings.html", figures)
