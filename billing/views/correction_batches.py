from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.requests import StaffRequest
from billing.forms.corrections import BatchForm, DecisionForm, SelectionForm
from billing.models import BatchedBill, Bill, CorrectionBatch
from billing.queries.correction_batches import extent_of, progress_of, selected_bills, selection_in_words
from billing.queries.corrections import BATCH_TONES
from billing.services.correction_batches import approve_batch, propose_batch, refuse_batch
from billing.services.refusals import CorrectionRefused
from billing.tasks import call_batch_worker

SHOWN = 50


@permission_required(["billing.view_correctionbatch", "billing.cancel_bill"], raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def batch_form(request: StaffRequest) -> HttpResponse:
    """Select bills, look at how many and how much they are, and propose to cancel them."""
    if request.method == "POST":
        return _propose(request)
    selection = SelectionForm(request.GET or None, staff=request.user)
    context: dict[str, Any] = {"selection": selection}
    if selection.is_valid() and selection.selection:
        context["extent"] = extent_of(selected_bills(selection.selection, request.user))
        context["form"] = BatchForm(initial=selection.cleaned_data, staff=request.user)
    status = 422 if selection.errors else 200
    return render(request, "billing/correction_batch_form.html", context, status=status)


@permission_required("billing.view_correctionbatch", raise_exception=True)
@require_GET
@never_cache
def batch(request: StaffRequest, pk: int) -> HttpResponse:
    """A batch: what it is about, who stands for it, how far it is."""
    return _page(request, get_object_or_404(CorrectionBatch, pk=pk), DecisionForm())


@permission_required("billing.approve_correction", raise_exception=True)
@require_POST
def batch_decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Approve or refuse a batch that somebody else proposed."""
    found = get_object_or_404(CorrectionBatch, pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            if form.cleaned_data["decision"] == "approve":
                call_batch_worker(approve_batch(found, approved_by=request.user, at=timezone.now()))
            else:
                refuse_batch(found, refused_by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:batch", pk=pk)
    return _page(request, found, form)


@permission_required("billing.view_correctionbatch", raise_exception=True)
@require_GET
@never_cache
def batch_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """Only the bar; when the batch is done, the whole page."""
    found = get_object_or_404(CorrectionBatch, pk=pk)
    if request.headers.get("HX-Request") and not found.is_at_work:
        return HttpResponseClientRefresh()
    context = {"batch": found, "progress": progress_of(found)}
    return render(request, "billing/_batch_progress.html", context)


@permission_required("billing.cancel_bill", raise_exception=True)
@require_POST
def batch_run(request: StaffRequest, pk: int) -> HttpResponse:
    """Call a worker again to an approved batch that does not get on."""
    found = get_object_or_404(CorrectionBatch, pk=pk)
    if not found.is_at_work:
        form = DecisionForm({"decision": "approve"})
        form.add_error(
            None, CorrectionRefused(_("No bill of this batch is to be cancelled now."), code="not_approved")
        )
        return _page(request, found, form)
    call_batch_worker(found)
    return redirect("billing:batch", pk=pk)


def _propose(request: StaffRequest) -> HttpResponse:
    form = BatchForm(request.POST, staff=request.user)
    selected: dict[str, str] = {}
    if form.is_valid():
        data, selected = form.cleaned_data, form.selection
        try:
            made = propose_batch(
                selected,
                reason=data["reason"],
                note=data["note"],
                proposed_by=request.user,
                request_id=data["request_id"],
                at=timezone.now(),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:batch", pk=made.pk)
    context = {
        "selection": SelectionForm(request.POST, staff=request.user),
        "form": form,
        "extent": extent_of(selected_bills(selected, request.user)),
    }
    return render(request, "billing/correction_batch_form.html", context, status=422)


def _page(request: StaffRequest, found: CorrectionBatch, form: DecisionForm) -> HttpResponse:
    proposed = found.state == CorrectionBatch.State.PROPOSED
    may_decide = proposed and found.proposed_by_id != request.user.pk
    left = found.entries.filter(state=BatchedBill.State.LEFT).select_related("bill")[:SHOWN]
    context = {
        "batch": found,
        "state_tone": BATCH_TONES[CorrectionBatch.State(found.state)],
        "selection": selection_in_words(found.selection),
        "extent": extent_of(Bill.objects.filter(pk__in=found.entries.values("bill"))),
        "progress": progress_of(found),
        "left": [
            {
                "number": entry.bill.number,
                "url": reverse("billing:bill_detail", args=[entry.bill.number]),
                "why": entry.get_why_left_display(),
            }
            for entry in left
        ],
        "form": form,
        "may_decide": may_decide and request.user.has_perm("billing.approve_correction"),
        "may_run": found.is_at_work and request.user.has_perm("billing.cancel_bill"),
    }
    return render(request, "billing/correction_batch.html", context, status=422 if form.errors else 200)
