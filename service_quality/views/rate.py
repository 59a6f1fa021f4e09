"""The page behind the code on a receipt: a customer's phone, nobody signed in."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.business_date import business_date_of
from billing.models import Receipt
from counters.queries.visit_code import receipt_of_code
from service_quality.forms.ratings import RateForm
from service_quality.models import PraiseCard, Rating
from service_quality.queries.visits import visit_of_payment
from service_quality.services.ratings import is_rated, last_day_to_rate, rate_by_receipt
from service_quality.views.visitors import signed_in_staff


@login_not_required
@require_http_methods(["GET", "POST"])
@never_cache
def rate_receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Rate the visit once; who comes back reads thanks, and may give a 5P card."""
    receipt = receipt_or_404(code)
    form = RateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            rate_by_receipt(
                receipt.payment, **form.cleaned_data, at=timezone.now(), signed_in=signed_in_staff(request)
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("service_quality:rate_receipt", code=code)
    return render(
        request,
        "service_quality/rate.html",
        _context(receipt, code, form),
        status=422 if form.errors else 200,
    )


def receipt_or_404(code: str) -> Receipt:
    receipt = receipt_of_code(code)
    if receipt is None:
        raise Http404
    return receipt


def _context(receipt: Receipt, code: str, form: RateForm) -> dict[str, Any]:
    visit = visit_of_payment(receipt.payment)
    if visit is None:
        raise Http404
    given = PraiseCard.objects.standing().filter(payment=receipt.payment, source=PraiseCard.Source.CUSTOMER)
    return {
        "receipt": receipt,
        "visit": visit,
        "form": form,
        "levels": [(level.value, level.label) for level in Rating.Level],
        "is_rated": is_rated(visit),
        "is_over": business_date_of(timezone.now()) > last_day_to_rate(receipt.payment),
        "card_url": "" if given.exists() else reverse("service_quality:give_card_of", args=[code]),
    }
