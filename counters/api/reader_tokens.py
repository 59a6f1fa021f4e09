"""Who asks: the program of one window's card reader, known by its token. It sees the jobs of that window alone."""

from dataclasses import dataclass
from typing import Any

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from counters.models import ReaderToken, Window
from counters.services.reader_tokens import digest_of

KEYWORD = "Window"
LONGEST_TOKEN = 100
# A token cannot be guessed, but who tries all the same is not let in to ask the database each time.
MOST_WRONG_TOKENS = 20
A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class WindowProgram:
    """The program at a window, in the place of a person who is signed in."""

    window: Window
    is_authenticated: bool = True
    is_active: bool = True


class WindowTokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[WindowProgram, ReaderToken] | None:
        keyword, _space, token = request.headers.get("Authorization", "").partition(" ")
        if keyword != KEYWORD:
            return None
        wrong = f"wrong-reader-tokens:{get_client_ip_address(request)}"
        if cache.get(wrong, 0) >= MOST_WRONG_TOKENS:
            raise exceptions.Throttled(A_MINUTE)
        row = (
            ReaderToken.objects.filter(digest=digest_of(token), revoked_at__isnull=True)
            .select_related("window__hall")
            .first()
            if len(token) <= LONGEST_TOKEN
            else None
        )
        if row is None or row.window.card_reader != Window.CardReader.AGENT:
            _count_one_more(wrong)
            raise exceptions.AuthenticationFailed(_("This token does not count, or no longer."))
        return WindowProgram(row.window), row

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


def _count_one_more(wrong: str) -> None:
    # add() sets the end of the minute; incr() keeps it.
    if cache.add(wrong, 1, A_MINUTE):
        return
    try:
        cache.incr(wrong)
    except ValueError:
        # It ended between the two.
        cache.set(wrong, 1, A_MINUTE)


class WindowTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "counters.api.reader_tokens.WindowTokenAuthentication"
    name = "windowToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": f"`{KEYWORD} <token>`: the token that an administrator issued for the window.",
        }


class IsWindowProgram(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, ReaderToken)


class OfOneWindow(SimpleRateThrottle):
    """A program looks twice a second; one that asks much more often is broken."""

    scope = "window"
    rate = "300/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        token = request.auth
        return f"throttle-window-{token.window_id}" if isinstance(token, ReaderToken) else None
