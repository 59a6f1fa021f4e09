"""The Content-Security-Policy of the administration: its theme works with Alpine, which reads small programs from
attributes and needs eval for them. No other page of the site may.
"""

from collections.abc import Callable

from csp.constants import UNSAFE_EVAL
from django.http import HttpRequest, HttpResponse

ALLOWED_THERE = {"script-src": [UNSAFE_EVAL]}


class AdministrationPolicyMiddleware:
    """Allow eval on the pages of the administration, and on nothing else: refusals and errors are pages of the site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and match.app_names == ["admin"] and response.status_code < 300:
            response._csp_update = ALLOWED_THERE  # type: ignore[attr-defined] # django-csp reads it
        return response
