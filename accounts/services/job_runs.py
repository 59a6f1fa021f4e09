"""Who does a slot of a scheduled job: the one whose row says so. A beat that fires twice finds the row taken."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import JobRun

# Longer than any job works without dying: whoever holds a slot so long is gone.
GONE_AFTER = datetime.timedelta(minutes=30)
MOST_ATTEMPTS = 5
LONGEST_ERROR = 2000

_CLAIM = """
    INSERT INTO accounts_jobrun (job, slot, state, attempts, started_at, summary, error)
    VALUES (%(job)s, %(slot)s, 'AT_WORK', 1, %(at)s, '{}', '')
    ON CONFLICT (job, slot) DO UPDATE SET
        state = 'AT_WORK', attempts = accounts_jobrun.attempts + 1, started_at = %(at)s, finished_at = NULL
    WHERE accounts_jobrun.attempts < %(most)s AND (
        accounts_jobrun.state = 'FAILED'
        OR accounts_jobrun.state = 'AT_WORK' AND accounts_jobrun.started_at < %(gone)s)
    RETURNING id
"""


class JobRunLost(ValidationError):
    """The slot is no longer this runner's: it was taken again while it worked. What it did is rolled back."""


@transaction.atomic
def claim_job_run(
    job: str, slot: datetime.date, at: datetime.datetime, *, by_hand: bool = False
) -> JobRun | None:
    """Take a slot of a job; None when it is done, at work elsewhere, or failed too often.

    A slot whose runner has been silent for half an hour, or that failed, may be taken again, five times in all;
    somebody who starts it by hand is not counted out.
    """
    most = 32_000 if by_hand else MOST_ATTEMPTS
    values: dict[str, Any] = {"job": job, "slot": slot, "at": at, "gone": at - GONE_AFTER, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        claimed = cursor.fetchone()
    return JobRun.objects.get(pk=claimed[0]) if claimed else None


@transaction.atomic
def finish_job_run(run: JobRun, summary: Mapping[str, Any], at: datetime.datetime) -> JobRun:
    """Say that the slot is done, and what it did. Code: job_run_lost."""
    return _end(run, at, state=JobRun.State.DONE, summary=dict(summary), error="")


@transaction.atomic
def fail_job_run(run: JobRun, error: str, at: datetime.datetime) -> JobRun:
    """Say that the slot failed, and why; the next beat may take it again. Code: job_run_lost."""
    return _end(run, at, state=JobRun.State.FAILED, error=error[:LONGEST_ERROR])


def _end(run: JobRun, at: datetime.datetime, **fields: Any) -> JobRun:
    # Attempts number the claims: a runner that was given up must not speak for the one after it.
    own = JobRun.objects.filter(pk=run.pk, state=JobRun.State.AT_WORK, attempts=run.attempts)
    if not own.update(finished_at=at, **fields):
        raise JobRunLost(
            _("%(job)s for %(slot)s was taken by another runner meanwhile."),
            code="job_run_lost",
            params={"job": run.job, "slot": run.slot},
        )
    run.refresh_from_db()
    return run
