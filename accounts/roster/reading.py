"""A roster file as rows to import, and everything in it that cannot be believed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from accounts.roster import cells as read
from accounts.roster.address import plain_door, split_address
from accounts.roster.columns import CATEGORIES, HEADINGS, KINDS, NEEDED, SERVICES, STATES, find_columns
from accounts.roster.problems import Problem
from accounts.roster.row import Address, RosterRow
from accounts.sheets import Sheet, SheetRefused, SheetRow, open_sheet

# A title may stand above the headings; so many known names in one row are headings and no accident.
ROWS_BEFORE_THE_HEADINGS = 10
FEWEST_HEADINGS = 3

_READERS: Mapping[str, Callable[[str], Any]] = {
    "account_no": read.account_number,
    "old_account_no": read.account_number,
    "name": read.words(100),
    "kind": read.one_of(KINDS),
    "id_number": read.paper_number,
    "unified_code": read.unified_code,
    "phones": read.phones,
    "service": read.one_of(SERVICES),
    "category": read.one_of(CATEGORIES),
    "address": lambda cell: split_address(read.words(200)(cell)),
    "street": read.words(120),
    "community": read.words(60),
    "building": read.words(20),
    "unit": read.words(20),
    "room": read.words(20),
    "district": read.words(20),
    "branch": read.words(20),
    "building_area": read.area,
    "inner_area": read.area,
    "billed_area": read.area,
    "persons": read.count_of,
    "shared_households": read.count_of,
    "low_income_no": read.words(40),
    "low_income_until": read.day,
    "opened_on": read.day,
    "closed_on": read.day,
    "state": read.one_of(STATES),
}


@dataclass(frozen=True)
class Roster:
    """The rows of a file, to be gone through once; what is wrong with a row comes in its place."""

    entries: Iterator[RosterRow | Problem]
    estimate: int | None
    # What the file itself calls a column.
    headings: Mapping[str, str]
    # Columns of the file that mean nothing to us.
    ignored: list[str]


def read_roster(path: Path) -> Roster:
    """Open a roster and find its columns. Refuses with SheetRefused what is no roster at all."""
    sheet = open_sheet(path)
    rows = iter(sheet.rows)
    headings = _headings(rows)
    columns = find_columns(headings.cells)
    _check_headings(columns)
    _check_merged(sheet, headings.number)
    named = {column: headings.cells[index] for column, index in columns.items()}
    known = set(columns.values())
    ignored = [cell for index, cell in enumerate(headings.cells) if cell and index not in known]
    entries = chain.from_iterable(_Reader(columns, named, row).entries() for row in rows)
    return Roster(entries, sheet.estimate, named, ignored)


def _headings(rows: Iterator[SheetRow]) -> SheetRow:
    for row in rows:
        if len(find_columns(row.cells)) >= FEWEST_HEADINGS:
            return row
        if row.number >= ROWS_BEFORE_THE_HEADINGS:
            break
    raise SheetRefused(
        _("No row of headings was found. Needed are: %(names)s."),
        code="no_headings",
        params={"names": ", ".join(HEADINGS[column][0] for column in NEEDED)},
    )


def _check_headings(columns: Mapping[str, int]) -> None:
    missing = [HEADINGS[column][0] for column in NEEDED if column not in columns]
    if "community" not in columns and "address" not in columns:
        missing.append(HEADINGS["address"][0])
    if missing:
        raise SheetRefused(
            _("The file has no column %(names)s."),
            code="missing_heading",
            params={"names": ", ".join(missing)},
        )


def _check_merged(sheet: Sheet, headings_at: int) -> None:
    below = [name for _first, last, name in sheet.merged if last > headings_at]
    if below:
        raise SheetRefused.because("merged", cells=", ".join(below[:5]))


class _Reader:
    """One row on its way from cells to an account."""

    def __init__(self, columns: Mapping[str, int], headings: Mapping[str, str], row: SheetRow) -> None:
        self.columns = columns
        self.headings = headings
        self.row = row
        self.problems: list[Problem] = []

    def entries(self) -> list[RosterRow | Problem]:
        """The account, or everything that is wrong with it."""
        if self.row.refusal:
            return [Problem(self.row.number, "", self.row.refusal, "row")]
        values = {column: self._value(column) for column in self.columns}
        address = self._address(values)
        self._check_dates(values)
        if values.get("old_account_no") and values["old_account_no"] == values["account_no"]:
            self._refuse("old_account_no", _("is the new number once more"), "same_number")
        if self.problems:
            return [*self.problems]
        for part in ("address", *Address._fields):
            values.pop(part, None)
        values["phones"] = values.get("phones") or ()
        return [RosterRow(number=self.row.number, address=address, **values)]

    def _value(self, column: str) -> Any:
        index = self.columns[column]
        cell = self.row.cells[index] if index < len(self.row.cells) else ""
        if not cell:
            if column in NEEDED:
                self._refuse(column, _("is empty"), "empty")
            return None
        try:
            return _READERS[column](cell)
        except read.CellRefused as refusal:
            self._refuse(column, refusal.messages[0], refusal.code or "cell")
            return None

    def _address(self, values: Mapping[str, Any]) -> Address:
        written: Address = values.get("address") or Address()
        building, unit, room = plain_door(*(values.get(part) or "" for part in ("building", "unit", "room")))
        address = Address(
            values.get("street") or written.street,
            values.get("community") or written.community,
            building or written.building,
            unit or written.unit,
            room or written.room,
        )
        if not address.community and not self.problems:
            self._refuse("community" if "community" in self.columns else "address", _("is empty"), "empty")
        return address

    def _check_dates(self, values: Mapping[str, Any]) -> None:
        closed, opened = values.get("closed_on"), values.get("opened_on")
        if values.get("state") == "CLOSED" and not closed:
            self._refuse("state", _("says closed, and no closing date is given"), "closed_when")
        if closed and values.get("state") != "CLOSED":
            self._refuse("closed_on", _("is given, and the state is not closed"), "not_closed")
        if closed and opened and closed < opened:
            self._refuse("closed_on", _("is before the opening"), "closed_before_opened")

    def _refuse(self, column: str, sentence: str, code: str) -> None:
        self.problems.append(Problem(self.row.number, self.headings.get(column, ""), sentence, code))
