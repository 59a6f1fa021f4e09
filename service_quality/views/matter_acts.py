import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.requests import StaffRequest
from billing.views.numbered import get_numbered_or_404
from service_quality.forms.matter_acts import form_of
from service_quality.models import Matter
from service_quality.services.matters.answering import (
    answer_matter,
    close_matter,
    join_matter,
    note_matter,
    tell_customer,
)
from service_quality.services.matters.attaching import attach_file
from service_quality.services.matters.classifying import classify_matter
from service_quality.services.matters.extending import ask_extension, decide_extension
from service_quality.services.matters.handing_over import accept_matter, offer_matter, return_matter
from service_quality.services.matters.pushing import remind_matter
from service_quality.services.matters.reopening import rate_matter, reopen_matter
from service_quality.services.matters.taking import claim_matter
from service_quality.views.act_words import ACTS
from service_quality.views.matter_page import show_matter

VERBS: dict[str, Any] = {
    "claim": claim_matter,
    "accept": accept_matter,
    "return": return_matter,
    "answer": answer_matter,
    "close": close_matter,
    "tell": tell_customer,
    "note": note_matter,
    "offer": offer_matter,
    "extend": ask_extension,
    "decide": decide_extension,
    "remind": remind_matter,
    "classify": classify_matter,
    "join": join_matter,
    "attach": attach_file,
    "rate": rate_matter,
    "reopen": reopen_matter,
}
# What a form calls by the word that a person would use.
RENAMED = {("join", "number"): "original"}


@permission_required("service_quality.view_matter", raise_exception=True)
@require_POST
def matter_act(request: StaffRequest, number: str, *, act: str) -> HttpResponse:
    """Do one thing with a matter; a refusal brings the page back with what was typed."""
    if not request.user.has_perm(ACTS[act].permission):
        raise PermissionDenied
    now = timezone.now()
    matter = get_numbered_or_404(Matter.objects.visible_to(request.user, now), number=number)
    form = form_of(act, matter, request.user, now, data=request.POST, files=request.FILES)
    if form.is_valid():
        try:
            _do(act, matter, form.cleaned_data, request, now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, ACTS[act].done, extra_tags="notice-done")
            if request.POST.get("back") == "overdue":
                return redirect("service_quality:overdue_list")
            # A clerk who handed it over may not see it any more: the list is always there.
            visible = Matter.objects.visible_to(request.user, now).filter(pk=matter.pk).exists()
            return redirect(matter) if visible else redirect("service_quality:matter_list")
    return show_matter(request, matter, refused={act: form})


def _do(
    act: str, matter: Matter, data: dict[str, Any], request: StaffRequest, now: datetime.datetime
) -> None:
    arguments = {RENAMED.get((act, name), name): value for name, value in data.items()}
    VERBS[act](matter, **arguments, by=request.user, at=now)
