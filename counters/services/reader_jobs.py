"""The card reader of a window: asked by the page, served by whoever is beside it."""

import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.card_content import CardCode, CardContent, CardError, CardReader
from billing.models import CardWrite, GasCard
from billing.services.card_writes import write_card
from billing.services.refusals import GasRefused
from counters.models import ReaderJob, Window

# A job that nobody served in this time is stale: the customer has left, or another card lies there.
FRESH = datetime.timedelta(minutes=2)


class _Result(NamedTuple):
    code: CardCode
    content: CardContent | None


@transaction.atomic
def ask_reader(
    window: Window,
    *,
    card: GasCard,
    write: CardWrite | None = None,
    asked_by: Staff,
    at: datetime.datetime,
) -> ReaderJob:
    """Ask the reader of a window to read a card, or to write what is open on it. Codes: no_reader, nothing_to_write."""
    if not window.card_reader or (
        window.card_reader == Window.CardReader.FILE and not settings.PRACTICE_CARDS
    ):
        raise GasRefused(_("This window has no card reader."), code="no_reader")
    if write is not None and not write.is_unfinished:
        raise GasRefused(_("There is nothing left to write on this card."), code="nothing_to_write")
    return ReaderJob.objects.create(
        window=window,
        kind=ReaderJob.Kind.WRITE if write else ReaderJob.Kind.READ,
        card=card,
        write=write,
        asked_at=at,
        asked_by=asked_by,
    )


@transaction.atomic
def take_job(window: Window, *, at: datetime.datetime, job: ReaderJob | None = None) -> ReaderJob | None:
    """Take the oldest waiting job of a window, or the named one; two programs at one window never take the same.

    What has waited too long is not touched: the next press of the key asks again.
    """
    waiting = (
        ReaderJob.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(window=window, state=ReaderJob.State.WAITING, asked_at__gt=at - FRESH)
        .select_related("card", "write__card", "write__purchase", "window__hall", "asked_by")
    )
    taken = (waiting.filter(pk=job.pk) if job else waiting).first()
    if taken is not None:
        taken.state, taken.taken_at = ReaderJob.State.TAKEN, at
        taken.save(update_fields=["state", "taken_at"])
    return taken


def serve_job(job: ReaderJob, *, reader: CardReader, at: datetime.datetime) -> ReaderJob:
    """Do what a taken job asks for, and record the result. The reader is slow: this is no transaction."""
    result = _read(reader) if job.write is None else _write(job, job.write, reader, at)
    return finish_job(job, result.code, result.content, at=at)


@transaction.atomic
def finish_job(
    job: ReaderJob, code: CardCode, content: CardContent | None, *, at: datetime.datetime
) -> ReaderJob:
    """Answer a job."""
    job.state, job.code, job.done_at = ReaderJob.State.DONE, code, at
    job.content = content.as_json() if content else None
    job.save(update_fields=["state", "code", "content", "done_at"])
    return job


def _read(reader: CardReader) -> _Result:
    try:
        return _Result(CardCode.OK, reader.read())
    except CardError as error:
        return _Result(error.code, None)


def _write(job: ReaderJob, write: CardWrite, reader: CardReader, at: datetime.datetime) -> _Result:
    try:
        written = write_card(write, reader=reader, place=str(job.window), by=job.asked_by, at=at)
    except GasRefused:
        # Another window has it, or it was finished meanwhile: the page shows the write as it stands.
        return _Result(CardCode.READER_DOWN, None)
    return _Result(CardCode(written.last_code or 0), None)
