from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import StaffRequest
from counters.models import Window
from counters.queries.reader_windows import windows_with_tokens
from counters.services.reader_tokens import issue_reader_token, revoke_reader_token


@permission_required("counters.issue_readertoken", raise_exception=True)
@require_GET
@never_cache
def reader_list(request: StaffRequest) -> HttpResponse:
    """The windows whose card reader hangs on their own computer, and the token of each."""
    return _page(request)


@permission_required("counters.issue_readertoken", raise_exception=True)
@require_POST
@never_cache
def reader_token_issue(request: StaffRequest, pk: int) -> HttpResponse:
    """Make a token and show it, this once: it stands in this answer and nowhere else, so nothing is redirected."""
    window = get_object_or_404(Window.objects.select_related("hall"), pk=pk)
    try:
        token = issue_reader_token(window, issued_by=request.user, at=timezone.now())
    except ValidationError as refusal:
        return _page(request, refusal=refusal)
    return _page(request, token=token, window=window)


@permission_required("counters.issue_readertoken", raise_exception=True)
@require_POST
def reader_token_revoke(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a token count no more: the computer was lost, or is another one now."""
    window = get_object_or_404(Window.objects.select_related("hall"), pk=pk)
    try:
        revoke_reader_token(window, revoked_by=request.user, at=timezone.now())
    except ValidationError as refusal:
        return _page(request, refusal=refusal)
    return redirect("counters:reader_list")


def _page(
    request: StaffRequest,
    *,
    token: str = "",
    window: Window | None = None,
    refusal: ValidationError | None = None,
) -> HttpResponse:
    context = {"windows": windows_with_tokens(), "token": token, "window": window, "refusal": refusal}
    return render(request, "counters/reader_list.html", context, status=422 if refusal else 200)
