"""A file of arrears policies: JSON into entries. What they say is checked when they are imported."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from accounts.json_file import read_json_file
from accounts.models.account import Service
from billing.models import ArrearsPolicy, PolicyStep
from billing.services.arrears.policy_terms import PolicyTerms, StepTerms
from billing.services.refusals import ArrearsRefused

SHIPPED = Path(__file__).parent / "arrears_policies.json"
_IDENTITY = ("code", "name", "name_en", "service", "branch", "customer_class")
_LIMITS = {"code": 40, "name": 80, "name_en": 80}
_NUMBERS = ("min_days", "notice_days", "notice_valid_days", "last_word_minutes", "latest_hour")
_FLAGS = ("limits_supply", "stops_supply", "suspends_business", "refuses_next_season")


class PolicyEntry(NamedTuple):
    """One policy of a file, with its versions; the branch by its code."""

    code: str
    name: str
    name_en: str
    service: str
    branch: str | None
    customer_class: str
    versions: Sequence[PolicyTerms]


def read_policy_file(path: Path) -> list[PolicyEntry]:
    """Read every policy of a file. Codes: unreadable, bad_form, no_policies."""
    entries = read_json_file(
        path, lambda content: [_entry(one) for one in content["policies"]], ArrearsRefused
    )
    if not entries:
        raise ArrearsRefused(_("The file holds no arrears policy."), code="no_policies")
    return entries


def _entry(row: Any) -> PolicyEntry:
    identity = {name: row[name] for name in _IDENTITY}
    for name, longest in _LIMITS.items():
        if not 0 < len(identity[name].strip()) <= longest:
            raise ValueError(f"{name} has 1 to {longest} characters")
    Service(identity["service"])
    ArrearsPolicy.CustomerClass(identity["customer_class"])
    return PolicyEntry(**identity, versions=[_terms(one) for one in row["versions"]])


def _terms(row: Any) -> PolicyTerms:
    return PolicyTerms(
        effective_from=datetime.date.fromisoformat(row["effective_from"]),
        min_overdue_days=_number("min_overdue_days", row["min_overdue_days"]),
        threshold=Decimal(str(row["threshold"])),
        source=str(row["source"]),
        steps=[_step(one) for one in row["steps"]],
    )


def _step(row: Any) -> StepTerms:
    terms = StepTerms(**row)
    PolicyStep.Stage(terms.stage)
    PolicyStep.Channel(terms.channel)
    for one in terms.forbidden:
        PolicyStep.Forbidden(one)
    for name in _NUMBERS:
        _number(name, getattr(terms, name))
    if not all(type(getattr(terms, name)) is bool for name in _FLAGS):
        raise TypeError(f"{', '.join(_FLAGS)} are true or false")
    return terms


def _number(name: str, value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{name} is a whole number")
    return value
