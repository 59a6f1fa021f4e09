"""How much working time is left, in the words that stand first in every list of matters."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.queries.working_days import CalendarMissing
from service_quality.clocks.office import NOTHING, Office
from service_quality.models import Matter

MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """A sentence and the tone of its tag."""

    words: str
    tone: str


def time_left(matter: Matter, at: datetime.datetime, office: Office) -> TimeLeft:
    """What the clock of a matter says now: the one of the interim notice while that is the next."""
    if matter.is_closed:
        return TimeLeft(_("closed"), "done")
    if not matter.is_unanswered:
        return TimeLeft(_("to be closed"), "done")
    if matter.due_at is None:
        return TimeLeft(_("no date: calendar missing"), "wait")
    if matter.interim_due_at and matter.interim_told_at is None and matter.interim_due_at < matter.due_at:
        return _of(matter.interim_due_at, matter.warn_at, at, office, tells=True)
    return _of(matter.due_at, matter.warn_at, at, office, tells=False)


def _of(
    limit: datetime.datetime,
    warn_at: datetime.datetime | None,
    at: datetime.datetime,
    office: Office,
    *,
    tells: bool,
) -> TimeLeft:
    try:
        left = office.between(at, limit)
    except CalendarMissing:
        left = limit - at
    span = _span(abs(left), office)
    if limit < at:
        words = _("telling late by %(span)s") if tells else _("late by %(span)s")
        return TimeLeft(words % {"span": span}, "late")
    words = _("tell within %(span)s") if tells else _("%(span)s left")
    is_warned = tells or (warn_at is not None and warn_at <= at)
    return TimeLeft(words % {"span": span}, "wait" if is_warned else "")


def _span(span: datetime.timedelta, office: Office) -> str:
    days, rest = divmod(span, office.day_length())
    hours, rest = divmod(rest, HOUR)
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest // MINUTE}
    return _("%(minutes)d min") % {"minutes": rest // MINUTE if span > NOTHING else 0}
