"""A customer gives a 5P card: by the code on the receipt, or with its number."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from billing.models import Payment
from service_quality.forms.cards import ReceiptThanksForm, ThanksForm
from service_quality.models import PraiseCard
from service_quality.queries.kinds import kind_rows
from service_quality.services.cards import give_card_for_receipt
from service_quality.views.rate import receipt_or_404
from service_quality.views.throttle import knocks_too_often
from service_quality.views.visitors import signed_in_staff

MOST_TRIES = 20


@login_not_required
@require_http_methods(["GET", "POST"])
@never_cache
def give_card(request: HttpRequest) -> HttpResponse:
    """Ask for the number of the receipt, and give the card to whoever took the payment."""
    form = ReceiptThanksForm(request.POST if request.method == "POST" else None)
    typed = request.POST.get("receipt", "").strip()
    # Before the form looks for the receipt: whoever may try all four digits soon has them.
    if typed and knocks_too_often(request, "card", most=MOST_TRIES, also=typed):
        form = ReceiptThanksForm()
        return _page(request, form, {"is_too_often": True}, status=429)
    if form.is_valid() and _give(request, form.payment(), form):
        return redirect("service_quality:card_given")
    return _page(request, form, {})


@login_not_required
@require_http_methods(["GET", "POST"])
@never_cache
def give_card_of(request: HttpRequest, code: str) -> HttpResponse:
    """The same behind the code, which names the receipt."""
    receipt = receipt_or_404(code)
    form = ThanksForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _give(request, receipt.payment, form):
        return redirect("service_quality:card_given")
    return _page(request, form, {"receipt": receipt})


@login_not_required
@require_GET
def card_given(request: HttpRequest) -> HttpResponse:
    return render(request, "service_quality/card_given.html")


def _give(request: HttpRequest, payment: Payment, form: ThanksForm) -> PraiseCard | None:
    data = form.cleaned_data
    try:
        return give_card_for_receipt(
            payment,
            kind=data["kind"],
            text=data["text"],
            at=timezone.now(),
            signed_in=signed_in_staff(request),
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None


def _page(
    request: HttpRequest, form: ThanksForm, context: dict[str, Any], *, status: int = 0
) -> HttpResponse:
    context |= {"form": form, "kinds": kind_rows(form["kind"].value())}
    status = status or (422 if form.errors else 200)
    return render(request, "service_quality/give_card.html", context, status=status)
