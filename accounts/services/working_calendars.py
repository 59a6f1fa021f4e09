"""One year of working days, from the announcement into the database. What was imported never changes."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import CalendarDay, Staff, WorkingCalendar
from accounts.services.audit import record_audit

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
LONGEST_SOURCE, LONGEST_NAME = 100, 20
SATURDAY = 5


class CalendarRefused(ValidationError):
    """Nothing was imported. The message is for the person who brings the announcement."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    day: datetime.date
    name: str
    is_working: bool


@transaction.atomic
def import_calendar(
    year: int, *, source: str, days: Sequence[SpecialDay], by: Staff | None, at: datetime.datetime
) -> tuple[WorkingCalendar, bool]:
    """Keep a year as announced, as a new version where it differs from the newest; say whether it was written.

    Codes: bad_year, source_missing, no_days, other_year, day_twice, day_without_name, as_its_weekday.
    """
    _check(year, source, days)
    _wait_for_others(year)
    newest = _newest(year)
    if newest and newest.source == source.strip() and _days_of(newest) == set(days):
        return newest, False
    calendar = WorkingCalendar.objects.create(
        year=year,
        version=newest.version + 1 if newest else 1,
        source=source.strip(),
        imported_at=at,
        imported_by=by,
    )
    CalendarDay.objects.bulk_create(
        CalendarDay(calendar=calendar, day=one.day, is_working=one.is_working, name=one.name) for one in days
    )
    record_audit(
        actor=by,
        action="calendar.import",
        on=calendar,
        at=at,
        details={"year": year, "version": calendar.version, "days": len(days)},
    )
    return calendar, True


def _wait_for_others(year: int) -> None:
    """Two imports of one year must not both number the next version. Rows that never change cannot be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('working calendar'), %s)", [year])


def _newest(year: int) -> WorkingCalendar | None:
    return WorkingCalendar.objects.filter(year=year).order_by("-version").first()


def _days_of(calendar: WorkingCalendar) -> set[SpecialDay]:
    return {SpecialDay(one.day, one.name, one.is_working) for one in calendar.days.all()}


def _check(year: int, source: str, days: Sequence[SpecialDay]) -> None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise CalendarRefused(
            _("%(year)s is not a year of this calendar."), code="bad_year", params={"year": year}
        )
    if not source.strip() or len(source) > LONGEST_SOURCE:
        raise CalendarRefused(
            _("Name the announcement that the days come from, in at most 100 characters."),
            code="source_missing",
        )
    if not days:
        raise CalendarRefused(_("A year has holidays: this file names none."), code="no_days")
    seen: set[datetime.date] = set()
    for one in days:
        _check_day(one, year, seen)
        seen.add(one.day)


def _check_day(one: SpecialDay, year: int, seen: set[datetime.date]) -> None:
    params = {"day": one.day, "year": year}
    if one.day.year != year:
        raise CalendarRefused(_("%(day)s does not lie in %(year)s."), code="other_year", params=params)
    if one.day in seen:
        raise CalendarRefused(_("%(day)s stands twice in the file."), code="day_twice", params=params)
    if not one.name.strip() or len(one.name) > LONGEST_NAME:
        raise CalendarRefused(
            _("%(day)s needs the name of its holiday, in at most 20 characters."),
            code="day_without_name",
            params=params,
        )
    if one.is_working and one.day.weekday() < SATURDAY:
        raise CalendarRefused(
            _("%(day)s is a weekday and is worked anyway: only a weekend day is made up."),
            code="as_its_weekday",
            params=params,
        )
