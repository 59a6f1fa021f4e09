from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Branch
from accounts.models.account import Service
from billing.forms.amount import AmountField
from billing.forms.dates import DateInput
from billing.models import LateChargeRule

PER_DAY, ONCE = "per_day", "one_time"
TO_PRINCIPAL, UNCAPPED, TO_AMOUNT = "principal", "none", "amount"
_HUNDRED = Decimal(100)
_WRITTEN_HERE = {
    "rate", "resident_rate", "other_rate_same_year", "other_rate_cross_year", "mode", "pct", "cap",
    "min_amount", "note",
}  # fmt: skip


class PercentField(forms.DecimalField):
    """A share of the amount as people say it: 0.5 stands for 0.5 %."""

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(
            label=label, required=False, min_value=0, max_value=100, max_digits=9, decimal_places=6,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}), **options,
        )  # fmt: skip


class LateChargeForm(forms.Form):
    """A rule as an office decides it: what share a day or once, and between which amounts."""

    service = forms.ChoiceField(label=gettext_lazy("Service"), choices=Service)
    branch = forms.ModelChoiceField(
        label=gettext_lazy("Branch"),
        queryset=Branch.objects.order_by("code"),
        required=False,
        empty_label=gettext_lazy("all branches"),
    )
    effective_from = forms.DateField(label=gettext_lazy("For bills due from"), widget=DateInput)
    mode = forms.ChoiceField(
        label=gettext_lazy("The late charge grows"),
        choices=[(PER_DAY, gettext_lazy("every day")), (ONCE, gettext_lazy("never: it is charged once"))],
    )
    rate = PercentField(gettext_lazy("Percent a day (or once)"))
    other_rate = PercentField(
        gettext_lazy("Percent a day, not residents"), help_text=gettext_lazy("Empty: like residents.")
    )
    later_rate = PercentField(
        gettext_lazy("Percent a day, not residents, in later years"),
        help_text=gettext_lazy("Empty: as in the first year."),
    )
    cap = forms.ChoiceField(
        label=gettext_lazy("Never more than"),
        choices=[
            (TO_PRINCIPAL, gettext_lazy("what the bill asks for")),
            (TO_AMOUNT, gettext_lazy("an amount")),
            (UNCAPPED, gettext_lazy("no limit")),
        ],
    )
    cap_amount = AmountField(label=gettext_lazy("That amount"), required=False)
    min_amount = AmountField(label=gettext_lazy("At least"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Decision behind it"), max_length=200, required=False, widget=forms.TextInput
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.errors:
            return said
        if said["rate"] is None:
            self.add_error("rate", _("Type the percentage."))
        if said["cap"] == TO_AMOUNT and said["cap_amount"] is None:
            self.add_error("cap_amount", _("Type the amount."))
        if said["later_rate"] is not None and said["other_rate"] is None:
            self.add_error("other_rate", _("Type the percentage."))
        return said

    @property
    def terms(self) -> dict[str, Any]:
        """What was typed in the form of docs/formats.md."""
        said = self.cleaned_data
        terms = _rates(said)
        terms["cap"] = str(said["cap_amount"]) if said["cap"] == TO_AMOUNT else said["cap"]
        if said["min_amount"] is not None:
            terms["min_amount"] = str(said["min_amount"])
        if said["note"]:
            terms["note"] = said["note"]
        return terms


def _rates(said: dict[str, Any]) -> dict[str, Any]:
    if said["mode"] == ONCE:
        return {"mode": ONCE, "pct": _plain(said["rate"])}
    if said["other_rate"] is None:
        return {"rate": _plain(said["rate"] / _HUNDRED)}
    rates = {
        "resident_rate": _plain(said["rate"] / _HUNDRED),
        "other_rate_same_year": _plain(said["other_rate"] / _HUNDRED),
    }
    if said["later_rate"] is not None:
        rates["other_rate_cross_year"] = _plain(said["later_rate"] / _HUNDRED)
    return rates


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def can_be_edited_here(rule: LateChargeRule) -> bool:
    """Whether the form knows every term; what only a file can say is changed with a file."""
    return set(rule.terms) <= _WRITTEN_HERE


def initial_of(rule: LateChargeRule) -> dict[str, Any]:
    """A rule as the form shows it."""
    terms = rule.terms
    cap = terms.get("cap", TO_PRINCIPAL)
    named = cap in (TO_PRINCIPAL, UNCAPPED)
    once = terms.get("mode") == ONCE
    return {
        "service": rule.service,
        "branch": rule.branch_id,
        "effective_from": rule.effective_from,
        "mode": ONCE if once else PER_DAY,
        "rate": terms.get("pct") if once else _percent(terms.get("rate") or terms.get("resident_rate")),
        "other_rate": _percent(terms.get("other_rate_same_year")),
        "later_rate": _percent(terms.get("other_rate_cross_year")),
        "cap": cap if named else TO_AMOUNT,
        "cap_amount": "" if named else cap,
        "min_amount": terms.get("min_amount", ""),
        "note": terms.get("note", ""),
    }


def _percent(rate: str | None) -> str:
    return "" if rate is None else _plain(Decimal(str(rate)) * _HUNDRED)
