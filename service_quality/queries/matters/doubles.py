"""Matters that may be the same: one telephone, one account, or nearly the same words within a month."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from service_quality.models import Matter

RECENT = datetime.timedelta(days=30)
LOOKED_AT = 300
SHOWN = 5
ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Double:
    """An earlier matter, and why it may be the same."""

    matter: Matter
    reason: str


def likely_doubles(
    *, staff: Staff, at: datetime.datetime, text: str = "", phone: str = "", account: Account | None = None,
    without: Matter | None = None,
) -> list[Double]:  # fmt: skip
    """The likeliest of what the person can see, with the reason. One query."""
    recent = Matter.objects.visible_to(staff, at).filter(
        opened_at__gte=at - RECENT, opened_at__lte=at, duplicate_of__isnull=True
    )
    if without is not None:
        recent = recent.filter(branch=without.branch_id, opened_at__lte=without.opened_at).exclude(
            pk=without.pk
        )
    doubles = []
    for one in recent.select_related("handler").order_by("-opened_at")[:LOOKED_AT]:
        if reason := _reason(one, text, phone, account):
            doubles.append(Double(one, reason))
    return doubles[:SHOWN]


def likeness(one: str, other: str) -> float:
    """How many pairs of neighbouring characters two texts share, from 0 to 1."""
    first, second = _pairs(one), _pairs(other)
    return len(first & second) / len(first | second) if first and second else 0.0


def _pairs(text: str) -> set[str]:
    letters = "".join(letter for letter in text.lower() if letter.isalnum())
    return {letters[index : index + 2] for index in range(len(letters) - 1)}


def _reason(one: Matter, text: str, phone: str, account: Account | None) -> str:
    if phone and one.phone == phone:
        return _("same telephone")
    if account is not None and one.account_id == account.pk:
        return _("same account")
    return _("nearly the same words") if likeness(one.text, text) >= ALIKE else ""
