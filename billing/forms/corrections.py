import hashlib
import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext_lazy as _

from accounts.models import District, Staff
from accounts.models.account import Category, Service
from accounts.queries.scope import districts_seen_by
from accounts.second_person import SecondPersonForm
from billing.forms.amount import AmountField
from billing.ledger_names import component_name
from billing.models import (
    Adjustment,
    Bill,
    BillCancellation,
    BillRun,
    Decision,
    Reading,
    Tariff,
    Waiver,
)

REGISTER = r"^[0-9]{1,9}(\.[0-9]{1,3})?$"
PERIOD = r"^[0-9A-Za-z-]{1,10}$"
ANY = [("", _("any"))]
DECISIONS = [("approve", _("approve")), ("refuse", _("refuse"))]


# What was given back on a bill that is billed again; empty as long as nobody has said.
FOLLOWS = {"yes": True, "no": False}
FOLLOW_CHOICES = [
    ("", _("say which")),
    ("yes", _("follows to the new bill")),
    ("no", _("ends with the bill; it may be asked for again")),
]


class FollowForm(forms.Form):
    """Whether what was given back on a bill stands on the one in its place."""

    follow = forms.ChoiceField(label=_("What was given back"), choices=FOLLOW_CHOICES, required=False)

    @property
    def follows(self) -> bool | None:
        return FOLLOWS.get(self.cleaned_data["follow"])


class CancelForm(SecondPersonForm):
    """Why a bill is cancelled, whether its period is billed again, and what the meter really showed."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    # What the preview was made from: whoever changes the form afterwards looks again before confirming.
    previewed = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("Reason"), choices=BillCancellation.Reason.choices)
    what = forms.ChoiceField(
        label=_("What is to be done"),
        choices=[("rebill", _("Cancel and bill again")), ("cancel", _("Cancel only"))],
    )
    reading = forms.ModelChoiceField(
        Reading.objects.none(), label=_("Wrong reading"), required=False, empty_label=_("none was wrong")
    )
    value = forms.RegexField(
        REGISTER,
        label=_("What the meter really showed"),
        required=False,
        error_messages={"invalid": _("A reading is written in digits, such as 1203.")},
    )
    rolled_over = forms.BooleanField(label=_("The meter had rolled over"), required=False)
    follow = forms.ChoiceField(label=_("What was given back"), choices=FOLLOW_CHOICES, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, help_text=_("The customer reads it on the bill."))

    def __init__(self, *args: Any, bill: Bill, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_asked_to_follow = bill.adjustments.filter(state=Decision.APPROVED, amount__lt=0).exists()
        self.fields["reason"].widget.attrs["autofocus"] = True
        reading = self.fields["reading"]
        assert isinstance(reading, forms.ModelChoiceField)
        reading.queryset = Reading.objects.filter(
            installation__account_id=bill.account_id,
            read_on__gt=bill.period_from,
            read_on__lte=bill.period_to,
            state=Reading.State.ACCEPTED,
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("reading") and not data.get("value"):
            self.add_error("value", _("Type what the meter really showed."))
        if data.get("value") and not data.get("reading"):
            self.add_error("reading", _("Choose the reading that was wrong."))
        return data

    @property
    def can_be_previewed(self) -> bool:
        """Nothing is wrong with the fields themselves."""
        return not set(self.errors) - {NON_FIELD_ERRORS}

    @property
    def fingerprint(self) -> str:
        """The same for the same decision: what a preview was made from."""
        data = self.cleaned_data
        content = [
            data["what"],
            data["reading"].pk if data["reading"] else None,
            data["value"],
            data["rolled_over"],
            data["follow"],
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @property
    def follows(self) -> bool | None:
        return FOLLOWS.get(self.cleaned_data["follow"])

    @property
    def right_value(self) -> Decimal:
        return Decimal(self.cleaned_data["value"])


class AdjustmentForm(forms.Form):
    """How much is given or asked for beside the tariff, of what, and why."""

    way = forms.ChoiceField(
        label=_("Which way"),
        choices=[("credit", _("Give to the customer")), ("charge", _("Ask for more"))],
    )
    amount = AmountField(label=_("Amount"), max_length=20)
    component = forms.ChoiceField(label=_("Component"))
    reason = forms.ChoiceField(label=_("Reason"), choices=Adjustment.Reason.choices)
    note = forms.CharField(label=_("Note"), max_length=200, help_text=_("The customer reads it on the bill."))

    def __init__(self, *args: Any, bill: Bill, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs.update({"autofocus": True, "inputmode": "decimal"})
        components = dict.fromkeys(bill.lines.order_by("position").values_list("component", flat=True))
        self.fields["component"].choices = [  # type: ignore[attr-defined]
            (code, component_name(code)) for code in (components or ["other"])
        ]

    @property
    def signed_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        return -amount if self.cleaned_data["way"] == "credit" else amount


class WaiverForm(forms.Form):
    """How much late charge is not to be asked for, and why."""

    amount = AmountField(label=_("Amount to waive"), max_length=20)
    reason = forms.ChoiceField(label=_("Reason"), choices=Waiver.Reason.choices)
    note = forms.CharField(label=_("Note"), max_length=200, help_text=_("The customer reads it on the bill."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs.update({"autofocus": True, "inputmode": "decimal"})


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=DECISIONS)


class SelectionForm(forms.Form):
    """Which bills a batch is about. Every field may be left empty, but not all."""

    service = forms.ChoiceField(label=_("Service"), required=False, choices=[*ANY, *Service.choices])
    period = forms.RegexField(
        PERIOD,
        label=_("Period"),
        required=False,
        widget=forms.TextInput({"placeholder": "2026-10", "autofocus": True}),
        error_messages={"invalid": _("A period looks like 2026-10 or 2025-26.")},
    )
    run = forms.ModelChoiceField(
        BillRun.objects.order_by("-pk"), label=_("Bill run"), required=False, empty_label=_("any")
    )
    tariff = forms.ModelChoiceField(
        Tariff.objects.order_by("code"), label=_("Price list"), required=False, empty_label=_("any")
    )
    category = forms.ChoiceField(
        label=_("Category of use"), required=False, choices=[*ANY, *Category.choices]
    )
    district = forms.ModelChoiceField(
        District.objects.none(), label=_("Collection district"), required=False, empty_label=_("any")
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        district = self.fields["district"]
        assert isinstance(district, forms.ModelChoiceField)
        district.queryset = districts_seen_by(staff)

    @property
    def selection(self) -> dict[str, str]:
        """What was asked for, as it is kept: keys of rows as text."""
        return {
            name: str(getattr(value, "pk", value))
            for name, value in self.cleaned_data.items()
            if name in SelectionForm.base_fields and value
        }


class BatchForm(SelectionForm):
    """The selection once more, and why its bills are cancelled."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("Reason"), choices=BillCancellation.Reason.choices)
    note = forms.CharField(label=_("Note"), max_length=200, help_text=_("The customer reads it on the bill."))
