from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Tender
from billing.money import AmountRefused, parse_amount
from billing.services.offers import PaymentRequest, TenderOffer

AMOUNT_SENTENCES = {
    "empty": gettext_lazy("Type the amount."),
    "too_precise": gettext_lazy("An amount has at most two decimals."),
    "too_large": gettext_lazy("This amount is too large."),
    "not_money": gettext_lazy("Write the amount in digits, such as 128.50."),
}

COUNTER_METHODS = (Tender.Method.CASH, Tender.Method.WECHAT, Tender.Method.ALIPAY, Tender.Method.POS)


class AmountField(forms.CharField):
    """Yuan as a clerk types them; answers a Decimal, or None when it was left empty."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text)
        except AmountRefused as refusal:
            raise forms.ValidationError(AMOUNT_SENTENCES[refusal.code], code=refusal.code) from refusal


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
