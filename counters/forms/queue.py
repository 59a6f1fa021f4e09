from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counters.models import DiaryEntry
from counters.queries.queue_bar import Destinations

LONGEST_REASON = 200


class FinishingForm(forms.Form):
    """Whom the cashier saw at the window when the key was pressed; nobody, if empty."""

    finishing = forms.IntegerField(required=False)


class TicketForm(forms.Form):
    ticket = forms.IntegerField()


class TransferForm(forms.Form):
    """Where a visitor is sent on to: a service or a window, whichever is at work."""

    to = forms.ChoiceField()

    def __init__(self, *args: Any, destinations: Destinations, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places: dict[str, dict[str, Any]] = {
            **{f"service-{one.pk}": {"service": one} for one in destinations.services},
            **{f"window-{one.pk}": {"window": one} for one in destinations.windows},
        }
        self.fields["to"] = forms.ChoiceField(choices=[(name, name) for name in self._places])

    def destination(self) -> dict[str, Any]:
        return self._places[self.cleaned_data["to"]]


class PauseForm(forms.Form):
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)


class KioskForm(forms.Form):
    """What the kiosk sends: one button for each service."""

    service = forms.CharField(max_length=1)
    is_priority = forms.BooleanField(required=False)
    request_id = forms.UUIDField()


class WindowServicesForm(forms.Form):
    """The services that the page saw, and the one whose button was pressed."""

    services = forms.CharField(required=False, max_length=60)
    toggle = forms.CharField(required=False, max_length=1)
    close = forms.CharField(required=False, max_length=1)

    def clean(self) -> dict[str, Any]:
        if not (self.cleaned_data.get("toggle") or self.cleaned_data.get("close")):
            raise forms.ValidationError(_("Press one of the buttons."), code="bad_form")
        return self.cleaned_data

    def wanted(self) -> set[str]:
        if self.cleaned_data["close"]:
            return set()
        there = {one for one in self.cleaned_data["services"].split(",") if one}
        return there ^ ({self.cleaned_data["toggle"]} - {""})


class DiaryForm(forms.Form):
    kind = forms.ChoiceField(
        label=pgettext_lazy("diary", "About"),
        choices=[(one.value, one.label) for one in DiaryEntry.Kind if one != DiaryEntry.Kind.PAUSE],
        widget=forms.RadioSelect,
        initial=DiaryEntry.Kind.NOTE,
    )
    text = forms.CharField(
        label=pgettext_lazy("diary", "What happened"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "class": "input", "autofocus": True}),
    )
