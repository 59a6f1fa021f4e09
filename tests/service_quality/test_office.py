"""Working time: lunch, night, weekends, holidays, make-up weekends. Pure: no database, no clock."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_quality.clocks.office import Office

ZONE = ZoneInfo("Asia/Shanghai")
HALF_PAST_EIGHT, NOON = datetime.time(8, 30), datetime.time(12)
HALF_PAST_ONE, HALF_PAST_FIVE = datetime.time(13, 30), datetime.time(17, 30)
# 20 September 2026 is a Sunday that is worked; 25 to 27 September is the Mid-Autumn holiday.
WORKED = {datetime.date(2026, 9, 20)}
OFF = {datetime.date(2026, 9, 25), *(datetime.date(2026, 10, day) for day in range(1, 8))}
LAST = datetime.date(2026, 12, 31)


class NoCalendar(Exception):
    pass


def is_working(day: datetime.date) -> bool:
    if day > LAST:
        raise NoCalendar
    return day in WORKED or (day.weekday() < 5 and day not in OFF)


OFFICE = Office(((HALF_PAST_EIGHT, NOON), (HALF_PAST_ONE, HALF_PAST_FIVE)), is_working, ZONE)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


def hours(number: float) -> datetime.timedelta:
    return datetime.timedelta(hours=number)


INSTANTS = st.datetimes(
    datetime.datetime(2026, 9, 1), datetime.datetime(2026, 10, 20), timezones=st.just(ZONE)  # noqa: DTZ001
)  # fmt: skip
SPANS = st.timedeltas(datetime.timedelta(seconds=1), datetime.timedelta(hours=60))


class TestTwoHours:
    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("09-21T09:30", "09-21T11:30"),
            # Over lunch, which does not count.
            ("09-21T11:00", "09-21T14:30"),
            ("09-21T12:30", "09-21T15:30"),
            # To the very end of a stretch, not the beginning of the next.
            ("09-21T10:00", "09-21T12:00"),
            ("09-21T15:30", "09-21T17:30"),
            # Into the next morning; taken at night, at midnight, before the office opens.
            ("09-21T16:30", "09-22T09:30"),
            ("09-21T22:00", "09-22T10:30"),
            ("09-22T00:00", "09-22T10:30"),
            ("09-22T07:00", "09-22T10:30"),
            # Friday the 18th: the Saturday is free, the Sunday is worked.
            ("09-18T16:30", "09-20T09:30"),
            ("09-19T10:00", "09-20T10:30"),
            # Thursday before the holiday, to the Monday after it.
            ("09-24T17:00", "09-28T10:00"),
        ],
    )
    def test_end_when_so_much_was_worked(self, start: str, end: str) -> None:
        assert OFFICE.add(at(start), hours(2)) == at(end)


class TestBetween:
    @pytest.mark.parametrize(
        ("start", "end", "worked"),
        [
            ("09-21T08:00", "09-21T18:00", 7.5),
            ("09-21T11:30", "09-21T14:00", 1),
            ("09-18T17:00", "09-21T09:00", 0.5 + 7.5 + 0.5),
            ("09-24T17:30", "09-28T08:30", 0),
            ("09-21T14:00", "09-21T11:30", -1),
        ],
    )
    def test_is_what_was_worked(self, start: str, end: str, worked: float) -> None:
        assert OFFICE.between(at(start), at(end)) == hours(worked)

    def test_of_a_whole_day_is_its_length(self) -> None:
        assert OFFICE.day_length() == hours(7.5)


class TestEveryInstant:
    @given(INSTANTS, SPANS)
    def test_and_span_agree_forth_and_back(self, start: datetime.datetime, span: datetime.timedelta) -> None:
        assert OFFICE.between(start, OFFICE.add(start, span)) == span

    @given(INSTANTS, SPANS, SPANS)
    def test_is_passed_in_parts_as_at_once(
        self, start: datetime.datetime, one: datetime.timedelta, two: datetime.timedelta
    ) -> None:
        assert OFFICE.add(OFFICE.add(start, one), two) == OFFICE.add(start, one + two)

    @given(INSTANTS, SPANS)
    def test_ends_while_the_office_is_open(self, start: datetime.datetime, span: datetime.timedelta) -> None:
        end = OFFICE.add(start, span)

        assert is_working(end.date())
        assert HALF_PAST_EIGHT < end.time() <= NOON or HALF_PAST_ONE < end.time() <= HALF_PAST_FIVE

    @given(INSTANTS, INSTANTS, SPANS)
    def test_keeps_the_order(
        self, one: datetime.datetime, other: datetime.datetime, span: datetime.timedelta
    ) -> None:
        first, second = sorted((one, other))

        assert OFFICE.add(first, span) <= OFFICE.add(second, span)


class TestAYearWithoutACalendar:
    def test_is_not_guessed(self) -> None:
        with pytest.raises(NoCalendar):
            OFFICE.add(at("12-31T17:00"), hours(2))

    def test_does_not_hinder_what_ends_before_it(self) -> None:
        assert OFFICE.add(at("12-31T15:00"), hours(2)) == at("12-31T17:00")

    def test_takes_no_clock_without_time(self) -> None:
        with pytest.raises(ValueError, match="some time"):
            OFFICE.add(at("09-21T09:00"), hours(0))
