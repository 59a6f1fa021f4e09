from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Branch, District
from accounts.models.account import Service
from billing.ledger_names import component_name
from billing.models import BillRun, BillRunTotal
from billing.queries.bill_run_page import category_label


class BillRunForm(forms.Form):
    """What is to be billed."""

    service = forms.ChoiceField(choices=Service, label=_("Service"))
    period = forms.RegexField(
        r"^20[0-9]{2}-[0-9]{2}$",
        label=_("Period"),
        strip=True,
        help_text=_("A month such as 2026-10; for heat by area a season such as 2026-27."),
        error_messages={"invalid": _("A period is written like 2026-10.")},
    )
    branch = forms.ModelChoiceField(
        queryset=Branch.objects.order_by("code"),
        required=False,
        label=_("Branch"),
        empty_label=_("all branches"),
    )
    issued_on = forms.DateField(
        label=_("Date of the bills"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class BillFilterForm(forms.Form):
    """Which bills of a run: those behind one figure of its summary."""

    district = forms.ModelChoiceField(
        queryset=District.objects.order_by("code"), required=False, label=_("District"), empty_label=_("all")
    )
    category = forms.ChoiceField(required=False, label=_("Category"))
    component = forms.ChoiceField(required=False, label=_("Component"))
    tier = forms.TypedChoiceField(required=False, label=_("Tier"), coerce=int, empty_value=None)

    def __init__(self, *args: Any, run: BillRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        totals = BillRunTotal.objects.filter(chunk__run=run)
        categories = totals.values_list("category", flat=True).distinct().order_by("category")
        components = totals.exclude(component="").values_list("component", flat=True)
        tiers = totals.exclude(tier=None).values_list("tier", flat=True).distinct().order_by("tier")
        self._offer("category", [(one, category_label(one)) for one in categories])
        self._offer(
            "component", [(one, component_name(one)) for one in components.distinct().order_by("component")]
        )
        self._offer("tier", [(one, str(one)) for one in tiers])

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = [("", _("all")), *choices]  # type: ignore[attr-defined]


class PublishForm(forms.Form):
    """Which preview was looked at."""

    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ExplanationForm(forms.Form):
    """Why an account has no bill, or why its bill is right."""

    explanation = forms.CharField(max_length=300, label=pgettext_lazy("finding", "Explanation"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["explanation"].widget.attrs["aria-label"] = self.fields["explanation"].label
