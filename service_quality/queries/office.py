"""The office as the rows describe it: hours that hold on a day, years of the working calendar, read once."""

import datetime
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.queries.working_days import CalendarMissing, Year, calendar_of
from service_quality.clocks.office import Office
from service_quality.models import OfficeSession


@dataclass(slots=True)
class WorkingYears:
    """Years are asked for when a day of theirs is, and remembered as long as this lives."""

    known: dict[int, Year | None] = field(default_factory=dict)

    def is_working(self, day: datetime.date) -> bool:
        """Whether offices work on a day. Code: calendar_missing."""
        if day.year not in self.known:
            try:
                self.known[day.year] = calendar_of(day.year)
            except CalendarMissing:
                self.known[day.year] = None
        year = self.known[day.year]
        if year is None:
            raise CalendarMissing(day.year)
        return year.is_working(day)


def office_at(at: datetime.datetime) -> Office:
    """The office with the hours that hold on the day of an instant. One query, and two for each year looked into."""
    day = timezone.localdate(at)
    sessions = list(
        OfficeSession.objects.filter(effective_from__lte=day).order_by("-effective_from", "begins")
    )
    newest = [one for one in sessions if one.effective_from == sessions[0].effective_from]
    return Office(
        sessions=tuple((one.begins, one.ends) for one in newest),
        is_working=WorkingYears().is_working,
        zone=timezone.get_default_timezone(),
    )


def missing_calendar_year(at: datetime.datetime, *, ahead: datetime.timedelta) -> int | None:
    """The first year without a calendar that a clock started now may reach; None when all are here."""
    years = WorkingYears()
    for day in (timezone.localdate(at), timezone.localdate(at + ahead)):
        try:
            years.is_working(day)
        except CalendarMissing:
            return day.year
    return None
