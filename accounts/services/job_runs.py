"""Slots of scheduled jobs. Whoever writes the row first does the work; everybody else finds it."""

import datetime

from django.db import transaction

from accounts.models import JobRun

# A run that has said nothing for so long has died; another may take its slot.
STALE = datetime.timedelta(minutes=30)


@transaction.atomic
def claim_job_run(job: str, slot: datetime.date, at: datetime.datetime) -> JobRun | None:
    """Take the slot, or nothing where it is done or somebody is at work on it."""
    run, is_new = JobRun.objects.get_or_create(job=job, slot=slot, defaults={"started_at": at})
    if is_new:
        return run
    run = JobRun.objects.select_for_update().get(pk=run.pk)
    at_work = run.state == JobRun.State.AT_WORK and at - run.started_at < STALE
    if run.state == JobRun.State.DONE or at_work:
        return None
    run.state, run.started_at, run.finished_at = JobRun.State.AT_WORK, at, None
    run.attempts += 1
    run.error = ""
    run.save()
    return run


@transaction.atomic
def finish_job_run(run: JobRun, summary: dict[str, object], at: datetime.datetime) -> None:
    run.state, run.summary, run.finished_at = JobRun.State.DONE, summary, at
    run.save(update_fields=["state", "summary", "finished_at"])


@transaction.atomic
def fail_job_run(run: JobRun, error: str, at: datetime.datetime) -> None:
    run.state, run.error, run.finished_at = JobRun.State.FAILED, error, at
    run.save(update_fields=["state", "error", "finished_at"])
