import datetime
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models.organisation import in_current_language
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.heating import OneOffForm
from billing.ledger_names import component_name
from billing.models import Tariff
from billing.rating.one_off import FeeItem, OneOffBill
from billing.rating.sentences import price_text
from billing.services.one_off_fees import compile_price_list, issue_one_off, price_lists_for, quote_one_off
from billing.services.refusals import HeatingRefused
from billing.views.heat_customer import facts_of, heated_account_or_404


@permission_required("billing.add_oneofffee", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def one_off_fee(request: StaffRequest, account_no: str) -> HttpResponse:
    """Choose a fee of the price list, see what it comes to, issue its bill."""
    account = heated_account_or_404(request, account_no)
    now = timezone.now()
    lists = price_lists_for(account)
    fees = _fees(lists, business_date_of(now))
    form = OneOffForm(request.POST or None, fees=fees, initial={"request_id": uuid4()})
    quote: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        tariff, item = form.chosen(lists)
        measures = form.measures()
        try:
            quote = _quote(quote_one_off(account, tariff, item, measures, business_date_of(now)))
            # What was typed after the quote is quoted again before anything is issued.
            if "issue" in request.POST and request.POST.get("quoted") == quote["key"]:
                bill = issue_one_off(
                    account,
                    tariff=tariff,
                    item=item,
                    measures=measures,
                    issued_by=request.user,
                    request_id=form.cleaned_data["request_id"] or uuid4(),
                    at=now,
                )
                return redirect("billing:bill_detail", number=bill.number)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    context = {"account": facts_of(account), "form": form, "quote": quote, "has_fees": bool(fees)}
    return render(request, "billing/heating/one_off_fee.html", context, status=422 if form.errors else 200)


def _fees(lists: Sequence[Tariff], on: datetime.date) -> list[tuple[str, str]]:
    """Every fee of every list that holds on the day: its key, and its price in words."""
    fees = []
    for tariff in lists:
        try:
            compiled = compile_price_list(tariff, on)
        except HeatingRefused:
            # A list whose prices nobody has approved yet offers nothing.
            continue
        fees += [(f"{tariff.pk}:{item}", _words(tariff, items)) for item, items in compiled.fees.items()]
    return fees


def _words(tariff: Tariff, items: Sequence[FeeItem]) -> str:
    prices = " + ".join(f"{_name(one.component, one.name_zh)} {price_text(one.unit_price)}" for one in items)
    return f"{tariff} · {prices}"


def _name(component: str, name_zh: str) -> str:
    english = component_name(component)
    return in_current_language(name_zh, english) or english


def _quote(bill: OneOffBill) -> dict[str, Any]:
    return {
        "key": str(bill.total),
        "total": bill.total,
        "lines": [
            {
                "name": _name(line.component, line.component_name),
                "sentence": in_current_language(line.sentence_zh, line.sentence_en),
                "amount": line.amount,
            }
            for line in bill.lines
        ],
    }
