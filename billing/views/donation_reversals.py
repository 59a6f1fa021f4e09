from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import StaffRequest
from billing.forms.payers import DonationReversalForm
from billing.models import Donation, ThirdPartyPayer
from billing.queries.donations import with_what_is_left
from billing.services.donation_reversals import reverse_donation


@permission_required(["billing.view_thirdpartypayer", "billing.receive_donation"], raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def donation_reverse(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back a donation that was entered wrongly; a second person signs."""
    payers = ThirdPartyPayer.objects.visible_to(request.user)
    donations = with_what_is_left(Donation.objects.filter(payer__in=payers)).select_related(
        "payer", "reversal__reversed_by", "reversal__approved_by"
    )
    donation = get_object_or_404(donations, pk=pk)
    form = DonationReversalForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_valid() and _take_back(request, donation, form):
        messages.success(request, _("Written down."))
        return redirect("billing:payer", pk=donation.payer_id)
    context = {"donation": donation, "reversal": getattr(donation, "reversal", None), "form": form}
    return render(request, "billing/donation_reverse.html", context, status=422 if form.errors else 200)


def _take_back(request: StaffRequest, donation: Donation, form: DonationReversalForm) -> bool:
    if form.second_person is None:
        form.add_error(None, _("A second person has to approve this."))
        return False
    data = form.cleaned_data
    try:
        reverse_donation(
            donation,
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
