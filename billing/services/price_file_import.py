"""A file of prices: its tariffs and its late-charge rules, all of it or nothing."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Branch, Staff
from accounts.models.account import Service
from accounts.services.audit import record_audit
from billing.models import LateChargeRule
from billing.rating.definition import Definition
from billing.rating.refusal import RatingRefused
from billing.services.late_charge_checks import check_rule
from billing.services.late_charge_rules import (
    change_late_charge_rule,
    draft_late_charge_rule,
    submit_late_charge_rule,
)
from billing.services.locks import lock_tariff_files
from billing.services.tariff_import import (
    TariffImportRefused,
    TariffOutcome,
    check_tariffs,
    import_tariffs,
)
from billing.tariff_file.late_charges import LateChargeEntry, PriceFile
from billing.tariff_file.problems import Problem

_KEYS = {"service", "branch", "effective_from", "terms", "note"}


class LateChargeOutcome(NamedTuple):
    """How many late-charge rules the import wrote, or would write."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class PriceFileOutcome(NamedTuple):
    tariffs: TariffOutcome
    late_charges: LateChargeOutcome


@dataclass(frozen=True, slots=True)
class _Planned:
    """A rule of the file, and the row that begins on its day already."""

    rule: LateChargeRule
    kept: LateChargeRule | None

    @property
    def is_unchanged(self) -> bool:
        return self.kept is not None and self.kept.terms == self.rule.terms


def check_price_file(file: PriceFile, *, at: datetime.datetime) -> PriceFileOutcome:
    """Say what the import would write, and write nothing. Raises TariffImportRefused with every fault."""
    problems: list[Problem] = []
    tariffs = TariffOutcome()
    if file.tariffs:
        try:
            tariffs = check_tariffs(file.tariffs)
        except TariffImportRefused as refusal:
            problems += refusal.problems
    plans = _plans(file.late_charges, at, problems)
    if problems:
        raise TariffImportRefused(problems)
    return PriceFileOutcome(tariffs, _outcome(plans))


@transaction.atomic
def import_price_file(
    file: PriceFile, *, made_by: Staff, source: str = "", submit: bool = False, at: datetime.datetime
) -> PriceFileOutcome:
    """Write the tariffs and late-charge rules of a file as drafts, or submit them; a second person approves.

    What is in the books already stays as it is. Raises TariffImportRefused with every fault.
    """
    lock_tariff_files()
    checked = check_price_file(file, at=at)
    if file.tariffs:
        import_tariffs(file.tariffs, made_by=made_by, source=source, submit=submit, at=at)
    for plan in _plans(file.late_charges, at, []):
        if not plan.is_unchanged:
            _write(plan, made_by, submit, at)
    if checked.late_charges.added or checked.late_charges.changed:
        details = {"file": source, **checked.late_charges._asdict()}
        record_audit(actor=made_by, action="import_late_charges", on=LateChargeRule, at=at, details=details)
    return checked


def _outcome(plans: Sequence[_Planned]) -> LateChargeOutcome:
    return LateChargeOutcome(
        added=sum(plan.kept is None for plan in plans),
        changed=sum(plan.kept is not None and not plan.is_unchanged for plan in plans),
        unchanged=sum(plan.is_unchanged for plan in plans),
    )


def _write(plan: _Planned, made_by: Staff, submit: bool, at: datetime.datetime) -> None:
    rule = plan.rule
    content: dict[str, Any] = {"effective_from": rule.effective_from, "terms": rule.terms, "at": at}
    if plan.kept is None:
        written = draft_late_charge_rule(service=rule.service, branch=rule.branch, made_by=made_by, **content)
    else:
        written = change_late_charge_rule(plan.kept, changed_by=made_by, **content)
    if submit:
        submit_late_charge_rule(written, submitted_by=made_by, at=at)


def _plans(
    entries: Sequence[LateChargeEntry], at: datetime.datetime, problems: list[Problem]
) -> list[_Planned]:
    plans: list[_Planned] = []
    places: set[tuple[object, ...]] = set()
    for entry in entries:
        rule = _rule(entry, problems)
        if rule is None:
            continue
        place = (rule.service, rule.branch_id, rule.effective_from)
        if place in places:
            sentence = _("Two rules begin on %(date)s.") % {"date": rule.effective_from}
            problems.append(Problem(entry.place, "effective_from", "duplicate", sentence))
        places.add(place)
        plan = _Planned(rule, _kept(rule))
        if not plan.is_unchanged:
            problems += _row_problems(entry, plan, at)
        plans.append(plan)
    return plans


def _kept(rule: LateChargeRule) -> LateChargeRule | None:
    found: LateChargeRule | None = LateChargeRule.objects.filter(
        service=rule.service, branch=rule.branch, effective_from=rule.effective_from
    ).first()
    return found


def _row_problems(entry: LateChargeEntry, plan: _Planned, at: datetime.datetime) -> list[Problem]:
    """What the verb would refuse, said beside the place in the file."""
    if plan.kept is not None and not plan.kept.is_draft:
        sentence = _("A rule with other terms already begins on %(date)s.") % {
            "date": plan.rule.effective_from
        }
        return [Problem(entry.place, "effective_from", "duplicate", sentence)]
    plan.rule.pk = plan.kept.pk if plan.kept is not None else None
    try:
        check_rule(plan.rule, at)
    except ValidationError as refusal:
        code = str(refusal.error_list[0].code)
        field = "terms" if code == "bad_tariff" else "effective_from"
        return [Problem(entry.place, field, code, refusal.messages[0])]
    return []


def _rule(entry: LateChargeEntry, problems: list[Problem]) -> LateChargeRule | None:
    said, found = entry.said, []
    if said.get("service") not in Service.values:
        sentence = _("The service is “%(service)s”; known are %(known)s.") % {
            "service": said.get("service", ""), "known": ", ".join(Service.values),
        }  # fmt: skip
        found.append(Problem(entry.place, "service", "unknown_service", sentence))
    branch = Branch.objects.filter(code=str(said["branch"])).first() if said.get("branch") else None
    if said.get("branch") and branch is None:
        sentence = _("There is no branch %(branch)s.") % {"branch": said["branch"]}
        found.append(Problem(entry.place, "branch", "unknown_branch", sentence))
    for key in said.keys() - _KEYS:
        sentence = _("%(where)s is not a known rule.") % {"where": key}
        found.append(Problem(entry.place, key, "unknown_rule", sentence))
    if not isinstance(said.get("terms"), dict):
        found.append(
            Problem(entry.place, "terms", "missing", _("%(where)s is missing.") % {"where": "terms"})
        )
    try:
        day = Definition(said, entry.place).day("effective_from")
    except RatingRefused as refusal:
        sentence = _(refusal.message) % refusal.params
        found.append(Problem(entry.place, "effective_from", refusal.code, sentence))
    problems += found
    if found:
        return None
    return LateChargeRule(service=said["service"], branch=branch, effective_from=day, terms=said["terms"])
