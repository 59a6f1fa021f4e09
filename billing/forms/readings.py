from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from accounts.models.account import Service
from billing.meter_use import Anomaly
from billing.models import MeterInstallation, Reading, Route
from billing.services.meters import LONGEST_NOTE, RemovalReason
from billing.services.photos import LARGEST_PHOTO, Photo, check_photo

ANY = [("", _("any"))]
NOTE = 200


class ReadingFilterForm(forms.Form):
    """Which readings of the review are wanted. Every field may be left empty."""

    anomaly = forms.ChoiceField(label=_("Odd because"), required=False, choices=[*ANY, *Anomaly.choices])
    service = forms.ChoiceField(label=_("Service"), required=False, choices=[*ANY, *Service.choices])
    route = forms.ModelChoiceField(
        Route.objects.none(), label=_("Route"), required=False, empty_label=_("any"), to_field_name="code"
    )

    def __init__(self, data: Any, *, staff: Staff) -> None:
        super().__init__(data)
        self.fields["route"].queryset = Route.objects.visible_to(staff)  # type: ignore[attr-defined]


class DayField(forms.DateField):
    """A day, typed or picked."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class RegisterField(forms.DecimalField):
    """What a register shows; the sentence of the verb says what cannot be."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=12, decimal_places=3, min_value=0, **options)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}


class MeterChoiceForm(forms.Form):
    """Which meter of the account; the only one needs no choice."""

    serial_no = forms.ChoiceField(label=_("Meter"))

    def __init__(self, *args: Any, meters: list[MeterInstallation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.meter.serial_no, one.meter.serial_no) for one in meters]
        self.fields["serial_no"].choices = choices  # type: ignore[attr-defined]


class ReadingForm(MeterChoiceForm):
    """A reading of today or of another day, perhaps with the customer's photo."""

    KINDS = [
        (Reading.Kind.ACTUAL, _("read by us")),
        (Reading.Kind.SELF_REPORTED, _("reported by the customer, with a photo")),
        (Reading.Kind.ESTIMATED, _("estimated, with a reason")),
    ]

    read_on = DayField(label=_("Read on"))
    value = RegisterField(
        label=pgettext_lazy("figure", "Reading"),
        required=False,
        help_text=_("An estimate may be left empty: it is then computed from the usual use."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    rolled_over = forms.BooleanField(label=_("The meter rolled over"), required=False)
    is_insisted = forms.BooleanField(
        label=_("I looked twice: it really is lower than before"), required=False
    )
    reason = forms.CharField(label=_("Reason of the estimate"), max_length=NOTE, required=False)
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        help_text=_("JPEG, PNG or WebP, up to 5 MB."),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
    )

    def clean_photo(self) -> Photo | None:
        sent = self.cleaned_data["photo"]
        # Checked again by its content; what the browser says about it counts for nothing.
        return check_photo(sent.read(LARGEST_PHOTO + 1)) if sent else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("value") is None and data.get("kind") != Reading.Kind.ESTIMATED and "value" in data:
            self.add_error("value", forms.ValidationError(_("Enter what the meter shows."), code="required"))
        return data


class StopForm(forms.Form):
    """One meter on the way: the figure and nothing else."""

    installation = forms.IntegerField(widget=forms.HiddenInput)
    value = RegisterField(label=pgettext_lazy("figure", "Reading"))
    rolled_over = forms.BooleanField(label=_("The meter rolled over"), required=False)
    is_insisted = forms.BooleanField(
        label=_("I looked twice: it really is lower than before"), required=False
    )


class DecisionForm(forms.Form):
    """What becomes of an odd reading."""

    DECISIONS = [("accept", _("accept")), ("reject", _("reject")), ("estimate", _("estimate"))]

    decision = forms.ChoiceField(choices=DECISIONS)
    note = forms.CharField(label=_("Note"), max_length=NOTE, required=False)
    rolled_over = forms.BooleanField(label=_("The meter rolled over"), required=False)
    value = RegisterField(label=_("Estimate"), required=False)


class MeterReplacementForm(MeterChoiceForm):
    """The old meter's last figure and the new meter."""

    replaced_on = DayField(label=_("Replaced on"))
    final = RegisterField(label=_("Final reading of the old meter"))
    rolled_over = forms.BooleanField(label=_("The old meter rolled over"), required=False)
    new_serial_no = forms.RegexField(
        r"^[0-9A-Za-z./-]{1,30}$",
        label=_("Number of the new meter"),
        error_messages={"invalid": _("Figures and letters, 30 at most.")},
    )
    new_initial = RegisterField(label=_("Initial reading of the new meter"))
    digits = forms.IntegerField(label=_("Digits of the register"), min_value=3, max_value=9, initial=5)
    multiplier = forms.DecimalField(
        label=_("Multiplier"), max_digits=8, decimal_places=3, min_value=0, initial=1
    )


class MeterRemovalForm(MeterChoiceForm):
    """A meter that comes down for good: its last figure, and why."""

    removed_on = DayField(label=_("Removed on"))
    final = RegisterField(label=_("Final reading"))
    rolled_over = forms.BooleanField(label=_("The meter rolled over"), required=False)
    reason = forms.ChoiceField(label=_("Reason"), choices=RemovalReason.choices)
    note = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, required=False)


class MeterTestForm(MeterChoiceForm):
    """What the laboratory certifies."""

    tested_on = DayField(label=_("Tested on"))
    laboratory = forms.CharField(label=_("Laboratory"), max_length=100)
    certificate_no = forms.CharField(label=_("Certificate number"), max_length=60)
    error_percent = forms.DecimalField(
        label=_("Error, percent"),
        max_digits=5,
        decimal_places=2,
        help_text=_("Above zero: the meter counts too much."),
    )
    tolerance_percent = forms.DecimalField(
        label=_("Tolerance, percent"), max_digits=4, decimal_places=2, initial=2
    )


class SettlementForm(forms.Form):
    """Which bill or credit gave the units back."""

    correction = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label=_("Corrected by"), max_length=NOTE)
