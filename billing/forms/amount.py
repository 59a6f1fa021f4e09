from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from billing.money import AmountRefused, parse_amount

AMOUNT_SENTENCES = {
    "empty": gettext_lazy("Type the amount."),
    "too_precise": gettext_lazy("An amount has at most two decimals."),
    "too_large": gettext_lazy("This amount is too large."),
    "not_money": gettext_lazy("Write the amount in digits, such as 128.50."),
}


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
