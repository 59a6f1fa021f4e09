import datetime
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch, District, Staff
from accounts.models.account import Service
from accounts.queries.scope import branches_seen_by, districts_seen_by
from billing.forms.amount import AmountField
from billing.forms.dates import DateInput
from billing.models import ArrearsHold
from billing.money import NO_MONEY, AmountRefused, parse_amount
from billing.queries.arrears.workbench import Selection, scope_of
from billing.services.arrears.holds import BY_MONEY

EVERY = [("", _("any"))]
SORTS = [
    ("amount", _("highest debt first")),
    ("age", _("oldest debt first")),
    ("contact", _("longest not spoken with first")),
    ("lapse", _("limitation soonest first")),
    ("place", _("by building")),
]
WHOSE = [("mine", _("my districts")), ("all", _("everybody's"))]


class WorkbenchForm(forms.Form):
    """Which cases are shown. Everything may be left out; what makes no sense counts as left out."""

    whose = forms.ChoiceField(label=_("Whose"), choices=WHOSE, required=False)
    district = forms.ModelChoiceField(
        District.objects.none(), label=_("Collection district"), required=False, empty_label=_("any")
    )
    service = forms.ChoiceField(label=_("Service"), required=False, choices=[*EVERY, *Service.choices])
    least = AmountField(label=_("Owes at least"), max_length=20, required=False)
    sort = forms.ChoiceField(label=_("Sorted"), required=False, choices=SORTS)
    # One branch alone: the way in from a figure of that branch.
    branch = forms.ModelChoiceField(Branch.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff
        district = self.fields["district"]
        assert isinstance(district, forms.ModelChoiceField)
        district.queryset = districts_seen_by(staff)
        branch = self.fields["branch"]
        assert isinstance(branch, forms.ModelChoiceField)
        branch.queryset = branches_seen_by(staff)

    def selection(self, *, tab: str, age: str) -> Selection:
        """What was asked for, within what exists for the person."""
        self.is_valid()
        data = self.cleaned_data
        district, branch = data.get("district"), data.get("branch")
        return Selection(
            branch_id=branch.pk if branch else scope_of(self.staff),
            owner_id=self.staff.pk if data.get("whose") == "mine" else None,
            district_id=district.pk if district else None,
            service=data.get("service") or "",
            least=data.get("least") or NO_MONEY,
            tab=tab,
            age=age,
            sort=data.get("sort") or "amount",
        )


class HoldForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What holds it"),
        choices=[choice for choice in ArrearsHold.Kind.choices if choice[0] not in BY_MONEY],
        error_messages={"invalid_choice": _("Choose from the list what holds the ladder.")},
    )
    ends_on = forms.DateField(label=_("Until"), required=False, widget=DateInput)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class LiftForm(forms.Form):
    reason = forms.CharField(label=_("Why it no longer holds"), max_length=200)


class PromiseForm(forms.Form):
    amount = AmountField(label=_("Amount"), max_length=20)
    due_on = forms.DateField(label=_("Will be paid by"), widget=DateInput)


class InstalmentsForm(forms.Form):
    """One instalment a line: its day and its amount."""

    parts = forms.CharField(
        label=_("Instalments"),
        widget=forms.Textarea({"rows": 4, "placeholder": "2026-12-15 500.00"}),
        help_text=_("One a line: the day and the amount, such as 2026-12-15 500.00"),
    )

    def clean_parts(self) -> list[tuple[datetime.date, Decimal]]:
        return [_part(line) for line in self.cleaned_data["parts"].splitlines() if line.strip()]


def _part(line: str) -> tuple[datetime.date, Decimal]:
    found = re.fullmatch(r"\s*(\d{4}-\d{2}-\d{2})\s+(\S+)\s*", line)
    try:
        if found is None:
            raise ValueError
        return datetime.date.fromisoformat(found[1]), parse_amount(found[2])
    except (ValueError, AmountRefused):
        raise forms.ValidationError(
            _("This line is not a day and an amount: %(line)s"), params={"line": line[:60]}, code="not_a_part"
        ) from None
