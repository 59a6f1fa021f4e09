"""What people type about districts and their targets: shape only, the verbs check whether it is true."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import District, Staff
from accounts.queries.scope import districts_seen_by
from billing.models import RecoveryTarget


class TargetForm(forms.Form):
    """Base × difficulty for a district from a month on."""

    district = forms.ModelChoiceField(District.objects.none(), label=_("Collection district"))
    kind = forms.ChoiceField(label=_("Of what"), choices=RecoveryTarget.Kind.choices)
    month = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$",
        label=_("From the month"),
        widget=forms.TextInput({"type": "month"}),
        error_messages={"invalid": _("A month is written as 2026-12.")},
    )
    base = forms.DecimalField(label=_("Base, percent"), max_digits=5, decimal_places=2)
    difficulty = forms.DecimalField(
        label=_("Difficulty"),
        max_digits=3,
        decimal_places=2,
        help_text=_("1.00 for an ordinary district, less for a hard one."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, data: Any = None, *, staff: Staff, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["district"].queryset = districts_seen_by(staff)  # type: ignore[attr-defined]

    def clean_month(self) -> datetime.date:
        try:
            return datetime.date.fromisoformat(f"{self.cleaned_data['month']}-01")
        except ValueError:
            raise forms.ValidationError(_("A month is written as 2026-12."), code="invalid") from None


class DecisionForm(forms.Form):
    """Yes or no."""

    decision = forms.ChoiceField(choices=[("approve", _("approve")), ("refuse", _("refuse"))])


class OwnerForm(forms.Form):
    """Whose district it is from today on."""

    district = forms.ModelChoiceField(District.objects.none(), label=_("Collection district"))
    owner = forms.ModelChoiceField(Staff.objects.none(), label=_("Collector"))

    def __init__(self, data: Any = None, *, staff: Staff) -> None:
        super().__init__(data)
        districts = districts_seen_by(staff)
        self.fields["district"].queryset = districts  # type: ignore[attr-defined]
        self.fields["owner"].queryset = Staff.objects.filter(  # type: ignore[attr-defined]
            post=Staff.Post.COLLECTOR, is_active=True, branch__districts__in=districts
        ).distinct()
