"""Household evidence as the pages show it: masked, with what is about to end."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.masking import mask_id_number
from accounts.models import Account, HouseholdEvidence, Staff

# How far ahead the counter reminds of evidence that ends.
REMIND_DAYS = 30
REMIND = datetime.timedelta(days=REMIND_DAYS)
# How long an expired document is spoken of: one tier year.
REMEMBERED = datetime.timedelta(days=366)


def rows_of(
    evidence: Iterable[HouseholdEvidence], on: datetime.date, *, in_full: bool = False
) -> list[dict[str, Any]]:
    """`in_full` only after somebody gave a reason for seeing the numbers of the documents."""
    return [
        {
            "id": one.pk,
            "kind": one.get_kind_display(),
            "persons": one.persons,
            "document": one.get_document_display(),
            "number": one.document_number if in_full else mask_id_number(one.document_number),
            "holder": one.holder_name,
            "first": one.valid_from,
            "last": one.last_day,
            "is_withdrawn": one.withdrawn_from is not None,
            "withdrawn_reason": one.withdrawn_reason,
            "state_label": state_of(one, on)[0],
            "state_tone": state_of(one, on)[1],
            "recorded_by": one.recorded_by,
            "recorded_at": one.recorded_at,
        }
        for one in evidence
    ]


def state_of(evidence: HouseholdEvidence, on: datetime.date) -> tuple[str, str]:
    """In words, and the tone of its tag."""
    if evidence.last_day < evidence.valid_from:
        return _("never counted"), ""
    if evidence.last_day < on:
        return (_("withdrawn") if evidence.withdrawn_from else _("expired")), ""
    if evidence.valid_from > on:
        return _("counts later"), "wait"
    if evidence.last_day - on <= REMIND:
        return _("ends soon"), "wait"
    return _("counts"), "done"


def evidence_of(account: Account) -> QuerySet[HouseholdEvidence]:
    return account.evidence.select_related("recorded_by").order_by("-valid_from", "-pk")


def ending_evidence(staff: Staff, *, on: datetime.date, days: int) -> QuerySet[HouseholdEvidence]:
    """What the person can see that ends within so many days and is not renewed yet; the soonest first."""
    later = HouseholdEvidence.objects.filter(
        account=OuterRef("account"),
        kind=OuterRef("kind"),
        valid_from__gt=OuterRef("valid_until"),
        withdrawn_from=None,
    )
    return (
        HouseholdEvidence.objects.filter(
            ~Exists(later),
            account__in=Account.objects.visible_to(staff).exclude(state=Account.State.CLOSED),
            withdrawn_from=None,
            valid_until__gte=on,
            valid_until__lte=on + datetime.timedelta(days=days),
        )
        .select_related("account__customer", "account__premises", "recorded_by")
        .order_by("valid_until", "account__account_no")
    )


def evidence_notes(evidence: Iterable[HouseholdEvidence], on: datetime.date) -> list[str]:
    """What to tell the household at the window: evidence that ends soon or has ended, and is not renewed."""
    latest: dict[str, HouseholdEvidence] = {}
    for one in evidence:
        if one.last_day >= one.valid_from and (
            one.kind not in latest or one.last_day > latest[one.kind].last_day
        ):
            latest[one.kind] = one
    return [note for kind in sorted(latest) if (note := _note(latest[kind], on))]


def _note(evidence: HouseholdEvidence, on: datetime.date) -> str:
    facts = {
        "document": evidence.get_document_display(),
        "date": evidence.last_day.isoformat(),
        "days": (evidence.last_day - on).days,
    }
    if on <= evidence.last_day <= on + REMIND:
        return _("The %(document)s counts until %(date)s, %(days)s days more: ask for a renewed one.") % facts
    if on - REMEMBERED <= evidence.last_day < on:
        return _("The %(document)s ended on %(date)s: bills have the ordinary price again.") % facts
    return ""
