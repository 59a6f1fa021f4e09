from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models import WriteOff
from billing.services.arrears.write_offs import LONGEST_NOTE


class WriteOffForm(forms.Form):
    """As what, and why, a debt is not expected any more."""

    kind = forms.ChoiceField(label=_("As"), choices=WriteOff.Kind.choices)
    reason = forms.ChoiceField(label=_("Reason"), choices=WriteOff.Reason.choices)
    note = forms.CharField(
        label=_("Note"), max_length=LONGEST_NOTE, help_text=_("What proves it: file, court order, letter.")
    )


class DecisionForm(forms.Form):
    """Yes or no."""

    decision = forms.ChoiceField(choices=[("approve", _("approve")), ("refuse", _("refuse"))])
