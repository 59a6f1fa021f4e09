"""What people type about supply orders: shape only, the verbs check whether it is true."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from billing.forms.dates import DateInput, DateTimeInput
from billing.forms.photo import PhotoField
from billing.models import DeliveryProof
from billing.queries.arrears.order_checks import ANNOUNCED_BY
from billing.services.arrears.supply_orders import LONGEST_REASON

REGISTER = r"^[0-9]{1,9}(\.[0-9]{1,3})?$"


class DecisionForm(forms.Form):
    """Yes, perhaps for a certain day; or no with the reason."""

    decision = forms.ChoiceField(choices=[("approve", _("approve")), ("refuse", _("refuse"))])
    planned_on = forms.DateField(
        label=_("On this day"),
        required=False,
        widget=DateInput,
        help_text=_("Left empty: the first allowed day."),
    )
    reason = forms.CharField(label=_("Why it is refused"), max_length=LONGEST_REASON, required=False)


class OrderForm(forms.Form):
    """Why an order is proposed by hand."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON)


class ManyForm(forms.Form):
    """The ticked orders of the list."""

    orders = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, data: Any, *, waiting: list[int]) -> None:
        super().__init__(data)
        self.fields["orders"].choices = [(pk, pk) for pk in waiting]  # type: ignore[attr-defined]
        self.fields["orders"].error_messages |= {
            "required": _("Tick the orders that are to be approved."),
            "invalid_choice": _("One of these orders was decided meanwhile. Look at the list again."),
        }


class AnnouncementForm(forms.Form):
    """How and when the customer was told the day."""

    kind = forms.ChoiceField(
        label=_("Proof"), choices=[(kind.value, kind.label) for kind in map(DeliveryProof.Kind, ANNOUNCED_BY)]
    )
    reference = forms.CharField(
        label=_("Waybill, recording or message number"), max_length=100, required=False
    )
    delivered_at = forms.DateTimeField(label=_("Delivered at"), widget=DateTimeInput)
    planned_on = forms.DateField(
        label=_("On this day"),
        required=False,
        widget=DateInput,
        help_text=_("Left empty: the first allowed day."),
    )


class WorkerForm(forms.Form):
    """Who goes there."""

    worker = forms.ModelChoiceField(Staff.objects.none(), label=_("Field worker"))

    def __init__(self, data: Any = None, *, workers: Any) -> None:
        super().__init__(data)
        self.fields["worker"].queryset = workers  # type: ignore[attr-defined]


class FieldForm(forms.Form):
    """What the worker brings from the door: the figure and the picture."""

    meter_value = forms.RegexField(
        REGISTER,
        label=pgettext_lazy("figure", "Reading"),
        required=False,
        error_messages={"invalid": _("A number with at most three decimals.")},
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )
    photo = PhotoField(label=_("Photo of the valve or the meter"))
