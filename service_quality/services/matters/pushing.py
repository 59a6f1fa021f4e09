"""Reminders by hand, and what the clocks do by themselves: escalation, written reminder, dates that were missing."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.queries.working_days import CalendarMissing
from service_quality.clocks.office import Office
from service_quality.models import Matter
from service_quality.models.matter_event import MANAGER, SUPERVISOR
from service_quality.queries.office import office_at
from service_quality.services.matters.clocks import clocks_of, closing_after
from service_quality.services.matters.timeline import (
    Kind,
    check_unanswered,
    lock_matter,
    record_event,
    stated,
)

# A matter that is a whole working day late is the manager's.
DAYS_UNTIL_THE_MANAGER = 1


@transaction.atomic
def remind_matter(matter: Matter, *, text: str, by: Staff, at: datetime.datetime) -> Matter:
    """Push the handler (催办); it is counted. Codes: answered, text_missing."""
    matter = lock_matter(matter)
    check_unanswered(matter)
    text = stated(text, code="text_missing", sentence=_("Say what the handler should do."))
    matter.reminders += 1
    matter.save(update_fields=["reminders"])
    record_event(matter, Kind.REMINDED, at=at, by=by, whom=matter.handler, text=text)
    return matter


@transaction.atomic
def push_overdue(at: datetime.datetime) -> int:
    """Bring what is overdue before the supervisor, a working day later before the manager: an answer, and the word in
    between that the customer was to have. Remind in writing of an answer where the policy says so; say how many steps were taken. Each step of a matter is taken once, however often
    and by however many this is asked.
    """
    office = office_at(at)
    late = list(
        Matter.objects.select_for_update(skip_locked=True, of=("self",))
        .late_at(at)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    steps = 0
    for matter in Matter.objects.filter(pk__in=late).select_related("policy", "branch", "handler"):
        steps += _escalate(matter, office, at)
        steps += _remind_in_writing(matter, office, at)
    return steps


@transaction.atomic
def date_matters(at: datetime.datetime) -> int:
    """Give the matters without a date theirs, once the working calendar has come; say how many got one."""
    office = office_at(at)
    waiting = list(
        Matter.objects.select_for_update(skip_locked=True, of=("self",))
        .waiting_for_calendar()
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    dated = 0
    for matter in Matter.objects.filter(pk__in=waiting).select_related("policy", "branch"):
        clocks = clocks_of(
            matter.policy,
            matter.clock_from,
            is_special=matter.is_special,
            is_urgent=matter.is_urgent,
            office=office,
        )
        if clocks.due_at is None:
            continue
        matter.warn_at, matter.due_at, matter.interim_due_at = (
            clocks.warn_at,
            clocks.due_at,
            clocks.interim_due_at,
        )
        matter.save(update_fields=["warn_at", "due_at", "interim_due_at"])
        record_event(matter, Kind.DATED, at=at, by=None)
        dated += 1
    return dated


def _escalate(matter: Matter, office: Office, at: datetime.datetime) -> int:
    since = matter.late_since(at)
    if since is None:
        return 0
    level = MANAGER if _is_days_late(since, DAYS_UNTIL_THE_MANAGER, office, at) else SUPERVISOR
    steps = 0
    while matter.escalation < level:
        matter.escalation += 1
        matter.save(update_fields=["escalation"])
        record_event(matter, Kind.ESCALATED, at=at, by=None, level=matter.escalation)
        steps += 1
    return steps


def _remind_in_writing(matter: Matter, office: Office, at: datetime.datetime) -> int:
    """The working day after expiry, from its opening on."""
    if not matter.policy.has_written_reminder or matter.written_reminder_at is not None:
        return 0
    if matter.due_at is None or matter.due_at >= at:
        return 0
    try:
        opening = office.opening_after(matter.due_at + datetime.timedelta(seconds=1))
    except CalendarMissing:
        return 0
    if at < opening:
        return 0
    matter.written_reminder_at = at
    matter.reminders += 1
    matter.save(update_fields=["written_reminder_at", "reminders"])
    record_event(matter, Kind.WRITTEN_REMINDER, at=at, by=None, whom=matter.handler)
    return 1


def _is_days_late(since: datetime.datetime, days: int, office: Office, at: datetime.datetime) -> bool:
    try:
        return closing_after(since, days, office) < at
    except CalendarMissing:
        return False
