import datetime
from typing import Any

from django.contrib import messages as said
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Account
from accounts.requests import StaffRequest
from billing.forms.reaching import DeliveryForm
from billing.models import CaseStep, DeliveryProof, Letter
from billing.services.arrears.contacts import record_visit
from billing.services.arrears.letter_deliveries import record_delivery
from billing.services.photos import TYPES

ROWS = 20
LATEST = 10
NOT = "NOT_"


@permission_required("billing.record_contact", raise_exception=True)
@require_GET
@never_cache
def delivery_list(request: StaffRequest) -> HttpResponse:
    """The letters that are on their way, and what was delivered last."""
    wanted = request.GET.get("q", "").strip()[:40].replace("\x00", "")
    letters = _letters(request).filter(step__state__in=CaseStep.WAITING, step__proofs__isnull=True)
    if wanted:
        letters = letters.filter(Q(account__account_no=wanted.upper()) | Q(content__number=wanted))
    page: Any = Paginator(letters.order_by("mailing", "position"), ROWS).get_page(request.GET.get("page"))
    proofs = DeliveryProof.objects.filter(
        step__case__account__in=Account.objects.visible_to(request.user)
    ).select_related("step__case__account__customer", "step__rule", "recorded_by")
    context = {
        "page_obj": page,
        "page_query": f"q={wanted}&" if wanted else "",
        "wanted": wanted,
        "proofs": proofs.order_by("-pk")[:LATEST],
        "tab": "deliveries",
    }
    return render(request, "billing/arrears/delivery_list.html", context)


@permission_required("billing.record_contact", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def delivery_new(request: StaffRequest, pk: int) -> HttpResponse:
    """Say how one letter was delivered, with what proves it; or why it could not be."""
    letter = get_object_or_404(_letters(request), pk=pk)
    now = timezone.now()
    form = DeliveryForm(
        request.POST or None, request.FILES or None, initial={"delivered_at": timezone.localtime(now)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            _record(request, letter, form, now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:delivery_list")
    context = {
        "letter": letter,
        "form": form,
        "is_waiting": letter.step.state in CaseStep.WAITING and not letter.step.proofs.exists(),
        "attempts": letter.account.contact_attempts.filter(way="VISIT").select_related("by")[:LATEST],
        "tab": "deliveries",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "billing/arrears/delivery_new.html", context, status=status)


@permission_required("billing.view_arrearscase", raise_exception=True)
@require_GET
@never_cache
def proof_photo(request: StaffRequest, pk: int) -> FileResponse:
    """The photo of a delivery, to those who may see the case."""
    proofs = DeliveryProof.objects.filter(step__case__account__in=Account.objects.visible_to(request.user))
    proof = get_object_or_404(proofs, pk=pk)
    kind = TYPES.get(proof.photo.rpartition(".")[2])
    if kind is None or not default_storage.exists(proof.photo):
        raise Http404
    answer = FileResponse(default_storage.open(proof.photo), content_type=kind)
    answer["Content-Disposition"] = "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _letters(request: StaffRequest) -> Any:
    return (
        Letter.objects.visible_to(request.user)
        .filter(step__isnull=False)
        .select_related("account__customer", "account__premises", "mailing", "step")
    )


def _record(request: StaffRequest, letter: Letter, form: DeliveryForm, now: datetime.datetime) -> None:
    data = form.cleaned_data
    if data["outcome"].startswith(NOT):
        assert letter.step_id is not None
        record_visit(
            letter.step_id,
            result=data["outcome"].removeprefix(NOT),
            note=data["reference"],
            place=data["place"],
            request_id=data["request_id"],
            at=now,
            by=request.user,
        )
        said.success(request, _("Written down; the letter stays on the list."))
        return
    record_delivery(
        letter,
        kind=data["outcome"],
        delivered_at=data["delivered_at"],
        reference=data["reference"],
        place=data["place"],
        photo=data["photo"],
        at=now,
        by=request.user,
    )
    said.success(request, _("Delivered, with its proof."))
