"""The life of a tariff: written by one person, approved by another, in force from its date by the calendar."""

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.models import Tariff, TariffVersion
from billing.services.refusals import TariffRefused
from billing.services.tariff_checks import check_all_versions, check_version
from billing.tariff_file.kinds import Json

LONGEST_NOTE = 200
A_DAY = datetime.timedelta(days=1)


@transaction.atomic
def draft_tariff_version(
    tariff: Tariff, *, effective_from: datetime.date, prices: Json, made_by: Staff, at: datetime.datetime
) -> TariffVersion:
    """Write a new version that nobody has approved yet; it prices nothing.

    `prices` is a version in the form of docs/formats.md, without its date.

    Codes: overlaps, duplicate, closed_period, run_open, bad_tariff.
    """
    tariff = _lock_tariff(tariff.pk)
    version = TariffVersion(tariff=tariff, effective_from=effective_from, prices=prices, made_by=made_by)
    check_version(version)
    version.save(force_insert=True)
    _record("draft_tariff", version, made_by, at)
    return version


@transaction.atomic
def change_tariff_version(
    version: TariffVersion,
    *,
    effective_from: datetime.date,
    prices: Json,
    changed_by: Staff,
    at: datetime.datetime,
) -> TariffVersion:
    """Write a draft anew; whoever changed it last is its maker.

    Codes: not_draft, overlaps, duplicate, closed_period, run_open, bad_tariff.
    """
    version = _lock_version(version)
    _check_is_draft(version)
    version.effective_from, version.prices, version.made_by = effective_from, prices, changed_by
    check_version(version)
    version.save(update_fields=["effective_from", "prices", "made_by"])
    _record("change_tariff_draft", version, changed_by, at)
    return version


@transaction.atomic
def submit_tariff_version(
    version: TariffVersion, *, submitted_by: Staff, note: str = "", at: datetime.datetime
) -> TariffVersion:
    """Ask for approval of a draft; from now on it can only be withdrawn, approved or refused.

    Codes: not_draft, note_too_long, overlaps, closed_period, run_open, bad_tariff.
    """
    version = _lock_version(version)
    _check_note(note)
    _check_is_draft(version)
    check_version(version)
    version.submitted_by, version.submitted_at, version.sent_back = submitted_by, at, ""
    version.save(update_fields=["submitted_by", "submitted_at", "sent_back"])
    _record("submit_tariff", version, submitted_by, at, note)
    return version


@transaction.atomic
def withdraw_tariff_version(
    version: TariffVersion, *, withdrawn_by: Staff, note: str = "", at: datetime.datetime
) -> TariffVersion:
    """Take a submitted version back: it is a draft again. Codes: not_waiting, note_too_long."""
    version = _lock_version(version)
    _check_note(note)
    _check_is_waiting(version)
    _make_draft(version)
    _record("withdraw_tariff", version, withdrawn_by, at, note)
    return version


@transaction.atomic
def refuse_tariff_version(
    version: TariffVersion, *, refused_by: Staff, note: str, at: datetime.datetime
) -> TariffVersion:
    """Send a submitted version back to its maker, with the reason.

    Codes: not_waiting, not_allowed, note_missing, note_too_long.
    """
    version = _lock_version(version)
    _check_may_decide(refused_by)
    _check_note(note)
    _check_is_waiting(version)
    if not note.strip():
        raise TariffRefused(_("Say why, so that the maker knows what to change."), code="note_missing")
    _make_draft(version, sent_back=note.strip())
    _record("refuse_tariff", version, refused_by, at, note)
    return version


@transaction.atomic
def approve_tariff_version(
    version: TariffVersion, *, approved_by: Staff, note: str = "", at: datetime.datetime
) -> TariffVersion:
    """Publish a submitted version: it is in force from its date, and the one before ends the day before.

    Codes: not_waiting, not_allowed, self_approval, note_too_long, overlaps, closed_period, run_open, bad_tariff.
    """
    version = _lock_version(version)
    _check_may_decide(approved_by)
    _check_note(note)
    _check_is_waiting(version)
    if approved_by.pk in (version.made_by_id, version.submitted_by_id):
        raise TariffRefused(
            _("A second person has to approve this: you made or submitted it yourself."), code="self_approval"
        )
    check_version(version)
    approved = list(version.tariff.versions.approved())
    check_all_versions(version.tariff, [*approved, version])
    _make_room(version, approved)
    version.approved_by, version.approved_at = approved_by, at
    version.save(update_fields=["approved_by", "approved_at", "effective_until"])
    _record("approve_tariff", version, approved_by, at, note)
    return version


def _make_room(version: TariffVersion, approved: list[TariffVersion]) -> None:
    """End the version before the day this one begins, and this one before the next begins."""
    begins = version.effective_from
    for earlier in approved:
        if earlier.effective_from < begins and (
            earlier.effective_until is None or earlier.effective_until >= begins
        ):
            earlier.effective_until = begins - A_DAY
            earlier.save(update_fields=["effective_until"])
    following = [one.effective_from for one in approved if one.effective_from > begins]
    version.effective_until = min(following) - A_DAY if following else None


def _lock_tariff(pk: int) -> Tariff:
    return Tariff.objects.select_for_update().get(pk=pk)


def _lock_version(version: TariffVersion) -> TariffVersion:
    """Lock the tariff first: two versions of it are never decided at the same time."""
    tariff = _lock_tariff(version.tariff_id)
    version = TariffVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    version.tariff = tariff
    return version


def _check_is_draft(version: TariffVersion) -> None:
    if not version.is_draft:
        raise TariffRefused(
            _("Only a draft can be changed or submitted. Withdraw it first, or write a new version."),
            code="not_draft",
        )


def _check_is_waiting(version: TariffVersion) -> None:
    if not version.is_waiting:
        raise TariffRefused(_("This version is not waiting for approval."), code="not_waiting")


def _check_may_decide(staff: Staff) -> None:
    if not staff.has_perm("billing.approve_tariff"):
        raise TariffRefused(_("You may not decide about tariffs."), code="not_allowed")


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise TariffRefused(_("The note is too long."), code="note_too_long")


def _make_draft(version: TariffVersion, sent_back: str = "") -> None:
    version.submitted_by, version.submitted_at, version.sent_back = None, None, sent_back
    version.save(update_fields=["submitted_by", "submitted_at", "sent_back"])


def _record(action: str, version: TariffVersion, actor: Staff, at: datetime.datetime, note: str = "") -> None:
    details: dict[str, Any] = {
        "tariff": version.tariff.code,
        "effective_from": version.effective_from.isoformat(),
    }
    record_audit(actor=actor, action=action, on=version, at=at, reason=note.strip(), details=details)
