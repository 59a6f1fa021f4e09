"""Price decisions from a file: all of it or nothing, every fault in one report."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.models import Tariff, TariffVersion
from billing.rating.definition import Definition
from billing.rating.refusal import RatingRefused
from billing.services.locks import lock_tariff_files
from billing.services.refusals import TariffRefused
from billing.services.tariff_checks import closed_period, closed_until
from billing.services.tariff_identity import (
    identity_problems,
    known_tariff,
    place_problems,
    wanted_tariff,
)
from billing.services.tariff_terms import TERMS, WORDS, change_tariff, create_tariff
from billing.services.tariffs import change_tariff_version, draft_tariff_version, submit_tariff_version
from billing.tariff_file.faults import faults_of
from billing.tariff_file.kinds import Json
from billing.tariff_file.problems import Problem
from billing.tariff_file.reading import TariffEntry


class TariffImportRefused(TariffRefused):
    """Nothing was imported; `problems` names every fault."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            _("Nothing was imported: %(count)s faults."), code="bad_file", params={"count": len(problems)}
        )
        self.problems = problems


class TariffOutcome(NamedTuple):
    """How many tariffs and versions the import wrote, or would write."""

    tariffs: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class _Planned:
    """What one entry comes to: the tariff to write, and its versions by the day they begin."""

    tariff: Tariff
    kept: Tariff | None
    versions: dict[datetime.date, Json]
    drafts: dict[datetime.date, TariffVersion]
    unchanged: int

    @property
    def writes_tariff(self) -> bool:
        return self.kept is None or any(
            getattr(self.kept, name) != getattr(self.tariff, name) for name in (*TERMS, *WORDS)
        )


def check_tariffs(entries: Sequence[TariffEntry]) -> TariffOutcome:
    """Say what the import would write, and write nothing. Raises TariffImportRefused with every fault."""
    return _outcome(_plans(entries))


@transaction.atomic
def import_tariffs(
    entries: Sequence[TariffEntry],
    *,
    made_by: Staff,
    source: str = "",
    submit: bool = False,
    at: datetime.datetime,
) -> TariffOutcome:
    """Write the tariffs of a file as drafts, or submit them as well; a second person approves them.

    What is in the books already stays as it is, so that a file can be imported again.
    Raises TariffImportRefused with every fault.
    """
    lock_tariff_files()
    plans = _plans(entries)
    outcome = _outcome(plans)
    if outcome.tariffs or outcome.added or outcome.changed:
        for plan in plans:
            _write(plan, made_by, submit, at)
        details = {"file": source, **outcome._asdict()}
        record_audit(actor=made_by, action="import_tariffs", on=Tariff, at=at, details=details)
    return outcome


def _plans(entries: Sequence[TariffEntry]) -> list[_Planned]:
    problems: list[Problem] = []
    plans = [_plan(entry, list(entries[:place]), problems) for place, entry in enumerate(entries)]
    if problems:
        raise TariffImportRefused(problems)
    return [plan for plan in plans if plan is not None]


def _outcome(plans: Sequence[_Planned]) -> TariffOutcome:
    return TariffOutcome(
        tariffs=sum(plan.writes_tariff for plan in plans),
        added=sum(len(plan.versions.keys() - plan.drafts.keys()) for plan in plans),
        changed=sum(len(plan.versions.keys() & plan.drafts.keys()) for plan in plans),
        unchanged=sum(plan.unchanged for plan in plans),
    )


def _plan(entry: TariffEntry, earlier: list[TariffEntry], problems: list[Problem]) -> _Planned | None:
    """What the entry comes to; None where it is too wrong to say."""
    found = identity_problems(entry)
    versions = _dated_versions(entry, found)
    if entry.kind:
        faults = faults_of(entry.kind, entry.rules, entry.versions)
        known = {problem.field for problem in found}
        found += [
            Problem(entry.code, fault.field, fault.code, fault.sentence)
            for fault in faults
            if fault.field not in known
        ]
    kept = known_tariff(entry)
    if not identity_problems(entry):
        found += place_problems(entry, kept, earlier)
    problems += found
    if found:
        problems += _date_problems(entry, kept, versions, {})
        return None
    return _plan_versions(entry, kept, versions, problems)


def _plan_versions(
    entry: TariffEntry, kept: Tariff | None, versions: dict[datetime.date, Json], problems: list[Problem]
) -> _Planned:
    rows = {row.effective_from: row for row in kept.versions.all()} if kept is not None else {}
    new = {day: prices for day, prices in versions.items() if day not in rows or rows[day].prices != prices}
    problems += _date_problems(entry, kept, new, rows)
    drafts = {day: row for day, row in rows.items() if row.is_draft}
    return _Planned(wanted_tariff(entry, kept), kept, new, drafts, len(versions) - len(new))


def _dated_versions(entry: TariffEntry, problems: list[Problem]) -> dict[datetime.date, Json]:
    """The versions by their day; a day that is missing, no day or there twice is a problem."""
    found: dict[datetime.date, Json] = {}
    for index, version in enumerate(entry.versions):
        field = f"versions[{index}]"
        if not isinstance(version, dict):
            continue
        try:
            day = Definition(version, field).day("effective_from")
        except RatingRefused as refusal:
            sentence = _(refusal.message) % refusal.params
            problems.append(Problem(entry.code, f"{field}.effective_from", refusal.code, sentence))
            continue
        if day in found:
            sentence = _("Two versions begin on %(date)s.") % {"date": day}
            problems.append(Problem(entry.code, f"{field}.effective_from", "duplicate", sentence))
        found[day] = {key: value for key, value in version.items() if key != "effective_from"}
    return found


def _date_problems(
    entry: TariffEntry,
    kept: Tariff | None,
    versions: dict[datetime.date, Json],
    rows: dict[datetime.date, TariffVersion],
) -> list[Problem]:
    """Days that are settled, and versions whose day is taken by other prices."""
    last = closed_until(kept)
    found = []
    for index, day in enumerate(versions):
        field = f"versions[{index}].effective_from" if len(versions) == len(entry.versions) else str(day)
        if last is not None and day <= last:
            found.append(Problem(entry.code, field, "closed_period", closed_period(day, last).messages[0]))
        row = rows.get(day)
        if row is not None and not row.is_draft:
            sentence = _("A version with other prices already begins on %(date)s.") % {"date": day}
            found.append(Problem(entry.code, field, "duplicate", sentence))
    return found


def _write(plan: _Planned, made_by: Staff, submit: bool, at: datetime.datetime) -> None:
    tariff = plan.tariff
    if plan.kept is None:
        create_tariff(tariff, made_by=made_by, at=at)
    elif plan.writes_tariff:
        change_tariff(tariff, changed_by=made_by, at=at)
    for day, prices in plan.versions.items():
        content: dict[str, Any] = {"effective_from": day, "prices": prices, "at": at}
        if day in plan.drafts:
            version = change_tariff_version(plan.drafts[day], changed_by=made_by, **content)
        else:
            version = draft_tariff_version(tariff, made_by=made_by, **content)
        if submit:
            submit_tariff_version(version, submitted_by=made_by, at=at)
