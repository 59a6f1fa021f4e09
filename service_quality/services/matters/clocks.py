"""What a time limit means for one matter: when it is warned, when the customer is told, when it is due."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from accounts.queries.working_days import CalendarMissing
from service_quality.clocks.office import A_DAY, Office
from service_quality.models import MatterPolicy


@dataclass(frozen=True, slots=True)
class Clocks:
    """Instants of a matter; all empty when the working calendar does not reach far enough."""

    warn_at: datetime.datetime | None = None
    due_at: datetime.datetime | None = None
    interim_due_at: datetime.datetime | None = None


def policy_for(*, kind: str, source: str, on: datetime.date) -> MatterPolicy:
    """The time limit that holds for a matter taken on a day: the one that names most, its newest version."""
    candidates = [
        one
        for one in MatterPolicy.objects.filter(kind__in=("", kind), source__in=("", source))
        if one.holds_on(on)
    ]
    return max(
        candidates, key=lambda one: (one.source != "", one.kind != "", one.effective_from, one.version)
    )


def clocks_of(
    policy: MatterPolicy, start: datetime.datetime, *, is_special: bool, is_urgent: bool, office: Office
) -> Clocks:
    """Count from an instant: the working day after it is the first, and a limit ends when the office closes.

    Where a year has no calendar there is no date: none is guessed.
    """
    days = policy.limit(is_special=is_special, is_urgent=is_urgent)
    warn_day = min(policy.special_warn_day if is_special else policy.warn_day, days)
    try:
        due_at = closing_after(start, days, office)
        warn_at = closing_after(start, warn_day, office) if days else office.opening_after(start)
        interim = policy.interim_day if is_special and days > (policy.interim_day or days) else None
        interim_due_at = closing_after(start, interim, office) if interim else None
    except CalendarMissing:
        return Clocks()
    return Clocks(warn_at, due_at, interim_due_at)


def closing_after(start: datetime.datetime, days: int, office: Office) -> datetime.datetime:
    """When the office closes on the so-many-th working day after an instant; 0 is the day of its next opening.

    Code: calendar_missing.
    """
    if not days:
        return office.closing_on(timezone.localdate(office.opening_after(start)))
    day = timezone.localdate(start)
    while days:
        day += A_DAY
        days -= office.is_working(day)
    return office.closing_on(day)
