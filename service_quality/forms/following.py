"""What a customer enters on the public pages: shape only."""

import re
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Branch
from billing.services.photos import LARGEST_PHOTO
from service_quality.models import Matter
from service_quality.services.matters.attaching import File, check_file
from service_quality.services.matters.taking import CODE_LENGTH, PHONE, NewMatter

LONGEST = 1000
KINDS = (
    Matter.Kind.COMPLAINT,
    Matter.Kind.INQUIRY,
    Matter.Kind.SUGGESTION,
    Matter.Kind.PRAISE,
    Matter.Kind.REPAIR,
)


class FollowForm(forms.Form):
    """The telephone and the code that stand on the slip."""

    phone = forms.CharField(label=_("Telephone"), max_length=20, widget=forms.TextInput({"inputmode": "tel"}))
    code = forms.CharField(
        label=_("Code"),
        max_length=CODE_LENGTH + 4,
        widget=forms.TextInput(
            {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        ),
        help_text=_("Eight letters and figures, on the slip or in the answer that you were given."),
    )

    def clean_phone(self) -> str:
        return self.cleaned_data["phone"].strip().replace(" ", "")

    def clean_code(self) -> str:
        return re.sub(r"[\s-]", "", self.cleaned_data["code"]).upper()


class PublicMatterForm(forms.Form):
    """What a customer writes to us."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    kind = forms.ChoiceField(label=_("What it is"), choices=[(one.value, one.label) for one in KINDS])
    topic = forms.ChoiceField(label=_("About"), choices=Matter.Topic, initial=Matter.Topic.OTHER)
    branch = forms.ModelChoiceField(
        Branch.objects.all(),
        label=_("Which office"),
        required=False,
        empty_label=_("as the account number says"),
    )
    account_no = forms.CharField(
        label=_("Account number"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric"}),
        help_text=_("On every bill and receipt. Without it, choose the office."),
    )
    contact_name = forms.CharField(label=_("Your name"), max_length=60, required=False)
    phone = forms.CharField(
        label=_("Your telephone"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
    )
    text = forms.CharField(label=_("What happened"), max_length=LONGEST, widget=forms.Textarea({"rows": 5}))
    file = forms.FileField(
        label=_("A photo, if you have one"),
        required=False,
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
    )

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"]).strip().replace(" ", "")
        if not PHONE.fullmatch(phone):
            raise forms.ValidationError(_("A telephone number is written in digits."), code="not_a_phone")
        return phone

    def clean_file(self) -> File | None:
        upload = self.cleaned_data["file"]
        return check_file(upload.read(LARGEST_PHOTO + 1)) if upload else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number = data.pop("account_no", "").replace(" ", "").upper()
        # Whether a number exists is told to nobody: a wrong one counts as left out.
        account = (
            Account.objects.filter(account_no=number).select_related("branch").first() if number else None
        )
        data["account"] = account
        data["branch"] = account.branch if account else data.get("branch")
        if data["branch"] is None and "branch" not in self.errors:
            self.add_error("branch", forms.ValidationError(_("Choose the office."), code="branch_missing"))
        return data

    def new_matter(self) -> NewMatter:
        data = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        return NewMatter(source=Matter.Source.WEB, **data)
