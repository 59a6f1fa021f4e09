"""Heating seasons (采暖期): data per year, counted inclusive on both ends (C14)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from billing.rating.definition import Definition
from billing.rating.refusal import gettext_noop

_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
MonthDay = tuple[int, int]
# Between two heating seasons: a date without a season belongs to the season year that began in July.
SEASON_YEAR_STARTS: MonthDay = (7, 1)


@dataclass(frozen=True, slots=True)
class SeasonDates:
    """One season, its first and last day and the days that are charged."""

    first: date
    last: date
    days: int

    def days_from(self, day: date) -> int:
        """Days supplied from a day to the end of the season, both counted."""
        return max(0, self.days - max(0, (day - self.first).days))


@dataclass(frozen=True, slots=True)
class Season:
    """A season that returns every year, or one of exact dates."""

    start: MonthDay | date
    end: MonthDay | date
    inclusive: bool = True
    days: int | None = None

    def around(self, day: date) -> SeasonDates:
        """The season that contains the day, or the next one to begin."""
        if isinstance(self.start, date) and isinstance(self.end, date):
            return self._dates(self.start, self.end)
        for year in (day.year - 1, day.year, day.year + 1):
            dates = self.of_year(year)
            if day <= dates.last:
                return dates
        raise AssertionError("a yearly season that never ends")

    def of_year(self, year: int) -> SeasonDates:
        """The season that begins in a year."""
        if isinstance(self.start, date) or isinstance(self.end, date):
            return self.around(date(year, 12, 31))
        first = day_of_year(year, self.start)
        return self._dates(first, day_of_year(year if self.start < self.end else year + 1, self.end))

    def _dates(self, first: date, last: date) -> SeasonDates:
        counted = (last - first).days + (1 if self.inclusive else 0)
        return SeasonDates(first, last, self.days or counted)


def day_of_year(year: int, month_day: MonthDay) -> date:
    """29 February falls on the 28th in a short year."""
    month, day = month_day
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month + 1, 1) - timedelta(days=1) if month < 12 else date(year, 12, 31)


def day_in_season_year(day: date, month_day: MonthDay) -> date:
    """A yearly due date in the season year (July to June) that contains a day."""
    starts_in = day.year if (day.month, day.day) >= SEASON_YEAR_STARTS else day.year - 1
    return day_of_year(starts_in if month_day >= SEASON_YEAR_STARTS else starts_in + 1, month_day)


def read_month_day(definition: Definition, key: str) -> MonthDay:
    found = _MONTH_DAY.fullmatch(definition.text(key))
    if found is None:
        definition.refuse(
            gettext_noop("%(where)s must be a month and a day such as 11-01."), "not_a_date", key
        )
    return int(found[1]), int(found[2])


def read_season(tariff: Definition) -> Season | None:
    if "season" not in tariff:
        return None
    rule = tariff.child("season")
    rule.known_keys("from", "to", "days", "inclusive", "note")
    days = rule.whole("days") if "days" in rule else None
    if days == 0:
        rule.refuse(gettext_noop("%(where)s must be more than zero."), "out_of_range", "days")
    inclusive = rule.flag("inclusive", True)
    if len(rule.text("from")) == len("11-01"):
        return Season(read_month_day(rule, "from"), read_month_day(rule, "to"), inclusive, days)
    first, last = rule.day("from"), rule.day("to")
    if last < first:
        rule.refuse(gettext_noop("%(where)s ends before it begins."), "unsorted")
    return Season(first, last, inclusive, days)
