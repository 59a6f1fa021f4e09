"""What people enter about messages, calls and deliveries: shape only, the verbs check whether it is true."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, District, Staff
from accounts.queries.scope import districts_seen_by
from billing.forms.amount import AmountField
from billing.forms.dates import DateInput, DateTimeInput
from billing.forms.photo import PhotoField
from billing.models import ContactAttempt, DeliveryProof
from billing.services.arrears.contacts import AT_THE_DOOR, BY_TELEPHONE
from billing.services.arrears.letter_deliveries import KINDS
from billing.services.arrears.notices import notices_of_kind

MOST_NUMBERS = 5000


class MessageForm(forms.Form):
    """A reminder to a list of accounts."""

    template = forms.ChoiceField(label=_("Text"))
    accounts = forms.CharField(
        label=_("Account numbers, one on each line"),
        widget=forms.Textarea({"rows": 10, "inputmode": "numeric", "spellcheck": "false"}),
        max_length=MOST_NUMBERS * 21,
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff
        self.fields["template"].choices = [  # type: ignore[attr-defined]
            (notice.code, notice.title) for notice in notices_of_kind("SMS")
        ]

    def clean_accounts(self) -> list[int]:
        """The keys of the accounts; a number that nobody here has is named, so that it can be mended."""
        numbers = list(dict.fromkeys(self.cleaned_data["accounts"].upper().split()))
        if len(numbers) > MOST_NUMBERS:
            raise forms.ValidationError(
                _("No more than %(limit)s numbers at once."), code="too_many", params={"limit": MOST_NUMBERS}
            )
        found = dict(
            Account.objects.visible_to(self.staff)
            .filter(account_no__in=numbers)
            .values_list("account_no", "pk")
        )
        if missing := [number for number in numbers if number not in found]:
            raise forms.ValidationError(
                _("There is no such account here: %(numbers)s."),
                code="unknown_account",
                params={"numbers": "、".join(missing[:5])},
            )
        return [found[number] for number in numbers]


class ReminderForm(forms.Form):
    """Which text goes to the cases of a list."""

    template = forms.ChoiceField(label=_("Text"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["template"].choices = [  # type: ignore[attr-defined]
            (notice.code, notice.title) for notice in notices_of_kind("SMS")
        ]

    @property
    def chosen(self) -> str:
        """The text that was asked for, or the first one."""
        if self.is_bound and self.is_valid():
            return str(self.cleaned_data["template"])
        return str(self.fields["template"].choices[0][0])  # type: ignore[attr-defined]


class OptOutForm(forms.Form):
    """A number that wants no messages."""

    phone = forms.CharField(label=_("Telephone number"), max_length=20)
    source = forms.CharField(label=_("How the customer said so"), max_length=100)


class UnsureForm(forms.Form):
    """What became of a message."""

    decision = forms.ChoiceField(choices=[("sent", _("was sent")), ("not_sent", _("was not sent"))])


class CallForm(forms.Form):
    """What came of a call."""

    step = forms.IntegerField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    phone = forms.CharField(label=_("Number that was called"), max_length=20, required=False)
    recording = forms.CharField(
        label=_("Recording"),
        max_length=100,
        required=False,
        help_text=_("The number of the recording proves the call; without it the step stays open."),
    )
    amount = AmountField(label=_("Promised amount"), max_length=20, required=False)
    due_on = forms.DateField(label=_("Will be paid by"), required=False, widget=DateInput)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    result = forms.ChoiceField(
        choices=[(code, label) for code, label in ContactAttempt.Result.choices if code in BY_TELEPHONE]
    )


class LettersForm(forms.Form):
    """Which letters to print."""

    template = forms.SlugField(widget=forms.HiddenInput)
    district = forms.ModelChoiceField(
        label=_("District"), queryset=District.objects.none(), required=False, empty_label=_("all districts")
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = districts_seen_by(staff)  # type: ignore[attr-defined]


class DeliveryForm(forms.Form):
    """How a letter was delivered, or why it could not be."""

    OUTCOMES = [
        *((kind.value, capfirst(kind.label)) for kind in DeliveryProof.Kind if kind in KINDS),
        (
            _("could not be delivered"),
            [(f"NOT_{code}", label) for code, label in ContactAttempt.Result.choices if code in AT_THE_DOOR],
        ),
    ]

    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    outcome = forms.ChoiceField(label=_("How"), choices=OUTCOMES)
    delivered_at = forms.DateTimeField(label=_("When"), widget=DateTimeInput())
    reference = forms.CharField(
        label=_("Number of the registered mail, or who signed"), max_length=100, required=False
    )
    place = forms.CharField(
        label=_("Place"), max_length=100, required=False, help_text=_("Where it was left, or handed over.")
    )
    photo = PhotoField(label=_("Photo"))
