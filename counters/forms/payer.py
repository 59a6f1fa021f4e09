"""What the clerk types when somebody pays for another: shape only, the verb checks whether it is true."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.amount import AmountField
from billing.services.offers import PaymentRequest, TenderOffer
from counters.forms.payment import COUNTER_METHODS


class PayerPaymentForm(forms.Form):
    """The account that is paid for, and the money."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    account_no = forms.CharField(label=_("Account"), max_length=20)
    amount = AmountField(label=_("Amount"), max_length=20)
    method = forms.ChoiceField(
        label=_("Paid by"), choices=[(one.value, one.label) for one in COUNTER_METHODS]
    )
    reference = forms.CharField(label=_("Number of the slip"), max_length=64, required=False)

    def request_for(self, account_id: int, bill_ids: list[int], payer_id: int) -> PaymentRequest:
        data = self.cleaned_data
        offer = TenderOffer(data["method"], data["amount"], data["reference"].strip())
        return PaymentRequest(data["request_id"], account_id, tuple(bill_ids), (offer,), payer_id=payer_id)
