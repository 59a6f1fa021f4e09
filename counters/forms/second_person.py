from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Staff


class SecondPersonForm(forms.Form):
    """The second person signs at the counter with the own number and password.

    The clerk stays signed in; what the second person may approve is checked by the verb.
    """

    second_number = forms.CharField(
        label=gettext_lazy("Staff number of the second person"), max_length=20, required=False
    )
    second_password = forms.CharField(
        label=gettext_lazy("Password"), max_length=128, required=False, widget=forms.PasswordInput
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
                    _("The number or the password of the second person is wrong."),
                    code="second_person_unknown",
                )
            self.second_person = person
        return data
