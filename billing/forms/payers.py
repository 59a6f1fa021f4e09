"""What people type about those who pay for others: shape only, the verbs check whether it is true."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Branch, Staff
from accounts.queries.scope import branches_seen_by
from accounts.second_person import SecondPersonForm
from billing.forms.amount import AmountField
from billing.models import Bill, Donation, DonationReversal, ThirdPartyPayer


class PayerForm(forms.Form):
    """Who pays for others."""

    kind = forms.ChoiceField(label=_("Who it is"), choices=ThirdPartyPayer.Kind.choices)
    name = forms.CharField(label=_("Name"), max_length=80)
    phone = forms.CharField(label=_("Telephone number"), max_length=20, required=False)
    branch = forms.ModelChoiceField(Branch.objects.none(), label=_("Branch"), empty_label=None)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, staff: Staff) -> None:
        super().__init__(data)
        self.fields["branch"].queryset = branches_seen_by(staff)  # type: ignore[attr-defined]


class DonationForm(forms.Form):
    """Money given for households in hardship, with its slip."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    amount = AmountField(label=_("Amount"), max_length=20)
    method = forms.ChoiceField(
        label=_("Paid by"), choices=[(one.value, one.label) for one in Donation.METHODS]
    )
    reference = forms.CharField(label=_("Number of the slip"), max_length=64)
    purpose = forms.CharField(label=_("Given for"), max_length=200)


class GrantForm(forms.Form):
    """Whose bill a donation is to pay."""

    donation = forms.ModelChoiceField(Donation.objects.none(), label=_("Donation"), empty_label=None)
    bill = forms.CharField(label=_("Bill number"), max_length=40)
    amount = AmountField(label=_("Amount"), max_length=20)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, data: Any = None, *, payer: ThirdPartyPayer, staff: Staff) -> None:
        super().__init__(data)
        self.staff = staff
        donations = payer.donations.filter(reversal__isnull=True)
        self.fields["donation"].queryset = donations  # type: ignore[attr-defined]

    def clean_bill(self) -> Bill:
        seen = Bill.objects.filter(account__in=Account.objects.visible_to(self.staff))
        bill = seen.filter(number=self.cleaned_data["bill"].strip()).first()
        if bill is None:
            raise forms.ValidationError(_("There is no such bill here."), code="unknown_bill")
        return bill


class DonationReversalForm(SecondPersonForm):
    """Why a donation is taken back, and who stands for it besides."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    reason = forms.ChoiceField(label=_("Reason"), choices=DonationReversal.Reason.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class GrantDecisionForm(forms.Form):
    """Yes or no."""

    decision = forms.ChoiceField(choices=[("approve", _("approve")), ("refuse", _("refuse"))])
