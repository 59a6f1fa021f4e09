from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.amount import AmountField
from billing.models import WriteOff
from billing.services.arrears.write_offs import LONGEST_NOTE


class WriteOffForm(forms.Form):
    """As what, and why, a debt is not expected any more."""

    kind = forms.ChoiceField(label=_("As"), choices=WriteOff.Kind.choices)
    reason = forms.ChoiceField(label=_("Reason"), choices=WriteOff.Reason.choices)
    note = forms.CharField(
        label=_("Note"), max_length=LONGEST_NOTE, help_text=_("What proves it: file, court order, letter.")
    )


class RecoveryForm(forms.Form):
    """How much the customer comes to pay, of how much that was left; left empty: all of it."""

    amount = AmountField(label=_("Amount that is taken back"), max_length=20, required=False)
    left = AmountField(widget=forms.HiddenInput, max_length=20, required=False)


class DecisionForm(forms.Form):
    """Yes or no."""

    decision = forms.ChoiceField(choices=[("approve", _("approve")), ("refuse", _("refuse"))])
