from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Account
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.corrections import AdjustmentForm, CancelForm, FollowForm, WaiverForm
from billing.models import Bill
from billing.money import NO_MONEY
from billing.queries.late_charges import debts_on
from billing.services.adjustments import propose_adjustment
from billing.services.cancellations import cancel_bill
from billing.services.cancelling import needs_second_person, settled_on
from billing.services.following import credits_of
from billing.services.rebills import RightReading, cancel_and_rebill, preview_rebill, rebill
from billing.services.waivers import propose_waiver
from billing.views.exchanges import exchange_rows
from billing.views.numbered import get_numbered_or_404


@permission_required(["billing.view_bill", "billing.cancel_bill"], raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def bill_cancel(request: StaffRequest, number: str) -> HttpResponse:
    """Cancel a bill and bill its period again: choose, look at what would happen, confirm."""
    bill = _bill(request, number)
    if bill.state == Bill.State.CANCELLED:
        return _bill_again(request, bill)
    form = CancelForm(request.POST or None, bill=bill, request=request)
    if form.is_valid() and request.POST.get("step") == "confirm" and _confirm(request, bill, form):
        return redirect("billing:bill_detail", number=number)
    # A second person who mistyped sees the preview again.
    preview = _preview(request, bill, form) if form.is_bound and form.can_be_previewed else None
    context = {**_facts(bill), "form": form, "preview": preview}
    return render(request, "billing/bill_cancel.html", context, status=422 if form.errors else 200)


@permission_required(["billing.view_bill", "billing.propose_adjustment"], raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def adjustment_form(request: StaffRequest, number: str) -> HttpResponse:
    """Propose to give something back on a bill, or to ask for more."""
    bill = _bill(request, number)
    form = AdjustmentForm(request.POST or None, bill=bill)
    if form.is_valid():
        data = form.cleaned_data
        try:
            propose_adjustment(
                bill.account,
                bill=bill,
                amount=form.signed_amount,
                component=data["component"],
                reason=data["reason"],
                note=data["note"],
                proposed_by=request.user,
                at=timezone.now(),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:bill_detail", number=number)
    context = {**_facts(bill), "form": form}
    return render(request, "billing/adjustment_form.html", context, status=422 if form.errors else 200)


@permission_required(["billing.view_bill", "billing.propose_waiver"], raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def waiver_form(request: StaffRequest, number: str) -> HttpResponse:
    """Propose not to ask for a part of the late charge."""
    bill = _bill(request, number)
    form = WaiverForm(request.POST or None)
    if form.is_valid():
        try:
            propose_waiver(bill, **form.cleaned_data, proposed_by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:bill_detail", number=number)
    context = {**_facts(bill), "form": form}
    return render(request, "billing/waiver_form.html", context, status=422 if form.errors else 200)


def _bill(request: StaffRequest, number: str) -> Bill:
    bills = Bill.objects.filter(account__in=Account.objects.visible_to(request.user))
    return get_numbered_or_404(bills.select_related("account__customer", "account__premises"), number=number)


def _bill_again(request: StaffRequest, bill: Bill) -> HttpResponse:
    """A cancelled bill can only be billed again."""
    refusal = None
    form = FollowForm(request.POST or None)
    if request.method == "POST":
        follow = form.follows if form.is_valid() else None
        try:
            new = rebill(bill, rebilled_by=request.user, at=timezone.now(), follow=follow)
        except ValidationError as why:
            refusal = why
        else:
            return redirect("billing:bill_detail", number=new.number)
    context = {**_facts(bill), "refusal": refusal, "form": form, "given": credits_of([bill])}
    return render(request, "billing/bill_again.html", context, status=422 if refusal else 200)


def _right(form: CancelForm) -> RightReading | None:
    data = form.cleaned_data
    if not data["reading"] or data["what"] != "rebill":
        return None
    return RightReading(data["reading"], form.right_value, data["rolled_over"])


def _confirm(request: StaffRequest, bill: Bill, form: CancelForm) -> bool:
    """Do what the preview has shown; otherwise the form says why not."""
    data = form.cleaned_data
    if data["previewed"] != form.fingerprint:
        form.add_error(None, _("The form was changed. Look at what would happen now, then confirm."))
        return False
    wanted: dict[str, Any] = {
        "reason": data["reason"],
        "note": data["note"],
        "cancelled_by": request.user,
        "approved_by": form.second_person,
        "request_id": data["request_id"],
        "at": timezone.now(),
    }
    try:
        if data["what"] == "rebill":
            cancel_and_rebill(bill, **wanted, right=_right(form), follow=form.follows)
        else:
            cancel_bill(bill, **wanted)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


def _preview(request: StaffRequest, bill: Bill, form: CancelForm) -> dict[str, Any] | None:
    """What would happen; None, and a refusal on the form, where nothing can."""
    if form.cleaned_data["what"] == "cancel":
        return {"fingerprint": form.fingerprint, **_cancelled_only(request, bill)}
    try:
        rebilling = preview_rebill(
            bill,
            reason=form.cleaned_data["reason"],
            cancelled_by=request.user,
            at=timezone.now(),
            right=_right(form),
            follow=form.follows,
        )
    except ValidationError as refusal:
        if not form.non_field_errors():
            form.add_error(None, refusal)
        return None
    return {
        "fingerprint": form.fingerprint,
        "exchanges": exchange_rows(rebilling.exchanges),
        "difference": rebilling.difference,
        "to_pay": rebilling.to_pay,
        "prepaid": rebilling.prepaid,
        "needs_second_person": rebilling.needs_second_person,
        "is_undecided": rebilling.is_undecided,
        "waived": rebilling.waived,
    }


def _cancelled_only(request: StaffRequest, bill: Bill) -> dict[str, Any]:
    paid = settled_on([bill]).paid.get(bill.pk, NO_MONEY)
    return {
        "exchanges": [],
        "returned": paid,
        "difference": -(bill.amount - bill.adjusted),
        "needs_second_person": needs_second_person(bill, paid, request.user),
    }


def _facts(bill: Bill) -> dict[str, Any]:
    (debt,) = debts_on([bill], business_date_of(timezone.now()))
    return {
        "bill": bill,
        "late_charge": debt.late_charge,
        "account": bill.account,
        "bill_url": reverse("billing:bill_detail", args=[bill.number]),
        "account_url": reverse("accounts:account_detail", args=[bill.account.account_no]),
        "service": bill.get_service_display(),
    }
