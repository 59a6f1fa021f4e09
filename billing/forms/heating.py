"""What people type about heat: shape only, the verbs check whether it is true."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from billing.forms.dates import DateInput, DateTimeInput
from billing.ledger_names import measure_name
from billing.models import HeatSuspension, HouseholdConversion, Tariff, TemperatureTest
from billing.models.temperature import MOST_ROOMS
from billing.services.temperature_refunds import Spell
from billing.services.temperature_tests import Room, Visit

APPROVE, REFUSE = "approve", "refuse"
MEASURES = ("area", "basement_area", "tons", "gigajoules", "tons_per_hour")


class SuspensionForm(forms.Form):
    """An application for a season without heat."""

    note = forms.CharField(
        label=_("What the customer says"), max_length=200, required=False, widget=forms.TextInput
    )
    is_silent = forms.BooleanField(
        label=_("Not asked for: neither paid nor reported by the due date"), required=False
    )


class DecisionForm(forms.Form):
    """Yes, or no for a reason."""

    decision = forms.ChoiceField(choices=[(APPROVE, _("approve")), (REFUSE, _("refuse"))])
    reason = forms.ChoiceField(
        label=_("Why it is refused"), choices=[("", "—"), *HeatSuspension.Reason.choices], required=False
    )


class RefundDecisionForm(forms.Form):
    """Yes, or no with a sentence."""

    decision = forms.ChoiceField(choices=[(APPROVE, _("approve")), (REFUSE, _("refuse"))])
    note = forms.CharField(label=_("Why it is refused"), max_length=200, required=False)


class ResumeForm(forms.Form):
    """From which day there is heat again."""

    resumed_on = forms.DateField(label=_("Heat again from"), widget=DateInput)


class TemperatureTestForm(forms.Form):
    """A visit: when, by what, up to eight rooms, who signed."""

    tested_at = forms.DateTimeField(
        label=_("Measured at"),
        widget=DateTimeInput,
        help_text=_("Not between 10 and 14 o'clock, 1.4 m high, in the middle of the room."),
    )
    instrument = forms.CharField(label=_("Instrument"), max_length=60)
    witness = forms.CharField(label=_("Signed by the customer"), max_length=60)
    photo_note = forms.CharField(label=_("Where the photos are"), max_length=120, required=False)
    obstacle = forms.ChoiceField(
        label=_("Does the customer answer for it?"), choices=TemperatureTest.Obstacle.choices, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_ROOMS + 1):
            self.fields[f"place_{number}"] = forms.CharField(max_length=20, required=False)
            self.fields[f"degrees_{number}"] = forms.DecimalField(
                max_digits=3, decimal_places=1, required=False
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for number in range(1, MOST_ROOMS + 1):
            place, degrees = data.get(f"place_{number}"), data.get(f"degrees_{number}")
            if bool(place) != (degrees is not None) and f"degrees_{number}" not in self.errors:
                self.add_error(f"degrees_{number}", _("A room has a name and a temperature."))
        return data

    def visit(self) -> Visit:
        data = self.cleaned_data
        rooms = [
            Room(data[f"place_{number}"], data[f"degrees_{number}"])
            for number in range(1, MOST_ROOMS + 1)
            if data[f"place_{number}"]
        ]
        return Visit(
            data["tested_at"],
            rooms,
            data["instrument"],
            data["witness"],
            data["photo_note"],
            data["obstacle"],
        )

    def rooms(self) -> list[dict[str, Any]]:
        """The eight rows of the page: bound fields side by side."""
        return [
            {"number": number, "place": self[f"place_{number}"], "degrees": self[f"degrees_{number}"]}
            for number in range(1, MOST_ROOMS + 1)
        ]


class RefundForm(forms.Form):
    """For each test: from which day and for how many days it stands."""

    def __init__(self, *args: Any, tests: Sequence[TemperatureTest], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tests = tests
        for test in tests:
            self.fields[f"from_{test.pk}"] = forms.DateField(widget=DateInput, required=False)
            self.fields[f"days_{test.pk}"] = forms.IntegerField(min_value=1, max_value=366, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for test in self.tests:
            day, days = f"from_{test.pk}", f"days_{test.pk}"
            if bool(data.get(day)) != bool(data.get(days)) and not {day, days} & set(self.errors):
                self.add_error(days, _("Enter the first day and the number of days."))
        return data

    def spells(self) -> list[Spell]:
        return [
            Spell(test, self.cleaned_data[f"from_{test.pk}"], self.cleaned_data[f"days_{test.pk}"])
            for test in self.tests
            if self.cleaned_data.get(f"days_{test.pk}")
        ]

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"test": test, "from_on": self[f"from_{test.pk}"], "days": self[f"days_{test.pk}"]}
            for test in self.tests
        ]


class OneOffForm(forms.Form):
    """Which fee of which price list, and how much was measured."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput, required=False)
    fee = forms.ChoiceField(label=_("Fee"))

    def __init__(self, *args: Any, fees: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fee"].choices = fees  # type: ignore[attr-defined]
        for name in MEASURES:
            self.fields[name] = forms.DecimalField(
                label=capfirst(measure_name(name)),
                min_value=Decimal(0),
                max_digits=11,
                decimal_places=4,
                required=False,
            )

    def measures(self) -> dict[str, Decimal]:
        return {name: self.cleaned_data[name] for name in MEASURES if self.cleaned_data.get(name)}

    def chosen(self, lists: Sequence[Tariff]) -> tuple[Tariff, str]:
        """The price list and the fee in it, as "12:steam" names them."""
        key, _colon, item = self.cleaned_data["fee"].partition(":")
        return next(one for one in lists if str(one.pk) == key), item

    def measure_fields(self) -> list[Any]:
        return [self[name] for name in MEASURES]


class ConversionForm(forms.Form):
    """How a household is billed from now on."""

    converted_on = forms.DateField(label=_("Converted on"), widget=DateInput)
    method = forms.ChoiceField(label=_("Billed from then on"), choices=HouseholdConversion.Method.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


def day_or_none(text: str) -> datetime.date | None:
    """A date out of an address, where anything may stand."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
