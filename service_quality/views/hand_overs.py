from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import StaffRequest
from service_quality.models import HandOver, Matter

LATEST = 10


@permission_required("service_quality.change_matter", raise_exception=True)
@require_GET
@never_cache
def hand_over_list(request: StaffRequest) -> HttpResponse:
    """What is offered to me, with the time to answer; and what became of my own offers."""
    now = timezone.now()
    visible = Matter.objects.visible_to(request.user, now)
    hand_overs = HandOver.objects.select_related("matter", "from_staff", "to_staff", "offered_by")
    offered = hand_overs.filter(to_staff=request.user, state=HandOver.State.OFFERED).order_by("answer_by")
    mine = hand_overs.filter(offered_by=request.user, matter__in=visible).order_by("-offered_at")[:LATEST]
    context = {"offered": offered, "mine": mine, "now": now}
    return render(request, "service_quality/hand_over_list.html", context)
