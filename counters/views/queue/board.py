"""The board of the lobby, 1920 × 1080, asked for every second by every screen of the hall.

A question that finds nothing new is answered by BoardPollMiddleware, from the cache alone; what changed is drawn
once for all screens.
"""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from billing.views.numbered import get_numbered_or_404
from counters.models import Hall
from counters.queries.board import board_of
from counters.services.board_signal import LOOK_AGAIN_AFTER, board_version

# The key of a hall's devices does not change while they hang on the wall.
REMEMBER_HALL = 300
LONGEST_KEY = 60


@login_not_required
@require_GET
def board(request: HttpRequest, key: str) -> HttpResponse:
    """The whole screen, for the moment in which it is switched on."""
    hall = get_numbered_or_404(Hall.objects.all(), public_key=key)
    _remember(key, hall.pk)
    drawn, version = _drawn(hall.pk, key)
    answer = render(request, "queue/board.html", {"hall": hall, "drawn": drawn, "version": version})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_not_required
@require_GET
def board_now(request: HttpRequest, key: str) -> HttpResponse:
    """The board as it is now; a screen that has seen it already is told so before it comes here."""
    drawn, version = _drawn(_hall_id(key), key)
    return HttpResponse(drawn, headers={"Cache-Control": "no-store", "X-Board-Version": version})


def _hall_id(key: str) -> int:
    if not key.isprintable() or len(key) > LONGEST_KEY:
        raise Http404
    hall_id = cache.get(f"board-hall:{key}")
    if hall_id is None:
        hall_id = Hall.objects.filter(public_key=key).values_list("pk", flat=True).first()
        if hall_id is None:
            raise Http404
        _remember(key, hall_id)
    return int(hall_id)


def _remember(key: str, hall_id: int) -> None:
    cache.set(f"board-hall:{key}", hall_id, REMEMBER_HALL)


def _drawn(hall_id: int, key: str) -> tuple[str, str]:
    """The board as it stands, and its version. The version first: what is drawn is never older than it says."""
    version = board_version(hall_id)
    name = f"board-drawn:{hall_id}:{version}:{get_language()}"
    drawn: str | None = cache.get(name)
    if drawn is None:
        hall = Hall.objects.get(pk=hall_id)
        context = {"board": board_of(hall, timezone.now()), "version": version, "key": key}
        drawn = render_to_string("queue/_board_now.html", context)
        cache.set(name, drawn, LOOK_AGAIN_AFTER)
    return drawn, version
