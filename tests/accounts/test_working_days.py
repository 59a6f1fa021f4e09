import datetime
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from accounts.calendar_file import read_calendar_file, shipped_calendars
from accounts.models import AuditEntry, CalendarDay, WorkingCalendar
from accounts.queries.working_days import CalendarMissing, calendar_of, is_working_day, working_day_after
from accounts.services.working_calendars import CalendarRefused, SpecialDay, import_calendar
from tests.counters.meeting import at_once, make_them_meet, remove
from tests.factories.accounts import make_staff

AT = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def import_2027(*days: SpecialDay, source: str = "国办发明电〔2026〕9号") -> tuple[WorkingCalendar, bool]:
    return import_calendar(2027, source=source, days=days, by=None, at=AT)


NEW_YEAR = SpecialDay(day("2027-01-01"), "元旦", is_working=False)
MADE_UP = SpecialDay(day("2027-01-03"), "元旦", is_working=True)


@pytest.fixture
def calendars(db: None) -> None:
    call_command("import_calendar", stdout=StringIO())


@pytest.mark.usefixtures("calendars")
class TestWorkingDays:
    @pytest.mark.parametrize(
        ("start", "count", "found"),
        [
            ("2025-09-26", 1, "2025-09-28"),
            ("2025-09-30", 3, "2025-10-11"),
            ("2025-01-27", 1, "2025-02-05"),
            ("2026-02-13", 1, "2026-02-14"),
            ("2026-02-13", 2, "2026-02-24"),
            ("2026-04-30", 5, "2026-05-11"),
            ("2026-09-24", 2, "2026-09-29"),
            ("2025-12-31", 1, "2026-01-04"),
        ],
    )
    def test_are_counted_from_the_day_after(self, start: str, count: int, found: str) -> None:
        assert working_day_after(day(start), count) == day(found)

    @pytest.mark.parametrize(
        ("year", "by_month"),
        [
            (2025, [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23]),
            (2026, [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]),
        ],
    )
    def test_of_a_month_are_as_many_as_announced(self, year: int, by_month: list[int]) -> None:
        calendar, first = calendar_of(year), datetime.date(year, 1, 1)
        worked = [
            one
            for one in (first + datetime.timedelta(days=number) for number in range(365))
            if calendar.is_working(one)
        ]

        assert [sum(one.month == month for one in worked) for month in range(1, 13)] == by_month
        assert len(worked) == 248

    def test_are_made_up_on_weekends(self) -> None:
        assert is_working_day(day("2026-02-28"))
        assert not is_working_day(day("2026-03-01"))
        assert calendar_of(2026).holiday_on(day("2026-02-28")) == ""
        assert calendar_of(2026).holiday_on(day("2026-02-16")) == "春节"

    def test_of_a_year_without_a_calendar_are_not_guessed(self) -> None:
        with pytest.raises(CalendarMissing) as refusal:
            is_working_day(day("2027-01-04"))
        with pytest.raises(CalendarMissing):
            working_day_after(day("2026-12-30"), 2)

        assert refusal.value.code == "calendar_missing"
        assert "2027" in refusal.value.messages[0]

    def test_are_counted_from_one(self) -> None:
        with pytest.raises(ValueError, match="from one on"):
            working_day_after(day("2026-11-23"), 0)


class TestImportCalendar:
    pytestmark = pytest.mark.django_db

    def test_keeps_the_year_and_who_brought_it(self) -> None:
        by = make_staff(role="manager")

        calendar, is_new = import_calendar(2027, source="通知", days=[NEW_YEAR, MADE_UP], by=by, at=AT)

        assert (is_new, calendar.version, calendar.days.count()) == (True, 1, 2)
        assert AuditEntry.objects.get(action="calendar.import").actor == by

    def test_of_the_same_days_again_writes_nothing(self) -> None:
        import_2027(NEW_YEAR, MADE_UP)

        _calendar, is_new = import_2027(MADE_UP, NEW_YEAR)

        assert (is_new, WorkingCalendar.objects.count()) == (False, 1)

    def test_of_a_correction_is_a_new_version_that_holds(self) -> None:
        import_2027(NEW_YEAR)
        assert not is_working_day(day("2027-01-03"))

        calendar, _is_new = import_2027(NEW_YEAR, MADE_UP)

        assert calendar.version == 2
        assert is_working_day(day("2027-01-03"))

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"year": 1999}, "bad_year"),
            ({"source": "  "}, "source_missing"),
            ({"days": []}, "no_days"),
            ({"days": [SpecialDay(day("2026-12-31"), "元旦", False)]}, "other_year"),
            ({"days": [NEW_YEAR, NEW_YEAR]}, "day_twice"),
            ({"days": [SpecialDay(day("2027-01-01"), " ", False)]}, "day_without_name"),
            ({"days": [SpecialDay(day("2027-01-04"), "元旦", True)]}, "as_its_weekday"),
        ],
    )
    def test_refuses_and_writes_nothing(self, change: dict[str, Any], code: str) -> None:
        terms: dict[str, Any] = {"year": 2027, "source": "通知", "days": [NEW_YEAR], **change}

        with pytest.raises(CalendarRefused) as refusal:
            import_calendar(terms.pop("year"), **terms, by=None, at=AT)

        assert refusal.value.code == code
        assert not WorkingCalendar.objects.exists()
        assert not CalendarDay.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestTwoImportsOfOneYearAtOnce:
    def import_twice(self) -> list[bool | Exception]:
        return at_once(lambda: import_2027(NEW_YEAR)[1], lambda: import_2027(NEW_YEAR)[1])

    def test_make_one_version(self) -> None:
        assert sorted(map(str, self.import_twice())) == ["False", "True"]
        assert WorkingCalendar.objects.count() == 1

    def test_run_into_each_other_where_nobody_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        remove(monkeypatch, "accounts.services.working_calendars._wait_for_others")
        make_them_meet(monkeypatch, "accounts.services.working_calendars._newest", 2, afterwards=True)

        outcomes = self.import_twice()

        assert [isinstance(one, IntegrityError) for one in outcomes].count(True) == 1
        assert WorkingCalendar.objects.count() == 1


class TestTheCommand:
    pytestmark = pytest.mark.django_db

    def test_imports_the_shipped_years_once(self) -> None:
        for said in ("2025 v1", "2026 v1"):
            out = StringIO()
            call_command("import_calendar", stdout=out)
            assert said in out.getvalue()

        assert WorkingCalendar.objects.count() == len(list(shipped_calendars())) == 2

    @pytest.mark.parametrize(
        "content",
        [
            "{",
            "[]",
            '{"year": "2027", "source": "", "days": []}',
            '{"year": 2027, "source": "x", "days": [{"day": "2027-01-01", "name": "元旦"}]}',
            '{"year": 2027, "source": "x", "days": [{"day": "1 Jan", "name": "元旦", "worked": false}]}',
            '{"year": 2027, "source": "x", "days": [{"day": "2027-01-01", "name": "元旦", "worked": 0}]}',
        ],
    )
    def test_refuses_a_file_of_another_form(self, tmp_path: Path, content: str) -> None:
        file = tmp_path / "2027.json"
        file.write_text(content, encoding="utf-8")

        with pytest.raises(CalendarRefused) as refusal:
            read_calendar_file(file)
        with pytest.raises(CommandError):
            call_command("import_calendar", str(file))

        assert refusal.value.code in {"unreadable", "bad_form"}
        assert not WorkingCalendar.objects.exists()

    def test_takes_only_a_person_who_may(self, tmp_path: Path) -> None:
        file = tmp_path / "2027.json"
        row = {"day": "2027-01-01", "name": "元旦", "worked": False}
        file.write_text(json.dumps({"year": 2027, "source": "通知", "days": [row]}), encoding="utf-8")
        cashier, manager = make_staff(), make_staff(role="manager")

        with pytest.raises(CommandError):
            call_command("import_calendar", str(file), "--by", cashier.number)
        call_command("import_calendar", str(file), "--by", manager.number, stdout=StringIO())

        assert WorkingCalendar.objects.get().imported_by == manager
