from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, District
from billing.models import Route

MOST_STOPS = 5000
NUMBER = 20


class RouteWayForm(forms.Form):
    """The accounts of a route in the order of the way, one number a line."""

    account_nos = forms.CharField(
        label=_("Account numbers in the order of the way"),
        help_text=_("One number a line. The order of the lines is the order of the doors."),
        max_length=MOST_STOPS * (NUMBER + 2),
        widget=forms.Textarea({"rows": 20, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, route: Route, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.route = route

    def clean_account_nos(self) -> list[Account]:
        """The accounts, in order. Code: unknown_account."""
        numbers = self.cleaned_data["account_nos"].split()
        found = {
            account.account_no: account
            for account in Account.objects.filter(account_no__in=numbers, branch_id=self.route.branch_id)
        }
        unknown = [number for number in numbers if number not in found]
        if unknown:
            raise forms.ValidationError(
                _("This branch has no account %(numbers)s."),
                code="unknown_account",
                params={"numbers": ", ".join(unknown[:5])},
            )
        return [found[number] for number in numbers]


class DistrictForm(forms.Form):
    """Which district's accounts stand in the field before the first stroke."""

    district = forms.ModelChoiceField(District.objects.none(), label=_("Collection district"))

    def __init__(self, data: Any, *, route: Route) -> None:
        super().__init__(data)
        self.fields["district"].queryset = District.objects.filter(branch_id=route.branch_id)  # type: ignore[attr-defined]
