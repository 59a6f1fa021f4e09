from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from accounts.queries.scope import branches_seen_by
from billing.forms.dates import DateInput


class LeaveForm(forms.Form):
    """Who is away, from when to when, and why."""

    staff = forms.ModelChoiceField(Staff.objects.none(), label=_("Who"))
    first_day = forms.DateField(label=_("First day"), widget=DateInput())
    last_day = forms.DateField(label=_("Last day"), widget=DateInput())
    reason = forms.CharField(label=_("Why"), max_length=100)

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = self.fields["staff"]
        assert isinstance(who, forms.ModelChoiceField)
        who.queryset = Staff.objects.filter(branch__in=branches_seen_by(staff), is_active=True).order_by(
            "number"
        )
