from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import StaffRequest
from billing.forms.readings import DecisionForm, ReadingFilterForm
from billing.meter_use import Anomaly
from billing.models import Reading
from billing.queries.meter_places import places_of
from billing.queries.reading_policies import policies
from billing.queries.reading_rows import counts_by_anomaly, history_rows, reading_rows
from billing.rating.plain import plain
from billing.services.estimates import estimated_value
from billing.services.photos import TYPES
from billing.services.reading_review import accept_reading, estimate_instead, reject_reading

ROWS = 20


@permission_required("billing.view_reading", raise_exception=True)
@require_GET
@never_cache
def reading_list(request: StaffRequest) -> HttpResponse:
    """The readings that need a decision before a bill is made from them, the oldest first."""
    form = ReadingFilterForm(request.GET, staff=request.user)
    readings = _in_review(request, form) if form.is_valid() else Reading.objects.none()
    wanted = form.cleaned_data.get("anomaly") if form.is_valid() else ""
    counts = counts_by_anomaly(readings) if form.is_valid() else {}
    page: Page[Any] = Paginator(
        readings.filter(anomalies__contains=[wanted]) if wanted else readings, ROWS
    ).get_page(request.GET.get("page"))
    page.object_list = reading_rows(page.object_list)
    others = request.GET.copy()
    others.pop("page", None)
    context = {
        "form": form,
        "page_obj": page,
        "total": page.paginator.count,
        "counts": [
            {"code": code, "label": label, "count": counts.get(code, 0), "is_current": code == wanted}
            for code, label in Anomaly.choices
        ],
        "page_query": f"{others.urlencode()}&" if others else "",
        "tab": "review",
    }
    return render(request, "billing/reading_list.html", context, status=200 if form.is_valid() else 422)


@permission_required("billing.view_reading", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def reading_review(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole story of one reading, and what may be done with it."""
    reading = _reading(request, pk)
    may_decide = request.user.has_perm("billing.review_reading")
    if request.method == "GET" or not may_decide:
        status = 200 if request.method == "GET" else 403
        return _page(request, reading, DecisionForm(), may_decide=may_decide, status=status)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            said = _decide(request, reading, form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, said)
            return redirect(_next(request, reading))
    return _page(request, _reading(request, pk), form, may_decide=may_decide, status=422)


@permission_required("billing.view_reading", raise_exception=True)
@require_GET
@never_cache
def reading_photo(request: StaffRequest, pk: int) -> HttpResponse | FileResponse:
    """The photo that came with a reading, to those who may see the reading."""
    reading = _reading(request, pk)
    name = reading.photo.name or ""
    kind = TYPES.get(name.rpartition(".")[2])
    if kind is None or not reading.photo.storage.exists(name):
        raise Http404
    answer = FileResponse(reading.photo.open("rb"), content_type=kind)
    answer["Content-Disposition"] = "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _in_review(request: StaffRequest, form: ReadingFilterForm) -> QuerySet[Reading]:
    readings: QuerySet[Reading] = (
        Reading.objects.visible_to(request.user)
        .in_review()
        .select_related(
            "installation__meter",
            "installation__account__customer",
            "installation__account__premises",
            "read_by",
            "entered_by",
        )
        .order_by("read_on", "id")
    )
    if service := form.cleaned_data.get("service"):
        readings = readings.filter(installation__account__service=service)
    if route := form.cleaned_data.get("route"):
        readings = readings.filter(installation__account__route_stop__route=route)
    return readings


def _reading(request: StaffRequest, pk: int) -> Reading:
    readings = Reading.objects.visible_to(request.user).select_related(
        "installation__meter",
        "installation__account__customer",
        "installation__account__premises",
        "read_by",
        "entered_by",
        "reviewed_by",
    )
    found: Reading = get_object_or_404(readings, pk=pk)
    return found


def _decide(request: StaffRequest, reading: Reading, data: dict[str, Any]) -> str:
    by, now = request.user, timezone.now()
    if data["decision"] == "reject":
        reject_reading(reading, note=data["note"], by=by, at=now)
        return _("Rejected: %(value)s. The meter can be read again.") % {"value": reading.value}
    if data["decision"] == "estimate":
        estimate = estimate_instead(reading, reason=data["note"], value=data["value"], by=by, at=now)
        return _("Estimated at %(value)s. A second person has to approve it.") % {"value": estimate.value}
    accept_reading(
        reading,
        rolled_over=data["rolled_over"] or reading.rolled_over,
        note=data["note"],
        by=by,
        at=now,
    )
    return _("Accepted: %(value)s. The next bill run counts it.") % {"value": reading.value}


def _next(request: StaffRequest, reading: Reading) -> str:
    """The next one that waits, so that a pile is worked off without going back to the list."""
    waiting = Reading.objects.visible_to(request.user).in_review().order_by("read_on", "id")
    following = waiting.filter(read_on__gte=reading.read_on).exclude(pk=reading.pk).first()
    if following is None:
        return reverse("billing:reading_list")
    return reverse("billing:reading_review", args=[following.pk])


def _page(
    request: StaffRequest, reading: Reading, form: DecisionForm, *, may_decide: bool, status: int
) -> HttpResponse:
    (row,) = reading_rows([reading])
    place = places_of({reading.installation_id: reading.read_on})[reading.installation_id]
    history = history_rows(place, reading.read_on)
    suggestion = estimated_value(place, reading.read_on, policies()[place.service])
    context = {
        "reading": row,
        "history": history,
        "form": form,
        "may_decide": may_decide and reading.is_in_review,
        "is_own_estimate": reading.is_estimate and reading.entered_by_id == request.user.pk,
        "suggestion": None if suggestion is None else plain(suggestion),
        "reviewed": reading.reviewed_by
        and {"by": reading.reviewed_by, "at": reading.reviewed_at, "note": reading.review_note},
        "photo_url": reverse("billing:reading_photo", args=[reading.pk]) if reading.photo else "",
        "tab": "review",
    }
    return render(request, "billing/reading_review.html", context, status=status)
