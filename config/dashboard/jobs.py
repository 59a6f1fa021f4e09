"""What runs by itself: when last, when next, and whether it failed; and the bill runs that are at work."""

import copy
import datetime
from dataclasses import dataclass

from celery.schedules import crontab
from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import JobRun
from billing.models import BillRun
from config.dashboard.scope import Figure, Scope, rows

# The jobs that keep a row for each slot, and the entry of the schedule that starts them.
JOBS = {
    "run_arrears": (_("Arrears, every morning"), "arrears each morning"),
    "run_assessment": (_("Monthly assessment"), "monthly assessment"),
}
TONES = {JobRun.State.DONE: "done", JobRun.State.FAILED: "late", JobRun.State.AT_WORK: "wait"}
FAILED_DAYS = 7


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
    """Three queries at most."""
    last = {run.job: run for run in JobRun.objects.order_by("job", "-slot").distinct("job")}
    scheduled = {job for job, (_label, entry) in JOBS.items() if entry in settings.CELERY_BEAT_SCHEDULE}
    since = scope.today - datetime.timedelta(days=FAILED_DAYS)
    failed = sum(run.state == JobRun.State.FAILED for run in JobRun.objects.filter(slot__gte=since))
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
    return Job(str(label), rows("accounts.jobrun", job__exact=name), last, tone, _next(entry, last, at))


def _next(entry: str, last: JobRun | None, at: datetime.datetime) -> datetime.datetime | None:
    """When the schedule starts it again. What is done for today finds nothing to do before tomorrow."""
    schedule = settings.CELERY_BEAT_SCHEDULE.get(entry, {}).get("schedule")
    if not isinstance(schedule, crontab):
        return None
    day = timezone.localtime(at)
    if last and last.state == JobRun.State.DONE and last.slot >= day.date():
        day = day.replace(hour=23, minute=59, second=59)
    clock = copy.copy(schedule)
    clock.nowfun = lambda: day
    left: datetime.timedelta = clock.remaining_estimate(day)
    return day + left


def _runs() -> list[Figure]:
    states = (
        (BillRun.State.PREVIEWING, "wait"),
        (BillRun.State.PREVIEWED, "wait"),
        (BillRun.State.PUBLISHING, "wait"),
    )
    counted = BillRun.objects.aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state, _tone in states}
    )
    return [
        Figure(str(state.label), counted[state], rows("billing.billrun", state__exact=state), tone=tone)
        for state, tone in states
        if counted[state]
    ]
