"""The card reader of a window, as the gas pages use it."""

import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.requests import StaffRequest
from billing.models import CardWrite, GasCard
from billing.services.refusals import GasRefused
from counters.forms.gas import WindowForm
from counters.models import ReaderJob, Window
from counters.queries.shifts import open_shift_of
from counters.readers.desk import reader_at_hand
from counters.services.reader_jobs import FRESH, ask_reader, serve_job, take_job


def window_of(request: StaffRequest) -> Window:
    """The window of the open shift, or the one whose reader was chosen. Code: no_reader."""
    if shift := open_shift_of(request.user):
        return shift.window
    form = WindowForm(request.POST, staff=request.user)
    if not form.is_valid():
        raise GasRefused(_("Choose the window whose card reader you use."), code="no_reader")
    window: Window = form.cleaned_data["window"]
    return window


def window_form_for(request: HttpRequest, staff: Staff) -> WindowForm | None:
    """Asked only of who works no window."""
    return None if open_shift_of(staff) else WindowForm(staff=staff)


def use_reader(
    window: Window, card: GasCard, write: CardWrite | None, *, asked_by: Staff, at: datetime.datetime
) -> ReaderJob:
    """Ask the reader; where it is at hand, it answers before this returns. Codes: those of ask_reader."""
    job = ask_reader(window, card=card, write=write, asked_by=asked_by, at=at)
    reader = reader_at_hand(job)
    if reader is not None and (taken := take_job(window, at=at, job=job)):
        return serve_job(taken, reader=reader, at=at)
    return job


def is_under_way(job: ReaderJob | None, at: datetime.datetime) -> bool:
    """Whether it is worth looking again in a moment."""
    return job is not None and not job.is_done and job.asked_at > at - FRESH
