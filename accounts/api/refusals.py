"""Every refusal leaves the API as {"code", "detail"}: the sentence of the verb, and what a program reads."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

# Not the caller's to see, or not there: the two look the same.
NOT_FOUND = frozenset({"unknown_account", "unknown_payment", "unknown_job"})


class RefusalSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


def refusal_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into an answer; anything unexpected stays a bug and is logged as one."""
    if isinstance(error, ValidationError):
        refusal = error.error_list[0] if hasattr(error, "error_list") else error
        code = getattr(refusal, "code", None) or "refused"
        missing = code in NOT_FOUND
        return Response(
            {"code": code, "detail": error.messages[0]},
            status=status.HTTP_404_NOT_FOUND if missing else status.HTTP_422_UNPROCESSABLE_ENTITY,
        )
    if isinstance(error, exceptions.ValidationError):
        return Response(
            {"code": "malformed", "detail": _first_sentence(error.detail), "fields": error.detail},
            status=status.HTTP_400_BAD_REQUEST,
        )
    if isinstance(error, OperationalError):
        return Response(
            {"code": "busy", "detail": _("The books are busy. Ask again what became of this request.")},
            status=status.HTTP_503_SERVICE_UNAVAILABLE,
            headers={"Retry-After": "1"},
        )
    response = exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.APIException):
        response.data = _plain(error)
    elif response is not None:
        code = "not_found" if response.status_code == status.HTTP_404_NOT_FOUND else "forbidden"
        response.data = {"code": code, "detail": str(response.data.get("detail", ""))}
    return response


def _plain(error: exceptions.APIException) -> dict[str, Any]:
    """What the framework says to programmers, said to the person at the counter."""
    if isinstance(error, exceptions.NotAuthenticated):
        sentence = _("You are no longer signed in. Sign in again in this window.")
        return {"code": error.get_codes(), "detail": sentence}
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF"):
        return {"code": "csrf_failed", "detail": _("Nothing was saved: the page had been open too long.")}
    return {"code": error.get_codes(), "detail": str(error.detail)}


def _first_sentence(detail: Any) -> str:
    while isinstance(detail, (dict, list)):
        if not detail:
            return ""
        name, inner = next(iter(detail.items())) if isinstance(detail, dict) else ("", detail[0])
        if isinstance(inner, str):
            return f"{name}: {inner}" if name and name != "non_field_errors" else str(inner)
        detail = inner
    return str(detail)
