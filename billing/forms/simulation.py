import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

# Further ahead the price is nobody's to tell.
FURTHEST = datetime.timedelta(days=366)


class QuantityField(forms.RegexField):
    """A figure as it is read off a meter: ASCII digits, at most three decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            r"^[0-9]{1,9}(\.[0-9]{1,3})?$",
            error_messages={"invalid": _("A figure looks like 20 or 20.5.")},
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "maxlength": "13"}),
            **kwargs,
        )

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        return Decimal(text) if text else None


class SimulationForm(forms.Form):
    """How much more, or up to which reading; and on which day it would be read."""

    units = QuantityField(label=_("How much more"), required=False)
    reading = QuantityField(label=_("or: what the meter would show"), required=False)
    on = forms.DateField(
        label=_("read on"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any = None, *, today: datetime.date) -> None:
        super().__init__(data, initial={"on": today})
        self.today = today
        self.fields["units"].widget.attrs["autofocus"] = True

    def clean_on(self) -> datetime.date:
        on: datetime.date = self.cleaned_data["on"] or self.today
        if on > self.today + FURTHEST:
            raise forms.ValidationError(_("At most a year ahead."), code="too_far")
        return on

    def clean(self) -> dict[str, Any]:
        asked = [name for name in ("units", "reading") if self.cleaned_data.get(name) is not None]
        if len(asked) != 1 and not self.errors:
            raise forms.ValidationError(_("Type either how much more, or a reading."), code="one_of_two")
        return self.cleaned_data
