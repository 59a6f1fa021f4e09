"""The hall as it is now, for whoever runs it: on a tablet, walking."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import StaffRequest
from counters.forms.queue import WindowServicesForm
from counters.models import Hall, Pause, Window
from counters.queries.hall_now import hall_now, halls_of
from counters.services.pauses import end_pause
from counters.services.window_services import open_window_for


@permission_required("counters.see_the_hall", raise_exception=True)
@require_GET
@never_cache
def first_hall(request: StaffRequest) -> HttpResponse:
    """The way to the hall where the person works."""
    halls = halls_of(request.user)
    if not halls:
        raise Http404
    return redirect("queue:hall", number=halls[0].number)


@permission_required("counters.see_the_hall", raise_exception=True)
@require_GET
@never_cache
def hall(request: StaffRequest, number: int) -> HttpResponse:
    """Windows, who serves whom since when, who waits, who pauses."""
    halls = halls_of(request.user)
    found = next((one for one in halls if one.number == number), None)
    if found is None:
        raise Http404
    return _show(request, found, halls)


@permission_required("counters.run_the_hall", raise_exception=True)
@require_POST
def window_services(request: StaffRequest, window_id: int) -> HttpResponse:
    """Open a window for a service, or close it."""
    halls = halls_of(request.user)
    window = get_object_or_404(Window.objects.select_related("hall"), pk=window_id, hall__in=halls)
    form = WindowServicesForm(request.POST)
    if not form.is_valid():
        return _show(request, window.hall, halls, ValidationError(list(form.non_field_errors())))
    try:
        open_window_for(window, form.wanted(), by=request.user, at=timezone.now())
    except ValidationError as refusal:
        return _show(request, window.hall, halls, refusal)
    return redirect("queue:hall", number=window.hall.number)


@permission_required("counters.run_the_hall", raise_exception=True)
@require_POST
def pause_end(request: StaffRequest, pause_id: int) -> HttpResponse:
    """Ask somebody back to work before the five minutes are over."""
    halls = halls_of(request.user)
    pause = get_object_or_404(Pause.objects.select_related("hall"), pk=pause_id, hall__in=halls)
    try:
        end_pause(pause, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        return _show(request, pause.hall, halls, refusal)
    return redirect("queue:hall", number=pause.hall.number)


def _show(
    request: StaffRequest, found: Hall, halls: list[Hall], refusal: ValidationError | None = None
) -> HttpResponse:
    for sentence in refusal.messages if refusal else ():
        messages.error(request, sentence)
    context = {"halls": halls, "hall": hall_now(found, timezone.now())}
    is_part = request.headers.get("HX-Request")
    template = "queue/_hall_now.html" if is_part else "queue/hall.html"
    return render(request, template, context, status=422 if refusal else 200)
