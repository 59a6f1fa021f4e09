import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from counters.forms.payment import AmountField
from counters.forms.second_person import SecondPersonForm
from counters.models import Shift, Window
from counters.models.shift import DENOMINATIONS
from counters.queries.shifts import handles_cash


class ShiftOpenForm(forms.Form):
    """Which window, and how much float is in the drawer, if the person has one."""

    window = forms.ModelChoiceField(queryset=Window.objects.none(), label=_("Window"), empty_label=None)
    opening_float = AmountField(
        label=_("Float in the drawer"),
        max_length=20,
        initial="200.00",
        widget=forms.TextInput({"autofocus": True, "inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = Shift.objects.open().filter(window=OuterRef("pk"))
        takes_money = handles_cash(staff)
        if not takes_money:
            del self.fields["opening_float"]
        windows = Window.objects.filter(~Exists(taken), takes_money=takes_money).select_related("hall")
        if not staff.has_perm("accounts.see_every_branch"):
            windows = windows.filter(hall__branch_id=staff.branch_id or 0)
        self.fields["window"].queryset = windows  # type: ignore[attr-defined]


def pieces_field(denomination: Decimal) -> str:
    """100 → pieces_10000: the form field of a denomination, named by its fen."""
    return f"pieces_{int(denomination * 100)}"


class CashCountForm(forms.Form):
    """How many of each note and coin; empty means none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for denomination in DENOMINATIONS:
            self.fields[pieces_field(denomination)] = forms.RegexField(
                r"^[0-9]{1,6}$",
                required=False,
                strip=True,
                error_messages={"invalid": _("A whole number of pieces.")},
            )

    def pieces(self) -> dict[Decimal, int]:
        return {one: int(self.cleaned_data[pieces_field(one)] or 0) for one in DENOMINATIONS}

    def rows(self) -> list[dict[str, Any]]:
        """The count sheet from the largest note to the smallest coin, as the page shows it."""
        return [
            {
                "label": f"{denomination.normalize():f}",
                "value": f"{denomination:.2f}",
                "field_name": pieces_field(denomination),
                "pieces": self[pieces_field(denomination)].value() or "",
                "errors": self[pieces_field(denomination)].errors,
            }
            for denomination in DENOMINATIONS
        ]


class DifferenceForm(SecondPersonForm):
    """Why the drawer is over or short, and who else has looked at it."""

    reason = forms.CharField(
        label=_("How did the difference come about?"),
        max_length=200,
        widget=forms.TextInput({"autofocus": True}),
    )


def window_of_yesterday(staff: Staff, today: datetime.date) -> int | None:
    """The window the person worked last: most days it is the same one."""
    last = Shift.objects.filter(cashier=staff, business_date__lt=today).order_by("-opened_at").first()
    return last.window_id if last else None
