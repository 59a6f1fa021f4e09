"""The form of every act on a matter: shape only."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from billing.business_date import business_date_of
from service_quality.forms.matters import (
    AttachForm,
    BareForm,
    ClassifyForm,
    CloseForm,
    DecideForm,
    ExtendForm,
    JoinForm,
    OfferForm,
    RateForm,
    ReasonForm,
    TextForm,
)
from service_quality.models import Matter

LABELS = {
    "note": _("What was found or done"),
    "tell": _("What the customer was told"),
    "answer": _("What the customer was answered"),
    "remind": _("What the handler should do"),
    "reopen": _("What is still not settled"),
}
PLAIN: dict[str, type[forms.Form]] = {
    "claim": BareForm,
    "accept": BareForm,
    "return": ReasonForm,
    "extend": ExtendForm,
    "decide": DecideForm,
    "rate": RateForm,
    "attach": AttachForm,
}


def form_of(act: str, matter: Matter, staff: Staff, at: datetime.datetime, **sent: Any) -> forms.Form:
    """The form of an act, bound when `sent` has data and files. Its fields bear the act's name before their own."""
    sent = {"prefix": act, **sent}
    if act in LABELS:
        return TextForm(label=LABELS[act], **sent)
    if act == "offer":
        return OfferForm(matter=matter, on=business_date_of(at), **sent)
    if act == "close":
        return CloseForm(matter=matter, **sent)
    if act == "join":
        return JoinForm(staff=staff, at=at, **sent)
    if act == "classify":
        now = {"severity": matter.severity, "topic": matter.topic, "is_special": matter.is_special}
        return ClassifyForm(initial=now, **sent)
    return PLAIN[act](**sent)
