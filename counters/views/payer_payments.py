from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Account
from accounts.requests import StaffRequest
from billing.models import Payment, ThirdPartyPayer
from counters.forms.payer import PayerPaymentForm
from counters.models import Shift
from counters.queries.shifts import open_shift_of
from counters.services.payments import take_payment_at_counter


@permission_required(["billing.view_thirdpartypayer", "billing.take_payment"], raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def payer_payment(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the money of a third party for an account's open bills, the oldest first."""
    payer = get_object_or_404(ThirdPartyPayer.objects.visible_to(request.user), pk=pk)
    form = PayerPaymentForm(request.POST if request.method == "POST" else None)
    shift = open_shift_of(request.user)
    if form.is_bound and shift is None:
        form.add_error(None, _("Open a shift first: the money goes into its drawer."))
    elif form.is_valid() and shift is not None and (payment := _take(request, payer, shift, form)):
        return redirect("counters:payment", number=payment.receipt.number)
    context = {"payer": payer, "form": form, "current_shift": shift}
    return render(request, "counters/payer_payment.html", context, status=422 if form.errors else 200)


@permission_required(["billing.view_thirdpartypayer", "billing.take_payment"], raise_exception=True)
@require_GET
@never_cache
def payer_choices(request: StaffRequest) -> HttpResponse:
    """Who may pay for another, for the list in the payment form; asked for when the list is opened."""
    payers = ThirdPartyPayer.objects.visible_to(request.user).order_by("name", "pk")
    return render(request, "counters/_payer_choices.html", {"payers": payers})


def _take(
    request: StaffRequest, payer: ThirdPartyPayer, shift: Shift, form: PayerPaymentForm
) -> Payment | None:
    number = form.cleaned_data["account_no"].strip()
    account = Account.objects.visible_to(request.user).filter(account_no=number).first()
    if account is None:
        form.add_error("account_no", _("There is no such account here."))
        return None
    bills = list(account.bills.open().oldest_first().values_list("pk", flat=True))
    try:
        wanted = form.request_for(account.pk, bills, payer.pk)
        return take_payment_at_counter(wanted, shift=shift, taken_by=request.user, at=timezone.now())
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None
