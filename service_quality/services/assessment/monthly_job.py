"""The scheduled assessment: on the first working day of a month the one before it, and whatever was missed."""

import datetime
import logging

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import JobRun
from accounts.queries.working_days import CalendarMissing, calendar_of
from accounts.services.job_runs import claim_job_run, fail_job_run, finish_job_run
from billing.queries.routes import Month
from service_quality.models import AssessmentRun
from service_quality.services.assessment.runs import run_assessment

logger = logging.getLogger(__name__)

JOB = "run_assessment"
# Older months than these are not made up for one by one.
CATCH_UP_MONTHS = 12


def catch_up_assessments(today: datetime.date, at: datetime.datetime) -> list[datetime.date]:
    """Assess every month that is due, and say which. What cannot be done says why in the row of its job."""
    return [month for month in due_months(today) if _assess(month, today, at)]


def due_months(today: datetime.date) -> list[datetime.date]:
    """The months that are over and not assessed: all since the last one that was, or just the last month."""
    over = Month.of(today).previous
    last = AssessmentRun.objects.filter(month__lte=over.first).order_by("-month").first()
    if last is None:
        return [over.first]
    months = []
    month = Month.of(last.month).following
    while month.first <= over.first:
        months.append(month.first)
        month = month.following
    return months[-CATCH_UP_MONTHS:]


def _assess(month: datetime.date, today: datetime.date, at: datetime.datetime) -> JobRun | None:
    try:
        if not _has_been_worked(today):
            return None
    except CalendarMissing as missing:
        _warn(month, missing, at)
        return None
    # Asked again all day long: who enters what was missing must not be told that it was asked for too often.
    job = claim_job_run(JOB, month, at, by_hand=True)
    return _do(job, month, at) if job else None


def _do(job: JobRun, month: datetime.date, at: datetime.datetime) -> JobRun | None:
    try:
        with transaction.atomic():
            run = run_assessment(month, at=at)
            return finish_job_run(job, {"month": run.label, "lines": run.lines.count()}, at)
    except ValidationError as refusal:
        logger.warning("assessment of %s: %s", month, refusal.messages[0])
        fail_job_run(job, refusal.messages[0], at)
        return None
    except Exception as error:
        fail_job_run(job, f"{type(error).__name__}: {error}", at)
        raise


def _warn(month: datetime.date, missing: CalendarMissing, at: datetime.datetime) -> None:
    """Nobody knows whether this is a working day: say so where the supervisor looks, and guess nothing."""
    logger.warning("assessment of %s: %s", month, missing.messages[0])
    if job := claim_job_run(JOB, month, at, by_hand=True):
        fail_job_run(job, missing.messages[0], at)


def _has_been_worked(today: datetime.date) -> bool:
    """Whether the month of the day has had a working day, today included. Code: calendar_missing."""
    year = calendar_of(today.year)
    return any(year.is_working(today.replace(day=day)) for day in range(1, today.day + 1))
