"""A card reader that hangs on the window's own computer: its program asks what to do, and says what it saw.

Every decision is made here; the program only reads and writes. What is at a reader is known by the instant of its
claim, so a program that was away too long finds out that another window has taken the write over.
"""

import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from billing.card_content import CardCode, CardContent
from billing.models import CardWrite
from billing.services.card_writes import (
    Finding,
    claim_write,
    content_wanted,
    finish_attempt,
    judge_card,
    judge_write,
    note_card_touched,
)
from billing.services.refusals import GasRefused
from counters.models import ReaderJob, Window
from counters.services.reader_jobs import finish_job, take_job


class Seen(NamedTuple):
    """What a reader answered: a code, and the card where it could be read."""

    code: CardCode
    content: CardContent | None = None


@transaction.atomic
def begin_job(window: Window, *, at: datetime.datetime) -> ReaderJob | None:
    """Give the window's program the oldest job that waits; its card is to be read first."""
    while (job := take_job(window, at=at)) is not None:
        if job.write is None or _claim(job.write, at):
            return job
        # Another window has it, or it was finished meanwhile: the page shows the write as it stands.
        finish_job(job, CardCode.READER_DOWN, None, at=at)
    return None


@transaction.atomic
def answer_card(window: Window, job_id: int, seen: Seen, *, at: datetime.datetime) -> CardContent | None:
    """Take what the program read, and answer what it is to write; None where the job is done.

    Codes: unknown_job.
    """
    job = _lock_job(window, job_id)
    if job.write is None:
        finish_job(job, seen.code, seen.content, at=at)
        return None
    write = job.write
    if write.claimed_at != job.taken_at or not write.is_unfinished:
        finish_job(job, CardCode.READER_DOWN, None, at=at)
        return None
    finding = _finding(write, seen)
    if finding is not None:
        _finish(job, write, finding, at)
        return None
    note_card_touched(write)
    return content_wanted(write)


@transaction.atomic
def answer_write(window: Window, job_id: int, seen: Seen, *, at: datetime.datetime) -> ReaderJob:
    """Take what the program found on the card after it wrote; only what was seen there counts as written.

    Codes: unknown_job, not_asked.
    """
    job = _lock_job(window, job_id)
    if job.write is None or not job.write.may_be_on_card:
        raise GasRefused(_("Nobody asked for this card to be written."), code="not_asked")
    return _finish(job, job.write, judge_write(job.write, seen.code, seen.content), at)


def _finding(write: CardWrite, seen: Seen) -> Finding | None:
    if seen.code != CardCode.OK or seen.content is None:
        code = seen.code if seen.code != CardCode.OK else CardCode.READ_FAILED
        return Finding(code)
    return judge_card(write, seen.content)


def _finish(job: ReaderJob, write: CardWrite, finding: Finding, at: datetime.datetime) -> ReaderJob:
    written = finish_attempt(write, finding, place=str(job.window), by=job.asked_by, at=at)
    return finish_job(job, CardCode(written.last_code or 0), None, at=at)


def _claim(write: CardWrite, at: datetime.datetime) -> bool:
    try:
        claim_write(write, at=at)
    except GasRefused:
        return False
    return True


def _lock_job(window: Window, job_id: int) -> ReaderJob:
    """A job that this window's program has taken and not answered. Code: unknown_job."""
    job: ReaderJob | None = (
        ReaderJob.objects.select_for_update(of=("self",))
        .filter(window=window, pk=job_id, state=ReaderJob.State.TAKEN)
        .select_related("card", "write__card", "write__purchase", "window__hall", "asked_by")
        .first()
    )
    if job is None:
        raise GasRefused(_("There is no such job at this window."), code="unknown_job")
    return job
