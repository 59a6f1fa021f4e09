import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from counters.models import Hall
from service_quality.models import Rating
from service_quality.queries.finished_visits import Extent

A_MONTH = datetime.timedelta(days=29)
LEVELS = [(str(level.value), level.label) for level in Rating.Level]
SHOWN = [
    ("", _("all visits")),
    ("rated", _("rated")),
    ("bad", _("dissatisfied")),
    ("none", _("not rated")),
    *LEVELS,
]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ExtentForm(forms.Form):
    """Which days and which hall; what is left out is the last thirty days, and every hall one may see."""

    first = forms.DateField(label=pgettext_lazy("days", "From"), widget=DayInput(), required=False)
    last = forms.DateField(label=pgettext_lazy("days", "Until"), widget=DayInput(), required=False)
    hall = forms.ModelChoiceField(
        Hall.objects.none(), label=_("Hall"), required=False, empty_label=_("every hall")
    )

    def __init__(self, data: Any, *, staff: Staff, today: datetime.date) -> None:
        defaults = {"first": (today - A_MONTH).isoformat(), "last": today.isoformat()}
        super().__init__({**defaults, **{key: value for key, value in data.items() if value}})
        self.staff = staff
        hall = self.fields["hall"]
        assert isinstance(hall, forms.ModelChoiceField)
        everywhere = staff.has_perm("accounts.see_every_branch")
        hall.queryset = Hall.objects.all() if everywhere else Hall.objects.filter(branch=staff.branch_id or 0)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and not datetime.timedelta(0) <= last - first <= datetime.timedelta(days=732):
            raise forms.ValidationError(
                _("Choose days in their order, two years at most."), code="wrong_days"
            )
        return data

    def extent(self, staff_id: int | None = None) -> Extent:
        data = self.cleaned_data
        everywhere = self.staff.has_perm("accounts.see_every_branch")
        return Extent(
            data["first"],
            data["last"],
            branch_id=None if everywhere else self.staff.branch_id or 0,
            hall_id=data["hall"].pk if data["hall"] else None,
            staff_ids=None if staff_id is None else [staff_id],
        )

    def address(self, **more: object) -> str:
        """The parameters of the address that show the same days and hall, ending in "&"."""
        data = self.cleaned_data
        values = {
            "first": data["first"], "last": data["last"], "hall": data["hall"].pk if data["hall"] else "", **more,
        }  # fmt: skip
        return "".join(f"{key}={value}&" for key, value in values.items() if value != "")


class RowsForm(ExtentForm):
    """The same, for the rows behind a number."""

    show = forms.ChoiceField(label=_("Rating"), choices=SHOWN, required=False)
    person = forms.CharField(label=_("Staff number"), max_length=20, required=False)


class RateForm(forms.Form):
    """What the customer says on the phone."""

    level = forms.TypedChoiceField(
        label=_("How satisfied were you?"), choices=LEVELS, coerce=int, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=_("What should we know? (may stay empty)"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FindingForm(forms.Form):
    finding = forms.CharField(
        label=_("What was found"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    measure = forms.CharField(
        label=_("What is done about it"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
