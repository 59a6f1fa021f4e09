from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from billing.models import Payment
from counters.models import Hall
from service_quality.forms.ratings import DayInput
from service_quality.models import PraiseCard
from service_quality.queries.receipts import payment_of_receipt, staff_of_number
from service_quality.services.card_books import MOST_SHEETS


def _kind() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("For what?"), choices=PraiseCard.Kind.choices, widget=forms.RadioSelect)


def _text() -> forms.CharField:
    return forms.CharField(
        label=_("What was good? (may stay empty)"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ThanksForm(forms.Form):
    """A card for the receipt whose code was scanned."""

    kind = _kind()
    text = _text()


class ReceiptThanksForm(ThanksForm):
    """The same for a receipt whose number is typed; the end of the account number shows that one holds it."""

    receipt = forms.CharField(label=_("Receipt number"), max_length=40)
    account_end = forms.CharField(
        label=_("Last four digits of the account number"), max_length=4, min_length=4
    )
    field_order = ("receipt", "account_end", "kind", "text")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "receipt" in data and "account_end" in data:
            data["payment"] = payment = payment_of_receipt(data["receipt"])
            if payment is None or not payment.account.account_no.endswith(data["account_end"]):
                raise forms.ValidationError(
                    _("There is no such receipt. Its number stands at the top, the account number below it."),
                    code="unknown_receipt",
                )
        return data

    def payment(self) -> Payment:
        payment: Payment = self.cleaned_data["payment"]
        return payment


class ColleagueForm(forms.Form):
    """A card of one of us, for one of us: the staff number is enough."""

    receiver = forms.CharField(
        label=_("Staff number"),
        max_length=80,
        widget=forms.TextInput(attrs={"list": "people", "autofocus": True}),
    )
    kind = _kind()
    text = _text()

    def clean_receiver(self) -> Staff:
        return _staff(self.cleaned_data["receiver"])


class PaperForm(forms.Form):
    """A card that was handed in on paper."""

    serial = forms.CharField(
        label=_("Serial number"), max_length=20, widget=forms.TextInput(attrs={"autofocus": True})
    )
    source = forms.ChoiceField(
        label=pgettext_lazy("card", "From"),
        choices=[("CUSTOMER", _("a customer")), ("STAFF", _("one of us"))],
    )
    receipt = forms.CharField(label=_("Receipt number, from a customer"), max_length=40, required=False)
    giver = forms.CharField(label=_("Staff number of the giver"), max_length=80, required=False)
    receiver = forms.CharField(label=_("Staff number of the receiver"), max_length=80, required=False)
    given_on = forms.DateField(label=_("Given on"), widget=DayInput())
    kind = _kind()
    text = _text()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("source") == "CUSTOMER":
            data["payment"] = payment_of_receipt(data.get("receipt", ""))
            if data["payment"] is None:
                self.add_error(
                    "receipt",
                    forms.ValidationError(_("There is no receipt with this number."), code="unknown_receipt"),
                )
        elif data.get("source") == "STAFF":
            for name in ("giver", "receiver"):
                try:
                    data[name] = _staff(data.get(name, ""))
                except forms.ValidationError as refusal:
                    self.add_error(name, refusal)
        return data


class BookForm(forms.Form):
    hall = forms.ModelChoiceField(Hall.objects.all(), label=_("Hall"), empty_label=None)
    sheets = forms.IntegerField(
        label=_("Sheets of eight cards"), min_value=1, max_value=MOST_SHEETS, initial=5
    )


class VoidForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


def _staff(typed: str) -> Staff:
    """1003 or, as the list offers it, 1003 张丽华."""
    found = staff_of_number(typed.strip().partition(" ")[0])
    if found is None:
        raise forms.ValidationError(_("Nobody here has this staff number."), code="unknown_staff")
    return found
