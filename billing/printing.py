"""Letters to the printer: what a worker does between one transaction and the next. It may die at any line."""

import datetime
import logging
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from billing.models import LetterRun
from billing.papers import letters_as_pdf, merged
from billing.services.arrears.letters import (
    claim_letters,
    fail_letters,
    finish_letters,
    keep_part,
    next_part,
    parts_of,
    put_letters_on_their_way,
)

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime.datetime]


def set_letters(*, clock: Clock = timezone.now) -> int:
    """Set every print that waits, part by part; return how many were finished."""
    finished = 0
    while run := claim_letters(at=clock()):
        try:
            finished += _set(run, clock)
        except Exception as error:
            if not connection.is_usable():
                # Without a database there is nothing to write down; somebody takes the print up again.
                raise
            logger.exception("letters of mailing %s failed", run.mailing_id)
            fail_letters(run, f"{type(error).__name__}: {error}")
    return finished


def _set(run: LetterRun, clock: Clock) -> bool:
    while part := next_part(run):
        if not keep_part(run, letters_as_pdf(part), len(part), at=clock()):
            return False
    file, last = merged(parts_of(run)), 0
    # Before the print is ready, not after: whoever takes over from a killed worker does it again.
    while last := put_letters_on_their_way(run, after=last):
        pass
    return finish_letters(run, file, at=clock()).is_ready
