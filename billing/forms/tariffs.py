from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Service
from billing.services.tariffs import LONGEST_NOTE


class PriceBoardForm(forms.Form):
    """Which prices, and as of which day; today where nothing is said."""

    service = forms.ChoiceField(
        label=_("Service"), choices=[("", _("all services")), *Service.choices], required=False
    )
    on = forms.DateField(
        label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class DecisionForm(forms.Form):
    """A remark beside a step in the life of a tariff; the verb says where it is needed."""

    note = forms.CharField(
        label=_("Note"), max_length=LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
