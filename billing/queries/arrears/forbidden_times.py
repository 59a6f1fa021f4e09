"""When a step may not be carried out (domain.md 2.3.3), and the sentence that says why."""

import datetime
from collections.abc import Callable
from functools import cache

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.queries.working_days import A_DAY, SATURDAY, CalendarMissing, Year, calendar_of
from billing.models import FlaggedDay, PolicyStep

Forbidden = PolicyStep.Forbidden
# Before that hour it is still the evening before.
FIRST_HOUR = 8
MIDNIGHT_HOUR = 24


def why_not_now(step: PolicyStep, branch_id: int, at: datetime.datetime) -> str:
    """Why the step may not be carried out at this moment; "" when it may.

    A day of which no working calendar is here is refused: nobody is cut off on a holiday that nobody knew of.
    """
    local = timezone.localtime(at)
    calendars = cache(calendar_of)
    try:
        for kind in Forbidden:
            if kind in step.forbidden and (said := _CHECKS[kind](step, branch_id, local, calendars)):
                return said
    except CalendarMissing as missing:
        return _("%(sentence)s Until then this step cannot be carried out.") % {
            "sentence": missing.messages[0]
        }
    return ""


Calendars = Callable[[int], Year]


def _is_weekend(day: datetime.date, calendars: Calendars) -> bool:
    """A weekend day that is made up for a holiday is worked, and no weekend."""
    return not calendars(day.year).is_working(day) and day.weekday() >= SATURDAY


def _on_weekend(step: PolicyStep, branch_id: int, at: datetime.datetime, calendars: Calendars) -> str:
    return _("Not on a weekend.") if _is_weekend(at.date(), calendars) else ""


def _before_weekend(step: PolicyStep, branch_id: int, at: datetime.datetime, calendars: Calendars) -> str:
    if _is_weekend(at.date() + A_DAY, calendars):
        return _("Not on the day before a weekend: the customer could not pay before Monday.")
    return ""


def _on_holiday(step: PolicyStep, branch_id: int, at: datetime.datetime, calendars: Calendars) -> str:
    if name := calendars(at.year).holiday_on(at.date()):
        return _("Not on a holiday: today is %(name)s.") % {"name": name}
    return ""


def _before_holiday(step: PolicyStep, branch_id: int, at: datetime.datetime, calendars: Calendars) -> str:
    tomorrow = at.date() + A_DAY
    if name := calendars(tomorrow.year).holiday_on(tomorrow):
        return _("Not on the day before a holiday: tomorrow is %(name)s.") % {"name": name}
    return ""


def _after_hours(step: PolicyStep, branch_id: int, at: datetime.datetime, calendars: Calendars) -> str:
    if step.latest_hour < MIDNIGHT_HOUR and at.time() > datetime.time(step.latest_hour):
        return _("Not after %(hour)s o'clock.") % {"hour": step.latest_hour}
    if at.hour < FIRST_HOUR:
        return _("Not before %(hour)s o'clock.") % {"hour": FIRST_HOUR}
    return ""


def _on_flagged_day(step: PolicyStep, branch_id: int, at: datetime.datetime, calendars: Calendars) -> str:
    flagged = (
        FlaggedDay.objects.filter(Q(branch_id=branch_id) | Q(branch__isnull=True), day=at.date())
        .order_by("pk")
        .first()
    )
    if flagged is None:
        return ""
    return _("Nobody is cut off today: %(kind)s.") % {"kind": flagged.get_kind_display()}


_Check = Callable[[PolicyStep, int, datetime.datetime, Calendars], str]
_CHECKS: dict[str, _Check] = {
    Forbidden.WEEKEND: _on_weekend,
    Forbidden.BEFORE_WEEKEND: _before_weekend,
    Forbidden.HOLIDAY: _on_holiday,
    Forbidden.BEFORE_HOLIDAY: _before_holiday,
    Forbidden.AFTER_HOURS: _after_hours,
    Forbidden.FLAGGED_DAY: _on_flagged_day,
}
