"""The part of a form where a colleague signs for what one person may not do alone."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff


class SecondPersonForm(forms.Form):
    """The second person signs at the counter with the own number and password.

    The clerk stays signed in; what the second person may approve is checked by the verb.
    """

    second_number = forms.CharField(
        label=_("Staff number of the second person"), max_length=20, required=False
    )
    second_password = forms.CharField(
        label=_("Password"), max_length=128, required=False, widget=forms.PasswordInput
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.second_person: Staff | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        number, password = data.get("second_number"), data.get("second_password")
        if number or password:
            person = authenticate(self.request, username=number, password=password)
            if not isinstance(person, Staff):
                raise forms.ValidationError(
                    gettext("The number or the password of the second person is wrong."),
                    code="second_person_unknown",
                )
            self.second_person = person
        return data
