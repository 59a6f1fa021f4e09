from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.arrears.supply_orders import AnnouncementForm, DecisionForm, ManyForm, WorkerForm
from billing.models import CaseStep, SupplyOrder
from billing.queries.arrears.debts import overdue_debt
from billing.queries.arrears.field_workers import field_workers_of
from billing.queries.arrears.order_rows import VIEWS, count_orders, order_row, orders_in
from billing.services.arrears.supply_orders import (
    MAY_DECIDE,
    announce_order,
    approve_order,
    approve_orders,
    give_order,
    refuse_order,
)
from billing.services.photos import TYPES

ROWS = 40
MAY_SEE = "billing.view_supplyorder"


@permission_required(MAY_SEE, raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def supply_order_list(request: StaffRequest) -> HttpResponse:
    """The orders of a tab, what is late on top; the supervisor approves the ticked ones here."""
    if request.method == "GET":
        return _list(request)
    if not request.user.has_perm(MAY_DECIDE):
        raise PermissionDenied
    now = timezone.now()
    waiting = orders_in(request.user, "waiting", now).order_by("pk")
    form = ManyForm(request.POST, waiting=list(waiting.values_list("pk", flat=True)))
    if not form.is_valid():
        return _list(request, form)
    chosen = list(waiting.filter(pk__in=form.cleaned_data["orders"]))
    approved, refused = approve_orders(chosen, decided_by=request.user, at=now)
    if approved:
        count = len(approved)
        messages.success(
            request,
            ngettext("%(count)s order approved.", "%(count)s orders approved.", count) % {"count": count},
        )
    for order, refusal in refused:
        messages.warning(request, f"{order.account.account_no} · {' '.join(refusal.messages)}")
    return redirect("billing:supply_order_list")


@permission_required(MAY_SEE, raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def supply_order(request: StaffRequest, pk: int) -> HttpResponse:
    """One order: why, by whom, what was found; the supervisor decides here."""
    order = _order(request, pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST":
        if not request.user.has_perm(MAY_DECIDE):
            raise PermissionDenied
        if form.is_valid() and _decide(request, order, form):
            return redirect("billing:supply_order", pk=pk)
        return _detail(request, order, status=422, form=form)
    return _detail(request, order, status=200)


@permission_required(MAY_DECIDE, raise_exception=True)
@require_POST
def supply_order_worker(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand the order to a field worker."""
    order = _order(request, pk)
    form = WorkerForm(request.POST, workers=field_workers_of(order.account.branch_id))
    if form.is_valid():
        try:
            give_order(order, worker=form.cleaned_data["worker"], by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:supply_order", pk=pk)
    return _detail(request, order, status=422, worker_form=form)


@permission_required([MAY_SEE, "billing.record_contact"], raise_exception=True)
@require_POST
def supply_order_announce(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep the proof that the customer was told the day."""
    order = _order(request, pk)
    form = AnnouncementForm(request.POST)
    if form.is_valid():
        try:
            announce_order(order, **form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:supply_order", pk=pk)
    return _detail(request, order, status=422, announcement_form=form)


@permission_required(MAY_SEE, raise_exception=True)
@require_GET
@never_cache
def supply_order_photo(request: StaffRequest, pk: int) -> FileResponse:
    """The photo from the door, to those who may see the order."""
    name = _order(request, pk).photo
    kind = TYPES.get(name.rpartition(".")[2])
    if kind is None or not default_storage.exists(name):
        raise Http404
    answer = FileResponse(default_storage.open(name), content_type=kind)
    answer["Content-Disposition"] = "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _order(request: StaffRequest, pk: int) -> SupplyOrder:
    rows = SupplyOrder.objects.visible_to(request.user).select_related(
        "account__customer", "account__premises", "account__branch", "step__rule", "step__case", "payment",
        "proposed_by", "decided_by", "worker", "done_by",
    )  # fmt: skip
    found: SupplyOrder = get_object_or_404(rows, pk=pk)
    return found


def _decide(request: StaffRequest, order: SupplyOrder, form: DecisionForm) -> bool:
    said, now = form.cleaned_data, timezone.now()
    try:
        if said["decision"] == "approve":
            approve_order(order, decided_by=request.user, at=now, planned_on=said["planned_on"])
        else:
            refuse_order(order, reason=said["reason"], decided_by=request.user, at=now)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


def _list(request: StaffRequest, form: Form | None = None) -> HttpResponse:
    now = timezone.now()
    view = request.GET.get("show", "")
    view = view if view in VIEWS else VIEWS[0]
    page: Any = Paginator(orders_in(request.user, view, now), ROWS).get_page(request.GET.get("page"))
    page.object_list = [order_row(order, now) for order in page.object_list]
    context = {
        "page_obj": page,
        "page_query": f"show={view}&",
        "show": {view: True},
        "counts": count_orders(request.user, now),
        "may_decide": request.user.has_perm(MAY_DECIDE),
        "form": form,
    }
    return render(request, "billing/arrears/supply_order_list.html", context, status=422 if form else 200)


def _detail(request: StaffRequest, order: SupplyOrder, *, status: int, **forms: Form) -> HttpResponse:
    user, now = request.user, timezone.now()
    steps = order.step.case.steps.select_related("rule").prefetch_related("proofs") if order.step else []
    is_live = order.state == SupplyOrder.State.APPROVED
    may_decide = order.state == SupplyOrder.State.PROPOSED and user.has_perm(MAY_DECIDE)
    context = {
        "order": order_row(order, now) | {"debt": overdue_debt(order.account_id, business_date_of(now))},
        "payment": order.payment,
        "recheck": order.recheck,
        "steps": [_step(step) for step in steps],
        "may_decide": may_decide,
        "is_own": order.proposed_by_id == user.pk,
        "may_give": is_live and user.has_perm(MAY_DECIDE),
        "may_announce": is_live and order.is_cut and user.has_perm("billing.record_contact"),
        "notice_days": order.step.rule.notice_days if order.step else 0,
        "form": forms.get("form") or DecisionForm(),
        "worker_form": forms.get("worker_form")
        or WorkerForm(workers=field_workers_of(order.account.branch_id)),
        "announcement_form": forms.get("announcement_form") or AnnouncementForm(),
        "refused": next(iter(forms.values()), None),
    }
    return render(request, "billing/arrears/supply_order.html", context, status=status)


def _step(step: CaseStep) -> dict[str, Any]:
    return {
        "position": step.position,
        "stage": step.rule.get_stage_display(),
        "state": step.get_state_display(),
        "done_at": step.done_at,
        "proofs": [
            {"kind": proof.get_kind_display(), "reference": proof.reference, "at": proof.delivered_at}
            for proof in step.proofs.all()
        ],
    }
