"""Where the addresses of the tablets are shown, and renewed when one was lost."""

import segno
from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import StaffRequest
from counters.models import Window
from service_quality.models import RatingTablet
from service_quality.services.tablets import renew_tablet


@permission_required("service_quality.view_ratingtablet", raise_exception=True)
@require_GET
@never_cache
def tablet_list(request: StaffRequest) -> HttpResponse:
    """Every window, and the address its tablet opens; whoever sees it can rate, so few do."""
    tablets = {one.window_id: one for one in RatingTablet.objects.all()}
    may_change = request.user.has_perm("service_quality.change_ratingtablet")
    rows = [
        {"window": one, "tablet": tablets.get(one.pk), **_address(request, tablets.get(one.pk), may_change)}
        for one in Window.objects.select_related("hall")
    ]
    return render(request, "service_quality/tablets.html", {"rows": rows, "may_change": may_change})


@permission_required("service_quality.change_ratingtablet", raise_exception=True)
@require_POST
def tablet_renew(request: StaffRequest, window_id: int) -> HttpResponse:
    window = get_object_or_404(Window.objects.select_related("hall__branch"), pk=window_id)
    renew_tablet(window, by=request.user, at=timezone.now())
    return redirect(f"{reverse('service_quality:tablet_list')}#window-{window.pk}")


def _address(request: StaffRequest, tablet: RatingTablet | None, may_change: bool) -> dict[str, str]:
    if tablet is None or not may_change:
        return {}
    site = settings.PUBLIC_ADDRESS or request.build_absolute_uri("/").rstrip("/")
    address = f"{site}{reverse('service_quality:tablet', args=[tablet.key])}"
    return {"address": address, "code": str(segno.make(address, error="m").svg_data_uri(scale=3))}
