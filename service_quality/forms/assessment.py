"""What people enter about the month and the year: shape only, the verbs check whether it is true."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch
from counters.models import Hall
from service_quality.models import AssessmentCorrection, Pool, TeamScore
from service_quality.services.assessment.corrections import LONGEST_REASON


class MonthForm(forms.Form):
    """Which month: 2026-10."""

    month = forms.RegexField(
        label=_("Month"),
        regex=r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        widget=forms.TextInput({"placeholder": "2026-10", "inputmode": "numeric"}),
    )

    def clean_month(self) -> datetime.date:
        return datetime.date.fromisoformat(f"{self.cleaned_data['month']}-01")


class CorrectionForm(forms.Form):
    """Which figure is wrong, what it should be, and why."""

    field = forms.ChoiceField(label=_("Figure"), choices=AssessmentCorrection.Field.choices)
    new = forms.DecimalField(label=_("Should be"), max_digits=12, decimal_places=2, min_value=0)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=_("Who is paid by this figure reads it."),
        widget=forms.Textarea({"rows": 3}),
    )


class DecisionForm(forms.Form):
    """Yes or no."""

    decision = forms.ChoiceField(choices=[("approve", _("approve")), ("refuse", _("refuse"))])


class PoolForm(forms.Form):
    """What a pool holds: of the company, or of one branch."""

    pool = forms.ChoiceField(label=_("Pool"), choices=Pool.choices)
    branch = forms.ModelChoiceField(
        label=_("Branch"), queryset=Branch.objects.all(), required=False, empty_label=_("the whole company")
    )
    amount = forms.DecimalField(label=_("Amount"), max_digits=13, decimal_places=2, min_value=0)


class ScoresForm(forms.Form):
    """One box for each hall and item; an empty box says nothing."""

    def __init__(
        self,
        data: Any = None,
        *,
        halls: list[Hall],
        items: tuple[str, ...],
        known: Mapping[tuple[int, str], Decimal],
    ) -> None:
        super().__init__(data)
        self.halls, self.items = halls, items
        for hall in halls:
            for item in items:
                self.fields[f"{hall.pk}-{item}"] = forms.DecimalField(
                    label=f"{hall} · {TeamScore.Item(item).label}",
                    required=False,
                    min_value=0,
                    max_value=100,
                    decimal_places=2,
                    initial=known.get((hall.pk, item)),
                )

    def grid(self) -> list[tuple[Hall, list[forms.BoundField]]]:
        """The boxes hall by hall."""
        return [(hall, [self[f"{hall.pk}-{item}"] for item in self.items]) for hall in self.halls]

    def scores(self) -> dict[tuple[Hall, str], Decimal]:
        found = {}
        for hall in self.halls:
            for item in self.items:
                score = self.cleaned_data[f"{hall.pk}-{item}"]
                if score is not None:
                    found[hall, item] = score
        return found


class CompletionForm(forms.Form):
    """How far a branch got with its plan."""

    branch = forms.ModelChoiceField(label=_("Branch"), queryset=Branch.objects.all())
    percent = forms.DecimalField(
        label=_("Plan reached, percent"), max_digits=5, decimal_places=2, min_value=0
    )
