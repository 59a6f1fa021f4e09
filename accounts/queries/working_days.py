"""Working days as the State Council announced them. A year without an announcement is asked for, never guessed."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import CalendarDay, WorkingCalendar

A_DAY = datetime.timedelta(days=1)
SATURDAY = 5


class CalendarMissing(ValidationError):
    """The working calendar of a year is not here, so nothing may be counted in it. Its code: calendar_missing."""

    def __init__(self, year: int) -> None:
        super().__init__(
            _("The working calendar of %(year)s is missing: ask the administrator to import it."),
            code="calendar_missing",
            params={"year": year},
        )


@dataclass(frozen=True, slots=True)
class Year:
    """The newest calendar of one year: what is different from what the weekday says."""

    specials: Mapping[datetime.date, CalendarDay]

    def is_working(self, day: datetime.date) -> bool:
        special = self.specials.get(day)
        return special.is_working if special else day.weekday() < SATURDAY

    def holiday_on(self, day: datetime.date) -> str:
        """The name of the public holiday; "" on a plain weekend and on any day that is worked."""
        special = self.specials.get(day)
        return special.name if special and not special.is_working else ""


def calendar_of(year: int) -> Year:
    """Read one year. Two queries. Code: calendar_missing."""
    calendar = WorkingCalendar.objects.filter(year=year).order_by("-version").first()
    if calendar is None:
        raise CalendarMissing(year)
    return Year({one.day: one for one in CalendarDay.objects.filter(calendar=calendar)})


def is_working_day(day: datetime.date) -> bool:
    """Whether offices work on a day. Code: calendar_missing."""
    return calendar_of(day.year).is_working(day)


def working_day_after(start: datetime.date, count: int) -> datetime.date:
    """The `count`-th working day after `start`: the day after it is the first that may count.

    Code: calendar_missing.
    """
    if count < 1:
        raise ValueError("Working days are counted from one on.")
    years: dict[int, Year] = {}
    day = start
    while count:
        day += A_DAY
        if day.year not in years:
            years[day.year] = calendar_of(day.year)
        count -= years[day.year].is_working(day)
    return day
