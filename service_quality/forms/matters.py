"""What people enter about matters: shape only, the verbs check whether it is true."""

import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Branch, Staff
from accounts.queries.scope import branches_seen_by
from billing.services.photos import LARGEST_PHOTO
from counters.models import Hall
from service_quality.models import Matter
from service_quality.queries.matters.receivers import receivers_in, staff_of
from service_quality.services.matters.attaching import File, check_file
from service_quality.services.matters.taking import NewMatter

LONGEST = 2000


class NewMatterForm(forms.Form):
    """A matter as it comes: by telephone, at the window, from the hotline."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    kind = forms.ChoiceField(label=_("What it is"), choices=Matter.Kind)
    source = forms.ChoiceField(label=_("How it came"), choices=Matter.Source)
    external_number = forms.CharField(label=_("Number at the hotline"), max_length=40, required=False)
    topic = forms.ChoiceField(label=_("About"), choices=Matter.Topic)
    severity = forms.ChoiceField(label=_("Severity"), choices=Matter.Severity, initial=Matter.Severity.NORMAL)
    is_special = forms.BooleanField(label=_("Special case: needs longer"), required=False)
    account_no = forms.CharField(label=_("Account number"), max_length=20, required=False)
    branch = forms.ModelChoiceField(Branch.objects.none(), label=_("Branch"), required=False)
    contact_name = forms.CharField(label=_("Name of the customer"), max_length=60, required=False)
    phone = forms.CharField(
        label=_("Telephone"), max_length=20, required=False, widget=forms.TextInput({"inputmode": "tel"})
    )
    text = forms.CharField(
        label=_("What the customer said"), max_length=LONGEST, widget=forms.Textarea({"rows": 4})
    )
    answer = forms.CharField(
        label=_("Answered at once"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Leave it empty when the answer comes later."),
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff
        if staff.branch_id is not None:
            del self.fields["branch"]
        else:
            branch = self.fields["branch"]
            assert isinstance(branch, forms.ModelChoiceField)
            branch.queryset = branches_seen_by(staff)

    def clean_account_no(self) -> Account | None:
        number = self.cleaned_data["account_no"].replace(" ", "").upper()
        if not number:
            return None
        account = (
            Account.objects.visible_to(self.staff).filter(account_no=number).select_related("branch").first()
        )
        if account is None:
            raise forms.ValidationError(_("There is no such account here."), code="unknown_account")
        return account

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        account = data.get("account_no")
        branch = account.branch if account else data.get("branch") or self.staff.branch
        if branch is None and "branch" not in self.errors:
            self.add_error("branch", forms.ValidationError(_("Choose the branch."), code="branch_missing"))
        data["branch"] = branch
        return data

    def new_matter(self, hall: Hall | None) -> NewMatter:
        """What was written down; `hall` is where the clerk stands, if it belongs to the branch."""
        data = {**self.cleaned_data}
        fits = hall is not None and hall.branch_id == data["branch"].pk
        return NewMatter(account=data.pop("account_no"), hall=hall if fits else None, **data)


class TextForm(forms.Form):
    """One text, under a label of its own."""

    text = forms.CharField(max_length=LONGEST, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label


class BareForm(forms.Form):
    """Nothing is asked; the button is the answer."""


class OfferForm(forms.Form):
    """Whom the matter is offered to, and why."""

    to = forms.ModelChoiceField(Staff.objects.none(), label=_("To whom"))
    reason = forms.CharField(label=_("Why"), max_length=200)

    def __init__(self, *args: Any, matter: Matter, on: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        # All who belong to the branch are known, so that the refusal can say why somebody is not fit.
        to.queryset = staff_of(matter.branch)
        to.choices = [
            ("", "—"),
            *((one.pk, str(one)) for one in receivers_in(matter.branch, on) if one.pk != matter.handler_id),
        ]


class ReasonForm(forms.Form):
    """Why the offer is given back."""

    reason = forms.CharField(label=_("Why"), max_length=200)


class ExtendForm(forms.Form):
    """How much more time, and why."""

    days = forms.IntegerField(label=_("Working days more"), min_value=1, max_value=90)
    reason = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea({"rows": 2}))


class DecideForm(forms.Form):
    """Yes or no to more time."""

    approve = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("approve")), ("no", _("refuse"))],
        coerce=lambda word: word == "yes",
    )
    decision = forms.CharField(label=_("Reason"), max_length=200, required=False)


class ClassifyForm(forms.Form):
    """How hard it is, said anew."""

    severity = forms.ChoiceField(label=_("Severity"), choices=Matter.Severity)
    topic = forms.ChoiceField(label=_("About"), choices=Matter.Topic)
    is_special = forms.BooleanField(label=_("Special case: needs longer"), required=False)
    reason = forms.CharField(label=_("Why"), max_length=200)


class CloseForm(forms.Form):
    """A closing remark; of a complaint the verdict too."""

    upheld = forms.TypedChoiceField(
        label=_("Verdict"),
        choices=[("", "—"), ("yes", _("upheld")), ("no", _("not upheld"))],
        coerce=lambda word: word == "yes",
        empty_value=None,
        required=False,
    )
    responsible = forms.ModelChoiceField(Staff.objects.none(), label=_("Person responsible"), required=False)
    text = forms.CharField(label=_("Remark"), max_length=500, required=False)

    def __init__(self, *args: Any, matter: Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if matter.kind != Matter.Kind.COMPLAINT:
            del self.fields["upheld"], self.fields["responsible"]
            return
        responsible = self.fields["responsible"]
        assert isinstance(responsible, forms.ModelChoiceField)
        responsible.queryset = staff_of(matter.branch)


class JoinForm(forms.Form):
    """The number of the matter that this one is the same as."""

    number = forms.CharField(label=_("Same as matter"), max_length=20)

    def __init__(self, *args: Any, staff: Staff, at: datetime.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff, self.at = staff, at

    def clean_number(self) -> Matter:
        number = self.cleaned_data["number"].strip()
        original = Matter.objects.visible_to(self.staff, self.at).filter(number=number).first()
        if original is None:
            raise forms.ValidationError(_("There is no such matter here."), code="unknown_matter")
        return original


class RateForm(forms.Form):
    """How satisfied the customer is, and what they said."""

    satisfaction = forms.TypedChoiceField(
        label=_("Satisfaction"), choices=Matter.Satisfaction, coerce=int, widget=forms.RadioSelect
    )
    text = forms.CharField(label=_("In the customer's words"), max_length=500, required=False)


class AttachForm(forms.Form):
    """A picture or paper."""

    caption = forms.CharField(label=_("What it shows"), max_length=100)
    file = forms.FileField(
        label=_("File"), widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,application/pdf"})
    )

    def clean_file(self) -> File:
        # One byte more than is allowed tells that it is too large.
        upload = self.cleaned_data["file"]
        return check_file(upload.read(LARGEST_PHOTO + 1))
