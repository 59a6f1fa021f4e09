"""Policies as pages show them: with every version, where it stands, and how fast its ladder climbs."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.action_words import action_in_words
from accounts.models import AuditEntry, Staff
from accounts.models.organisation import in_current_language
from billing.models import ArrearsPolicy, ArrearsPolicyVersion, PolicyStep
from billing.queries.arrears.pace import Rung, days_until
from billing.queries.arrears.policy_simulation import Crowd, PolicySimulation

State = ArrearsPolicyVersion.State
WIDEST_BAR = Decimal(100)


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: ArrearsPolicyVersion
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A rung, the day overdue on which it is done at the earliest, and what it brings about."""

    step: PolicyStep
    earliest: int
    effects: Sequence[str]
    forbidden: Sequence[str]


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime.datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class PolicyRow:
    policy: ArrearsPolicy
    name: str
    rows: Sequence[VersionRow]


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place on the ladder, before and after; bars from 0 to 100."""

    name_before: str
    name_after: str
    before: Crowd
    after: Crowd
    bar_before: str
    bar_after: str

    @property
    def difference(self) -> int:
        return self.after.accounts - self.before.accounts

    @property
    def is_more(self) -> bool:
        return self.difference > 0


def policies_seen_by(staff: Staff) -> QuerySet[ArrearsPolicy]:
    """The ladders for every branch, and those of the branches that exist for this person."""
    if staff.has_perm("accounts.see_every_branch"):
        return ArrearsPolicy.objects.all()
    return ArrearsPolicy.objects.filter(Q(branch__isnull=True) | Q(branch_id=staff.branch_id or 0))


def policy_rows(staff: Staff, today: datetime.date) -> list[PolicyRow]:
    """Every ladder that the person sees, with its versions. Two queries."""
    versions = ArrearsPolicyVersion.objects.select_related("made_by", "approved_by")
    policies = (
        policies_seen_by(staff)
        .select_related("branch")
        .prefetch_related(Prefetch("versions", versions.order_by("-effective_from", "-pk")))
        .order_by("service", "-customer_class", "code")
    )
    return [PolicyRow(one, name_of(one), version_rows(one, today)) for one in policies]


def name_of(policy: ArrearsPolicy) -> str:
    return in_current_language(policy.name, policy.name_en)


def version_rows(policy: ArrearsPolicy, today: datetime.date) -> list[VersionRow]:
    """The newest first. Of the approved ones that have begun only the last is in force."""
    versions = list(policy.versions.all())
    begun = [one.effective_from for one in versions if _has_begun(one, today)]
    holds_since = max(begun, default=None)
    return [VersionRow(one, *_standing(one, today, holds_since)) for one in versions]


def _has_begun(version: ArrearsPolicyVersion, today: datetime.date) -> bool:
    return version.state == State.APPROVED and version.effective_from <= today


def _standing(
    version: ArrearsPolicyVersion, today: datetime.date, holds_since: datetime.date | None
) -> tuple[str, str]:
    if version.state == State.DRAFT:
        return _("draft, waits for approval"), "wait"
    if version.effective_from > today:
        return _("approved, from %(date)s") % {"date": version.effective_from}, "done"
    if version.effective_from == holds_since:
        return _("in force"), "done"
    return _("replaced"), ""


def step_rows(version: ArrearsPolicyVersion) -> list[StepRow]:
    steps = list(version.steps.order_by("position"))
    days = days_until([Rung(one.min_days, one.notice_days) for one in steps], version.min_overdue_days)
    return [
        StepRow(step, day, _effects(step), [str(PolicyStep.Forbidden(one).label) for one in step.forbidden])
        for step, day in zip(steps, days, strict=True)
    ]


def _effects(step: PolicyStep) -> list[str]:
    effects = [
        (step.limits_supply, _("limits supply")),
        (step.stops_supply, _("stops supply")),
        (step.suspends_business, _("suspends business")),
        (step.refuses_next_season, _("refuses the next season")),
    ]
    return [words for is_so, words in effects if is_so]


def story_of(version: ArrearsPolicyVersion) -> list[Happened]:
    entries = AuditEntry.objects.filter(object_type=version._meta.label_lower, object_id=str(version.pk))
    return [
        Happened(one.at, str(one.actor or ""), action_in_words(one.action))
        for one in entries.select_related("actor").order_by("id")
    ]


def place_rows(simulation: PolicySimulation, after: ArrearsPolicyVersion) -> list[PlaceRow]:
    """Every place of either ladder, from nothing done yet to the last step."""
    before_names, after_names = _places(simulation.before), _places(after)
    crowds = [
        (simulation.before_at(place), simulation.after_at(place))
        for place in range(max(len(before_names), len(after_names)))
    ]
    most = max((max(one.accounts, other.accounts) for one, other in crowds), default=0) or 1
    return [
        PlaceRow(
            before_names[place] if place < len(before_names) else "–",
            after_names[place] if place < len(after_names) else "–",
            one,
            other,
            _bar(one, most),
            _bar(other, most),
        )
        for place, (one, other) in enumerate(crowds)
    ]


def _places(version: ArrearsPolicyVersion | None) -> list[str]:
    steps = version.steps.order_by("position") if version else []
    return [_("overdue, nothing done yet"), *(str(one) for one in steps)]


def _bar(crowd: Crowd, most: int) -> str:
    # With a point whatever the language: it is an attribute of a drawing.
    return f"{WIDEST_BAR * crowd.accounts / most:.1f}"
