from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _

from billing.forms.amount import AMOUNT_SENTENCES as AMOUNT_SENTENCES
from billing.forms.amount import AmountField as AmountField
from billing.models import Tender
from billing.services.offers import PaymentRequest, TenderOffer

COUNTER_METHODS = (Tender.Method.CASH, Tender.Method.WECHAT, Tender.Method.ALIPAY, Tender.Method.POS)


class PaymentForm(forms.Form):
    """What the clerk decides about a payment. Shape only: the verb checks whether it is true."""

    request_id = forms.UUIDField(initial=uuid4)
    account = forms.CharField(max_length=20)
    bills = forms.TypedMultipleChoiceField(coerce=int, required=False)
    method_1 = forms.ChoiceField(choices=[(one.value, one.label) for one in COUNTER_METHODS], required=False)
    amount_1 = AmountField(max_length=20, required=False)
    reference_1 = forms.CharField(max_length=64, required=False)
    method_2 = forms.ChoiceField(
        choices=[("", "—"), *((one.value, one.label) for one in COUNTER_METHODS)], required=False
    )
    amount_2 = AmountField(max_length=20, required=False)
    reference_2 = forms.CharField(max_length=64, required=False)
    keep_as_credit = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Which bills there are is for the verb to say; here they only have to be numbers.
        ticked = self.data.getlist("bills") if hasattr(self.data, "getlist") else []
        choices = [(one, one) for one in ticked if one.isascii() and one.isdigit() and len(one) < 19]
        self.fields["bills"].choices = choices  # type: ignore[attr-defined]

    def request_for(self, account_id: int) -> PaymentRequest:
        data = self.cleaned_data
        offers = [
            TenderOffer(data[f"method_{slot}"], data[f"amount_{slot}"], data[f"reference_{slot}"].strip())
            for slot in (1, 2)
            if data[f"method_{slot}"] and data[f"amount_{slot}"] is not None
        ]
        return PaymentRequest(
            data["request_id"], account_id, tuple(data["bills"]), tuple(offers), data["keep_as_credit"]
        )

    def ticked_bills(self) -> list[int]:
        return [int(value) for value, _label in self.fields["bills"].choices]  # type: ignore[attr-defined]


def methods_for(form: PaymentForm) -> list[dict[str, Any]]:
    """The ways of paying in the order of their keys."""
    first = form["method_1"].value() or Tender.Method.CASH
    second = form["method_2"].value() or ""
    references = {
        Tender.Method.POS: _("Number on the slip"),
        Tender.Method.WECHAT: _("Order number"),
        Tender.Method.ALIPAY: _("Order number"),
    }
    return [
        {
            "code": method.value,
            "label": method.label,
            "is_cash": method == Tender.Method.CASH,
            "reference_label": references.get(method, ""),
            "is_chosen": method == first,
            "is_second": method == second,
        }
        for method in COUNTER_METHODS
    ]
