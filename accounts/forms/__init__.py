from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from accounts.masking import PersonalField
from accounts.models import Account, District, Staff
from accounts.models.account import Service
from accounts.queries.scope import districts_seen_by
from accounts.services.personal_data import LONGEST_REASON

ANY = [("", _("any"))]


class SignInForm(AuthenticationForm):
    """The number and the password of a member of staff."""

    def clean(self) -> dict[str, Any]:
        # Longer than any number there is: the record of failed attempts could not even hold it.
        if len(self.cleaned_data.get("username", "")) > (self.username_field.max_length or 0):
            raise self.get_invalid_login_error()
        return super().clean()


class AccountFilterForm(forms.Form):
    """What the list of accounts is asked for. Every field may be left empty."""

    # Not a CharField, which refuses a NUL: the search takes what comes and overlooks what means nothing.
    q = forms.Field(
        label=_("Search"),
        required=False,
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "autofocus": True}),
    )
    service = forms.ChoiceField(label=_("Service"), required=False, choices=[*ANY, *Service.choices])
    district = forms.ModelChoiceField(
        District.objects.none(), label=_("Collection district"), required=False, empty_label=_("any")
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=[*ANY, *Account.State.choices])

    def __init__(self, data: Any, *, staff: Staff) -> None:
        super().__init__(data)
        district = self.fields["district"]
        assert isinstance(district, forms.ModelChoiceField)
        district.queryset = districts_seen_by(staff)


class RevealForm(forms.Form):
    """Which personal data somebody needs in full, and why."""

    field = forms.ChoiceField(
        label=_("What"),
        choices=[
            (PersonalField.PHONE, _("Phone")),
            (PersonalField.ID_NUMBER, _("ID number")),
            (PersonalField.DOCUMENT, _("Numbers of the documents")),
        ],
    )
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON)
