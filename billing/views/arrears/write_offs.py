from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Account
from accounts.requests import StaffRequest
from billing.forms.arrears.write_offs import DecisionForm, RecoveryForm, WriteOffForm
from billing.models import Bill, WriteOff
from billing.queries.arrears.write_off_rows import VIEWS, write_off_row, write_off_totals, write_offs_in
from billing.services.arrears.write_offs import (
    approve_write_off,
    propose_write_off,
    recover_write_off,
    refuse_write_off,
)
from billing.views.numbered import get_numbered_or_404

ROWS = 40
MAY_SECOND, MAY_APPROVE = "billing.second_writeoff", "billing.approve_writeoff"


@permission_required("billing.view_writeoff", raise_exception=True)
@require_GET
@never_cache
def write_off_list(request: StaffRequest) -> HttpResponse:
    """What waits for an approval, what somebody proposed, what was written off and came back."""
    return _page(request)


@permission_required(["billing.view_bill", "billing.propose_writeoff"], raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def write_off_form(request: StaffRequest, number: str) -> HttpResponse:
    """Propose to expect what is left of a bill no longer."""
    bills = Bill.objects.filter(account__in=Account.objects.visible_to(request.user))
    bill = get_numbered_or_404(bills.select_related("account__customer", "account__premises"), number=number)
    form = WriteOffForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            propose_write_off(bill, **form.cleaned_data, proposed_by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Proposed: two others have to approve it."))
            return redirect(f"{reverse('billing:write_off_list')}?show=mine")
    context = {
        "bill": bill,
        "account": bill.account,
        "service": bill.get_service_display(),
        "bill_url": reverse("billing:bill_detail", args=[bill.number]),
        "account_url": reverse("accounts:account_detail", args=[bill.account.account_no]),
        "form": form,
    }
    return render(request, "billing/arrears/write_off_form.html", context, status=422 if form.errors else 200)


@permission_required("billing.view_writeoff", raise_exception=True)
@require_POST
def write_off_decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the first or the second approval, or refuse."""
    if not (request.user.has_perm(MAY_SECOND) or request.user.has_perm(MAY_APPROVE)):
        raise PermissionDenied
    write_off = get_object_or_404(WriteOff.objects.visible_to(request.user), pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            if form.cleaned_data["decision"] == "approve":
                approve_write_off(write_off, approved_by=request.user, at=timezone.now())
            else:
                refuse_write_off(write_off, refused_by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:write_off_list")
    return _page(request, form)


@permission_required("billing.recover_writeoff", raise_exception=True)
@require_POST
def write_off_recover(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a written-off debt be owed again: the customer is here to pay it."""
    write_off = get_object_or_404(WriteOff.objects.visible_to(request.user).select_related("bill"), pk=pk)
    form = RecoveryForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        recover_write_off(write_off, **form.cleaned_data, recovered_by=request.user, at=timezone.now())
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, form)
    messages.success(request, _("It is owed again and can be paid."))
    return redirect("billing:bill_detail", number=write_off.bill.number)


def _page(request: StaffRequest, form: Form | None = None) -> HttpResponse:
    view = request.GET.get("show", "")
    view = view if view in VIEWS else VIEWS[0]
    page: Any = Paginator(write_offs_in(request.user, view), ROWS).get_page(request.GET.get("page"))
    page.object_list = [write_off_row(one, request.user) for one in page.object_list]
    context = {
        "page_obj": page,
        "page_query": f"show={view}&",
        "show": {view: True},
        "totals": write_off_totals(request.user),
        "form": form,
    }
    return render(request, "billing/arrears/write_off_list.html", context, status=422 if form else 200)
