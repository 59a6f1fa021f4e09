import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, HouseholdEvidence
from accounts.models.evidence import MOST_PERSONS
from accounts.services.evidence import LONGEST_REASON, Paper

DAYS = (30, 60)


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **kwargs)


class EvidenceForm(forms.Form):
    """What stands on the document. Which document it is says what it proves."""

    document = forms.ChoiceField(label=_("Document"), choices=HouseholdEvidence.Document.choices)
    persons = forms.RegexField(
        r"^[0-9]{1,2}$",
        label=_("Persons (household register or residence permit)"),
        required=False,
        error_messages={"invalid": _("A whole number of persons.")},
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": "2"}),
    )
    document_number = forms.CharField(
        label=_("Document number"), max_length=40, widget=forms.TextInput({"autocomplete": "off"})
    )
    holder_name = forms.CharField(label=_("Name of the holder"), max_length=100)
    valid_from = DayField(label=_("Counts from"))
    valid_until = DayField(label=_("Counts until"))

    def __init__(self, data: Any = None, *, account: Account, today: datetime.date) -> None:
        begin = {
            "holder_name": account.customer.name,
            "valid_from": today,
            "valid_until": _a_year_from(today),
        }
        super().__init__(data, initial=begin)
        self.fields["persons"].help_text = str(_("1 to %(most)s")) % {"most": MOST_PERSONS}

    def clean_persons(self) -> int | None:
        persons = self.cleaned_data["persons"]
        return int(persons) if persons else None

    def paper(self) -> Paper:
        fields = dict(self.cleaned_data)
        kind = next(
            kind for kind, documents in HouseholdEvidence.PROVES.items() if fields["document"] in documents
        )
        return Paper(kind=str(kind), **fields)


class ExtendForm(forms.Form):
    """Until when the renewed document counts, and its number."""

    document_number = forms.CharField(
        label=_("Number of the renewed document"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    valid_until = DayField(label=_("Counts until"))

    def __init__(self, data: Any = None, *, evidence: HouseholdEvidence) -> None:
        begin = {"valid_until": _a_year_from(evidence.valid_until + datetime.timedelta(days=1))}
        super().__init__(data, initial=begin, auto_id=f"extend_{evidence.pk}_%s")


class WithdrawForm(forms.Form):
    """From which day it counts no longer, and why."""

    counts_no_longer_from = DayField(label=_("Counts no longer from"))
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON)

    def __init__(self, data: Any = None, *, evidence: HouseholdEvidence, today: datetime.date) -> None:
        begin = {"counts_no_longer_from": min(max(today, evidence.valid_from), evidence.valid_until)}
        super().__init__(data, initial=begin, auto_id=f"withdraw_{evidence.pk}_%s")


class EndingForm(forms.Form):
    """How far ahead to look for evidence that ends."""

    days = forms.TypedChoiceField(
        label=_("Ends within"),
        choices=[(days, days) for days in DAYS],
        coerce=int,
        required=False,
        empty_value=str(DAYS[0]),
    )

    def clean_days(self) -> int:
        return int(self.cleaned_data["days"])


def _a_year_from(day: datetime.date) -> datetime.date:
    """The last day of the year that begins on the day."""
    try:
        return day.replace(year=day.year + 1) - datetime.timedelta(days=1)
    except ValueError:  # 29 February
        return datetime.date(day.year + 1, 2, 28)
