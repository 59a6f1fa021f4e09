from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from billing.card_content import MeterKind
from billing.models import GasCard
from billing.models.gas_purchase import LARGEST_VOLUME
from billing.services.offers import TenderOffer
from counters.forms.payment import AmountField, PaymentForm
from counters.forms.second_person import SecondPersonForm
from counters.models import ReaderJob, Window
from counters.services.gas_sales import GasSale

LARGEST_KEY = 2**63 - 1


class GasVolumeForm(forms.Form):
    """How much gas, or for how much money."""

    read = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY, widget=forms.HiddenInput)
    volume = forms.IntegerField(
        label=_("Volume, m³"), required=False, min_value=1, max_value=LARGEST_VOLUME,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 6, "autocomplete": "off"}),
    )  # fmt: skip
    money = AmountField(label=_("or for, yuan"), max_length=15, required=False)


class GasSaleForm(PaymentForm):
    """The volume and the money that was handed over. No amount: exactly what the page said is due."""

    volume = forms.IntegerField(min_value=1, max_value=LARGEST_VOLUME)
    due = AmountField(max_length=20, required=False)
    read = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)

    def sale_for(self, account_id: int, reading: ReaderJob | None) -> GasSale:
        request, data = self.request_for(account_id), self.cleaned_data
        tenders = request.tenders
        if not tenders and data["method_1"] and data["due"]:
            tenders = (TenderOffer(data["method_1"], data["due"], data["reference_1"]),)
        return GasSale(request.request_id, account_id, data["volume"], tenders, reading)


class WindowForm(forms.Form):
    """At which reader. Who works a window is not asked."""

    window = forms.ModelChoiceField(
        queryset=Window.objects.none(), label=_("Card reader at"), empty_label=None
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        windows = Window.objects.exclude(card_reader="").select_related("hall")
        if not staff.has_perm("accounts.see_every_branch"):
            windows = windows.filter(hall__branch_id=staff.branch_id or 0)
        self.fields["window"].queryset = windows  # type: ignore[attr-defined]


class NewCardForm(forms.Form):
    """The first card of an account (开卡)."""

    card_no = forms.CharField(label=_("Number printed on the card"), max_length=8)
    meter_kind = forms.ChoiceField(label=_("Kind of meter"), choices=MeterKind.choices)
    register = forms.DecimalField(
        label=_("Mechanical register, m³"), max_digits=12, decimal_places=3, min_value=0, initial="0"
    )


class ReplacementForm(forms.Form):
    """The next card of an account (补卡)."""

    card_no = forms.CharField(label=_("Number printed on the new card"), max_length=8)
    is_unread = forms.BooleanField(
        label=_("The last gas was still on the old card: put it on the new one"), required=False
    )


class CardStateForm(forms.Form):
    """Lost, found, blocked, void: and why."""

    to = forms.ChoiceField(
        label=_("The card is"),
        choices=[(one.value, one.label) for one in GasCard.State if one != GasCard.State.REPLACED],
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class SafetyCheckForm(forms.Form):
    """Until when the safety check holds."""

    valid_until = forms.DateField(
        label=_("Safety check valid until"), widget=forms.DateInput(attrs={"type": "date"})
    )


class GasReadingForm(SecondPersonForm):
    """What was found at the meter; gas that is made good is signed by a second person."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    register = forms.DecimalField(
        label=_("Mechanical register, m³"), max_digits=12, decimal_places=3, min_value=0
    )
    shown = forms.DecimalField(
        label=_("Gas the display still shows, m³"), max_digits=12, decimal_places=3, min_value=0
    )
    unread = forms.IntegerField(
        label=_("Gas still on the card, m³"), min_value=0, max_value=LARGEST_VOLUME, initial=0
    )


class NewMeterForm(SecondPersonForm):
    """What the old meter showed at the end and the new one at the beginning (换表)."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    final = forms.DecimalField(
        label=_("Old mechanical register at the end, m³"), max_digits=12, decimal_places=3, min_value=0
    )
    unread = forms.IntegerField(
        label=_("Gas still on the card, m³"), min_value=0, max_value=LARGEST_VOLUME, initial=0
    )
    beginning = forms.DecimalField(
        label=_("New mechanical register at the beginning, m³"), max_digits=12, decimal_places=3, min_value=0
    )
