"""The file of a working calendar: {"year": 2026, "source": "…", "days": [{"day", "name", "worked"}]}."""

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from accounts.json_file import read_json_file
from accounts.services.working_calendars import CalendarRefused, SpecialDay

SHIPPED = Path(__file__).parent / "calendars"


class CalendarFile(NamedTuple):
    year: int
    source: str
    days: Sequence[SpecialDay]


def shipped_calendars() -> Iterator[CalendarFile]:
    """The years that come with the program, the oldest first."""
    for file in sorted(SHIPPED.glob("*.json")):
        yield read_calendar_file(file)


def read_calendar_file(path: Path) -> CalendarFile:
    """Read the form; the import checks what it says. Codes: unreadable, bad_form."""
    return read_json_file(path, _read, CalendarRefused)


def _read(content: Any) -> CalendarFile:
    year, source = content["year"], content["source"]
    if type(year) is not int or not isinstance(source, str):
        raise TypeError("year is a number and source a text")
    return CalendarFile(year, source, [_read_day(one) for one in content["days"]])


def _read_day(row: Any) -> SpecialDay:
    if set(row) != {"day", "name", "worked"}:
        raise ValueError(f"a day has day, name and worked, not {', '.join(sorted(row))}")
    if type(row["worked"]) is not bool or not isinstance(row["name"], str):
        raise TypeError(f"{row['day']}: worked is true or false, and name a text")
    return SpecialDay(datetime.date.fromisoformat(row["day"]), row["name"], row["worked"])
