"""Which reader a window has at hand. A window with an agent has none here: its own program serves its jobs."""

from pathlib import Path

from django.conf import settings

from billing.card_content import CardReader
from billing.models import CardWrite
from counters.models import ReaderJob, Window
from counters.readers.file_reader import FileReader


def reader_at_hand(job: ReaderJob) -> CardReader | None:
    """The files of a practice window, in this process; None when a program at the window does it."""
    if job.window.card_reader != Window.CardReader.FILE:
        return None
    return file_reader(job)


def file_reader(job: ReaderJob) -> FileReader:
    """The file of the job's card lies in the reader, or a new card from the box when the first write is asked for."""
    is_new = job.write is not None and job.write.kind == CardWrite.Kind.ISSUE
    return FileReader(Path(settings.CARD_FOLDER), job.card.card_no, has_new_card=is_new)
