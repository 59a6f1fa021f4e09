"""What runs by itself: when last, when next, and whether it failed; and the bill runs that are at work."""

import copy
import datetime
from dataclasses import dataclass

from celery.schedules import crontab
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import JobRun
from billing.models import BillRun
from config.dashboard.scope import Figure, Scope, rows

# The jobs that keep a row for each slot, and the entry of the schedule that starts them.
JOBS = {
    "run_arrears": (_("Arrears, every morning"), "arrears each morning"),
    "run_assessment": (_("Monthly assessment"), "assessment of the last month"),
}
TONES = {JobRun.State.DONE: "done", JobRun.State.FAILED: "late", JobRun.State.AT_WORK: "wait"}
FAILED_DAYS = 7
# Its slot is the first day of the month that it is about.
MONTHLY = frozenset({"run_assessment"})
A_DAY = datetime.timedelta(days=1)

# Of each job its last run, and how many failed of late.
_LAST = """
    SELECT DISTINCT ON (job) job, slot, state,
        count(*) FILTER (WHERE state = 'FAILED' AND slot >= %(since)s) OVER (PARTITION BY job)
    FROM accounts_jobrun ORDER BY job, slot DESC
"""
_RUNS = "SELECT state, count(*) FROM billing_billrun WHERE state = ANY (%s) GROUP BY 1"


@dataclass(frozen=True, slots=True)
class Job:
    label: str
    url: str
    last: JobRun | None
    tone: str
    next_at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Jobs:
    jobs: list[Job]
    failed: Figure
    runs: list[Figure]


def jobs_of(scope: Scope) -> Jobs:
    """Two queries at most."""
    since = scope.today - datetime.timedelta(days=FAILED_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_LAST, {"since": since})
        found = cursor.fetchall()
    last = {job: JobRun(job=job, slot=slot, state=state) for job, slot, state, _failed in found}
    failed = sum(row[-1] for row in found)
    scheduled = {job for job, (_label, entry) in JOBS.items() if entry in settings.CELERY_BEAT_SCHEDULE}
    return Jobs(
        jobs=[_job(name, last.get(name), scope.at) for name in sorted(scheduled | set(last))],
        failed=Figure(
            str(_("failed within a week")),
            failed,
            rows("accounts.jobrun", state__exact="FAILED", slot__gte=since),
            tone="late" if failed else "",
        ),
        runs=_runs() if scope.may("billing.view_billrun") else [],
    )


def _job(name: str, last: JobRun | None, at: datetime.datetime) -> Job:
    label, entry = JOBS.get(name, (name, ""))
    tone = TONES[JobRun.State(last.state)] if last else ""
    return Job(str(label), rows("accounts.jobrun", job__exact=name), last, tone, next_run(entry, last, at))


def next_run(entry: str, last: JobRun | None, at: datetime.datetime) -> datetime.datetime | None:
    """When the schedule starts it again. What is done for today finds nothing to do before tomorrow."""
    schedule = settings.CELERY_BEAT_SCHEDULE.get(entry, {}).get("schedule")
    if not isinstance(schedule, crontab):
        return None
    day = timezone.localtime(at)
    if last and last.state == JobRun.State.DONE and (quiet := done_until(last, day.date())):
        day = day.replace(month=quiet.month, day=quiet.day, hour=23, minute=59, second=59)
    clock = copy.copy(schedule)
    clock.nowfun = lambda: day
    left: datetime.timedelta = clock.remaining_estimate(day)
    return day + left


def done_until(last: JobRun, today: datetime.date) -> datetime.date | None:
    """The last day on which the schedule finds nothing to do: that of a day's job, or of the month after its slot."""
    if last.job not in MONTHLY:
        return today if last.slot >= today else None
    month = today.replace(day=1)
    is_done = last.slot >= (month - A_DAY).replace(day=1)
    return (month + datetime.timedelta(days=31)).replace(day=1) - A_DAY if is_done else None


def _runs() -> list[Figure]:
    states = (
        (BillRun.State.PREVIEWING, "wait"),
        (BillRun.State.PREVIEWED, "wait"),
        (BillRun.State.PUBLISHING, "wait"),
    )
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, [[str(state) for state, _tone in states]])
        counted = dict(cursor.fetchall())
    return [
        Figure(str(state.label), counted[state], rows("billing.billrun", state__exact=state), tone=tone)
        for state, tone in states
        if state in counted
    ]
