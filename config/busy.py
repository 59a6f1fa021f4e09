"""What a person sees when the database cannot answer in time: a sentence, not a crash."""

import logging
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)


class BusyMiddleware:
    """Answer 503 where a lock or the database could not be had; nothing was written then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError):
            return None
        log.error("the database did not answer: %s", exception)
        response = render(request, "503.html", status=503)
        response.headers["Retry-After"] = "2"
        return response
