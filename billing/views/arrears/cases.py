import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Account
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.arrears.agreements import HoldForm, InstalmentsForm, LiftForm, PromiseForm
from billing.forms.arrears.supply_orders import OrderForm
from billing.models import ArrearsCase, ArrearsHold
from billing.money import NO_MONEY
from billing.queries.arrears.case_page import CaseBill, bills_of, rungs_of, total_of, what_holds
from billing.services.arrears.holds import lift_hold, place_hold
from billing.services.arrears.orders_by_hand import next_order, propose_order_by_hand
from billing.services.arrears.promises import agree_instalments, promise_payment

CONTACTS = 20
# What most customers say.
LIKELY_DAYS = 7


@permission_required("billing.view_arrearscase", raise_exception=True)
@require_GET
@never_cache
def arrears_case(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole case: bills, steps with proofs and orders, holds. The same page is its paper."""
    return _page(request, _case(request, pk))


@permission_required("billing.add_arrearshold", raise_exception=True)
@require_POST
def case_hold(request: StaffRequest, pk: int) -> HttpResponse:
    """Hold the ladder, with a reason."""
    case, form = _case(request, pk), HoldForm(request.POST, prefix="hold")
    return _answer(
        request,
        case,
        "hold",
        form,
        lambda data: place_hold(case.account_id, **data, by=request.user, at=timezone.now()),
    )


@permission_required("billing.add_arrearshold", raise_exception=True)
@require_POST
def case_promise(request: StaffRequest, pk: int) -> HttpResponse:
    """Note what the customer promises to pay, and by when."""
    case, form = _case(request, pk), PromiseForm(request.POST, prefix="promise")
    return _answer(
        request,
        case,
        "promise",
        form,
        lambda data: promise_payment(case.account_id, **data, by=request.user, at=timezone.now()),
    )


@permission_required("billing.change_arrearshold", raise_exception=True)
@require_POST
def case_instalments(request: StaffRequest, pk: int) -> HttpResponse:
    """Agree that the debt is paid in parts."""
    case, form = _case(request, pk), InstalmentsForm(request.POST, prefix="instalments")
    return _answer(
        request,
        case,
        "instalments",
        form,
        lambda data: agree_instalments(case.account_id, **data, by=request.user, at=timezone.now()),
    )


@permission_required("billing.change_arrearshold", raise_exception=True)
@require_POST
def hold_lift(request: StaffRequest, pk: int) -> HttpResponse:
    """Let the ladder go on; the case of the account is shown again."""
    accounts = Account.objects.visible_to(request.user)
    hold = get_object_or_404(ArrearsHold.objects.filter(account__in=accounts), pk=pk)
    case = get_object_or_404(ArrearsCase.objects.filter(account=hold.account_id).order_by("-pk")[:1])
    form = LiftForm(request.POST, prefix=f"lift-{hold.pk}")
    return _answer(
        request,
        case,
        "lift",
        form,
        lambda data: lift_hold(hold, **data, by=request.user, at=timezone.now()),
    )


@permission_required(["billing.view_arrearscase", "billing.propose_supplyorder"], raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def case_order(request: StaffRequest, pk: int) -> HttpResponse:
    """Propose the next order of the ladder by hand; what is missing for it is listed."""
    case, now = _case(request, pk), timezone.now()
    form = OrderForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            order = propose_order_by_hand(case, **form.cleaned_data, by=request.user, at=now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:supply_order", order.pk)
    context = {
        "case": case,
        "account": case.account,
        "wanted": next_order(case, business_date_of(now)),
        "is_open": case.state == ArrearsCase.State.OPEN,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "billing/arrears/case_order.html", context, status=status)


def _case(request: StaffRequest, pk: int) -> ArrearsCase:
    cases = ArrearsCase.objects.visible_to(request.user).select_related(
        "account__customer", "account__premises__district", "account__branch", "version__policy"
    )
    case: ArrearsCase = get_object_or_404(cases, pk=pk)
    return case


def _answer(
    request: StaffRequest,
    case: ArrearsCase,
    name: str,
    form: forms.Form,
    verb: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    if form.is_valid():
        try:
            verb(form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:arrears_case", case.pk)
    return _page(request, case, refused={name: form})


def _page(
    request: StaffRequest, case: ArrearsCase, *, refused: dict[str, forms.Form] | None = None
) -> HttpResponse:
    refused = refused or {}
    now = timezone.now()
    today = business_date_of(now)
    bills = bills_of(case, today)
    account = case.account
    holds = what_holds(case, today)
    lifting = refused.get("lift")
    for row in holds["rows"]:
        form = LiftForm(prefix=f"lift-{row['hold'].pk}")
        row["form"] = lifting if lifting is not None and lifting.prefix == form.prefix else form
    context = {
        "case": case,
        "account": account,
        "account_url": reverse("accounts:account_detail", args=[account.account_no]),
        "bills": bills,
        "total": total_of(bills),
        "rungs": rungs_of(case, bills[0].bill.due_on if bills else None),
        "holds": holds,
        "contacts": account.contact_attempts.select_related("by")[:CONTACTS],
        "orders": account.supply_orders.filter(step__isnull=True, kind="RESTORE"),
        "earlier": account.arrears_cases.exclude(pk=case.pk),
        "is_open": case.state == ArrearsCase.State.OPEN,
        "today": today,
        "printed_at": now,
        "may_hold": request.user.has_perm("billing.add_arrearshold"),
        "may_agree": request.user.has_perm("billing.change_arrearshold"),
        "hold_form": refused.get("hold") or HoldForm(prefix="hold"),
        "promise_form": refused.get("promise")
        or PromiseForm(prefix="promise", initial=_likely(bills, today)),
        "instalments_form": refused.get("instalments") or InstalmentsForm(prefix="instalments"),
        "refused": dict.fromkeys(refused, True),
    }
    return render(request, "billing/arrears/case.html", context, status=422 if refused else 200)


def _likely(bills: list[CaseBill], today: datetime.date) -> dict[str, Any]:
    """The whole debt within the week: what is left to type is what differs."""
    owed = sum((one.bill.outstanding + one.bill.late_charge_left for one in bills), NO_MONEY)
    return {"amount": owed or None, "due_on": today + datetime.timedelta(days=LIKELY_DAYS)}
