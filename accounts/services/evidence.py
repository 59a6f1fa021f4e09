"""What a household has proved: recorded, extended, withdrawn. A bill run reads it on the day of the reading."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, HouseholdEvidence, Staff
from accounts.models.account import Category
from accounts.models.evidence import MOST_PERSONS
from accounts.services.audit import record_audit

# A paper is looked at again every year, or every two or three (domain.md 1.1.8).
LONGEST_YEARS = 3
LONGEST_REASON = 200
ONE_DAY = datetime.timedelta(days=1)


class EvidenceRefused(ValidationError):
    """The evidence was not recorded or changed. The message is for the person at the counter."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the document that the customer shows; `persons` only for a household size."""

    kind: str
    document: str
    document_number: str
    holder_name: str
    valid_from: datetime.date
    valid_until: datetime.date
    persons: int | None = None


@transaction.atomic
def record_evidence(
    account: Account, paper: Paper, *, recorded_by: Staff, at: datetime.datetime
) -> HouseholdEvidence:
    """Let a document count for an account from a day to a day, both included.

    It prices the readings taken on those days. Bills that were issued stay as they are.
    Codes: closed, not_resident, wrong_document, persons, number_missing, holder_missing,
    ends_before_it_begins, too_long, expired, overlap.
    """
    account = _lock(account)
    _check_account(account)
    _check_paper(paper)
    _check_dates(account, paper.kind, paper.valid_from, paper.valid_until, timezone.localdate(at))
    evidence = _write(account, paper, recorded_by, at)
    _audit("record_evidence", evidence, recorded_by, at)
    return evidence


@transaction.atomic
def extend_evidence(
    evidence: HouseholdEvidence,
    *,
    valid_until: datetime.date,
    document_number: str,
    extended_by: Staff,
    at: datetime.datetime,
) -> HouseholdEvidence:
    """Let the renewed document count from the day after the old one ends. The old row stays as it is.

    Codes: closed, not_resident, withdrawn, number_missing, ends_before_it_begins, too_long, expired, overlap.
    """
    account = _lock(evidence.account)
    evidence = HouseholdEvidence.objects.get(pk=evidence.pk)
    _check_account(account)
    if evidence.withdrawn_from is not None:
        raise EvidenceRefused(
            _("This evidence was withdrawn: record the new document instead."), code="withdrawn"
        )
    paper = Paper(
        evidence.kind, evidence.document, document_number.strip(), evidence.holder_name,
        evidence.valid_until + ONE_DAY, valid_until, evidence.persons,
    )  # fmt: skip
    _check_paper(paper)
    _check_dates(account, paper.kind, paper.valid_from, paper.valid_until, timezone.localdate(at))
    renewed = _write(account, paper, extended_by, at, extends=evidence)
    _audit("extend_evidence", renewed, extended_by, at)
    return renewed


@transaction.atomic
def withdraw_evidence(
    evidence: HouseholdEvidence,
    *,
    counts_no_longer_from: datetime.date,
    reason: str,
    withdrawn_by: Staff,
    at: datetime.datetime,
) -> HouseholdEvidence:
    """End the evidence before its last day; from its first day on, it never counted.

    Bills that were issued with it stay as they are. Codes: already_withdrawn, outside, no_reason, reason_too_long.
    """
    _lock(evidence.account)
    evidence = HouseholdEvidence.objects.get(pk=evidence.pk)
    reason = reason.strip()
    if evidence.withdrawn_from is not None:
        raise EvidenceRefused(
            _("This evidence was withdrawn already: it does not count from %(date)s."),
            code="already_withdrawn", params={"date": evidence.withdrawn_from},
        )  # fmt: skip
    if not evidence.valid_from <= counts_no_longer_from <= evidence.valid_until:
        raise EvidenceRefused(
            _("Choose a day between %(first)s and %(last)s."),
            code="outside", params={"first": evidence.valid_from, "last": evidence.valid_until},
        )  # fmt: skip
    if not reason:
        raise EvidenceRefused(_("Say why the evidence counts no longer."), code="no_reason")
    if len(reason) > LONGEST_REASON:
        raise EvidenceRefused(_("The reason is too long."), code="reason_too_long")
    evidence.withdrawn_from, evidence.withdrawn_reason = counts_no_longer_from, reason
    evidence.withdrawn_at, evidence.withdrawn_by = at, withdrawn_by
    evidence.save(update_fields=["withdrawn_from", "withdrawn_reason", "withdrawn_at", "withdrawn_by"])
    _audit("withdraw_evidence", evidence, withdrawn_by, at, reason=reason)
    return evidence


def _lock(account: Account) -> Account:
    """A bill run locks the accounts it prices: evidence changes before it or after it, never between."""
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def _check_account(account: Account) -> None:
    if account.state == Account.State.CLOSED:
        raise EvidenceRefused(_("This account is closed."), code="closed")
    if account.category != Category.RESIDENT:
        raise EvidenceRefused(
            _("Household size and low income count for residents only; this account is “%(category)s”."),
            code="not_resident", params={"category": account.get_category_display()},
        )  # fmt: skip


def _check_paper(paper: Paper) -> None:
    if paper.document not in HouseholdEvidence.PROVES.get(paper.kind, frozenset()):
        raise EvidenceRefused(_("This document does not prove that."), code="wrong_document")
    is_size = paper.kind == HouseholdEvidence.Kind.HOUSEHOLD_SIZE
    persons_fit = paper.persons is not None and 1 <= paper.persons <= MOST_PERSONS
    if not (persons_fit if is_size else paper.persons is None):
        raise EvidenceRefused(
            _("A household size needs the number of persons, from 1 to %(most)s; a low income none."),
            code="persons", params={"most": MOST_PERSONS},
        )  # fmt: skip
    if not paper.document_number.strip():
        raise EvidenceRefused(_("Type the number of the document."), code="number_missing")
    if not paper.holder_name.strip():
        raise EvidenceRefused(_("Type the name of the holder."), code="holder_missing")


def _check_dates(
    account: Account, kind: str, first: datetime.date, last: datetime.date, today: datetime.date
) -> None:
    if last < first:
        raise EvidenceRefused(
            _("The last day lies before the first, %(first)s."),
            code="ends_before_it_begins", params={"first": first},
        )  # fmt: skip
    if last >= _years_after(first, LONGEST_YEARS):
        raise EvidenceRefused(
            _("Evidence counts for %(years)s years at most; then the document is looked at again."),
            code="too_long", params={"years": LONGEST_YEARS},
        )  # fmt: skip
    if last < today:
        raise EvidenceRefused(_("This document has expired: ask for a renewed one."), code="expired")
    for other in account.evidence.filter(kind=kind, valid_from__lte=last, valid_until__gte=first):
        if other.last_day >= max(first, other.valid_from):
            raise EvidenceRefused(
                _("Other evidence counts from %(first)s to %(last)s: extend or withdraw that one."),
                code="overlap", params={"first": other.valid_from, "last": other.last_day},
            )  # fmt: skip


def _years_after(day: datetime.date, years: int) -> datetime.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February, or the end of the calendar
        return datetime.date(min(day.year + years, datetime.MAXYEAR), 3, 1)


def _write(
    account: Account,
    paper: Paper,
    recorded_by: Staff,
    at: datetime.datetime,
    extends: HouseholdEvidence | None = None,
) -> HouseholdEvidence:
    return HouseholdEvidence.objects.create(
        account=account, kind=paper.kind, persons=paper.persons, document=paper.document,
        document_number=paper.document_number.strip(), holder_name=paper.holder_name.strip(),
        valid_from=paper.valid_from, valid_until=paper.valid_until, extends=extends,
        recorded_by=recorded_by, recorded_at=at,
    )  # fmt: skip


def _audit(
    action: str, evidence: HouseholdEvidence, actor: Staff, at: datetime.datetime, reason: str = ""
) -> None:
    record_audit(
        actor=actor,
        action=action,
        on=evidence,
        at=at,
        reason=reason,
        details={
            "account_no": evidence.account.account_no,
            "kind": evidence.kind,
            "persons": evidence.persons,
            "from": evidence.valid_from.isoformat(),
            "until": evidence.last_day.isoformat(),
        },
    )
