"""What the pages of tariffs show: every version with its state, and the story of one."""

import datetime
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.action_words import action_in_words
from accounts.models import AuditEntry
from billing.models import LateChargeRule, Tariff, TariffVersion
from billing.models.decision_life import DecisionLife, VersionState

State = VersionState
_TONES = {State.WAITING: "wait", State.APPROVED: "done", State.IN_FORCE: "done"}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as a line of a list."""

    version: TariffVersion
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody did something with a version."""

    at: datetime.datetime
    who: str
    what: str
    note: str


def state_words(version: DecisionLife, on: datetime.date) -> str:
    """The state of a version; an approved one says from when it counts."""
    state = version.state_on(on)
    if state == State.APPROVED:
        return _("approved, from %(date)s") % {"date": version.effective_from}
    if state == State.DRAFT and version.sent_back:
        return _("draft, sent back")
    return str(state.label)


def state_tone(version: DecisionLife, on: datetime.date) -> str:
    return _TONES.get(version.state_on(on), "")


def tariffs_with_versions() -> QuerySet[Tariff]:
    return (
        Tariff.objects.select_related("branch")
        .prefetch_related("versions__made_by", "versions__approved_by")
        .order_by("service", "kind", "code")
    )


def version_rows(tariff: Tariff, on: datetime.date) -> list[VersionRow]:
    """The newest first."""
    versions = sorted(tariff.versions.all(), key=lambda one: one.effective_from, reverse=True)
    return [VersionRow(one, state_words(one, on), state_tone(one, on)) for one in versions]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A late-charge rule as a line of a list."""

    rule: LateChargeRule
    state: str
    tone: str


def late_charge_rows(on: datetime.date) -> list[RuleRow]:
    """Every late-charge rule: by service, the newest first."""
    rules = LateChargeRule.objects.select_related("branch", "made_by", "approved_by").order_by(
        "service", F("branch").asc(nulls_first=True), "-effective_from"
    )
    return [RuleRow(one, state_words(one, on), state_tone(one, on)) for one in rules]


def steps_of(version: TariffVersion | LateChargeRule) -> list[Step]:
    """The trail of a version, from the first draft on."""
    entries = AuditEntry.objects.filter(object_type=version._meta.label_lower, object_id=str(version.pk))
    return [
        Step(entry.at, str(entry.actor or ""), action_in_words(entry.action), entry.reason)
        for entry in entries.select_related("actor").order_by("id")
    ]
