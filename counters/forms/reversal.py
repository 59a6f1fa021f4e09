from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models import Reversal
from counters.forms.second_person import SecondPersonForm


class ReversalForm(SecondPersonForm):
    """Why a payment is undone; after the close with a second person."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("Reason"), choices=Reversal.Reason.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
