from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import StaffRequest
from billing.models import Payment
from counters.forms.reversal import ReversalForm
from counters.models import Shift
from counters.queries.shifts import open_shift_of
from counters.services.payments import reverse_payment_at_counter


@permission_required(["billing.view_payment", "billing.void_payment"], raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def credit_undo(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Put credit back that paid a bill by itself; nothing leaves the drawer, a second person signs."""
    payment = get_object_or_404(
        Payment.objects.visible_to(request.user).select_related(
            "account__customer", "reversal__reversed_by", "reversal__approved_by", "third_party__payer"
        ),
        request_id=request_id,
        channel__in=[Payment.Channel.CREDIT, Payment.Channel.DONATION],
    )
    form = ReversalForm(request.POST or None, request=request)
    shift = open_shift_of(request.user)
    if form.is_bound and shift is None:
        form.add_error(None, _("Open a shift first: a reversal belongs to the books of a window."))
    elif form.is_valid() and shift is not None and _undo(request, payment, shift, form):
        return redirect("counters:credit_undo", request_id=request_id)
    context = {
        "payment": payment,
        "donor": payment.third_party.payer if payment.channel == Payment.Channel.DONATION else None,
        "reversal": getattr(payment, "reversal", None),
        "account": payment.account,
        "account_url": reverse("accounts:account_detail", args=[payment.account.account_no]),
        "bills": [
            {
                "title": share.bill.title,
                "url": reverse("billing:bill_detail", args=[share.bill.number]),
                "amount": share.principal + share.late_charge,
            }
            for share in payment.allocations.select_related("bill")
        ],
        "current_shift": shift,
        "form": form,
    }
    return render(request, "counters/credit_undo.html", context, status=422 if form.errors else 200)


def _undo(request: StaffRequest, payment: Payment, shift: Shift, form: ReversalForm) -> bool:
    data = form.cleaned_data
    if form.second_person is None:
        form.add_error(None, _("A second person has to approve this."))
        return False
    try:
        reverse_payment_at_counter(
            payment,
            shift=shift,
            request_id=data["request_id"],
            reason=data["reason"],
            note=data["note"],
            reversed_by=request.user,
            approved_by=form.second_person,
            at=timezone.now(),
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True
