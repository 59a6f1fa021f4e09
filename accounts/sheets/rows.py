from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Of the file, and of what a compressed one says it unpacks to.
LARGEST_FILE = 100 * 1024 * 1024
LARGEST_UNPACKED = 200 * 1024 * 1024
LONGEST_CELL = 1000

_SENTENCES = {
    "unreadable": _("The file cannot be read: %(reason)s"),
    "too_large": _("The file is too large."),
    "old_excel": _("This is an old Excel file (.xls) or has a password. Save it as .xlsx or .csv."),
    "empty": _("The file is empty."),
    "encoding": _("The text is neither UTF-8 nor GB18030."),
    "broken": _("The file is damaged or is not what it seems to be."),
    "active_content": _("The file holds macros or links to other files. Save it as a plain .xlsx or .csv."),
    "several_sheets": _("More than one sheet holds data: %(names)s. Keep one."),
    "merged": _("Cells %(cells)s are merged. Unmerge them: what stands in one cell counts for one row."),
}


class SheetRefused(ValidationError):
    """The whole file cannot be read as a table."""

    @classmethod
    def because(cls, code: str, **params: str) -> Self:
        return cls(_SENTENCES[code], code=code, params=params)


class SheetRow(NamedTuple):
    """One row that is not blank. `refusal` says why the cells are not to be trusted."""

    number: int
    cells: list[str]
    refusal: str = ""


@dataclass(frozen=True)
class Sheet:
    """The rows of one table, to be gone through once, and about how many they are."""

    rows: Iterator[SheetRow]
    estimate: int | None
    # Ranges of merged cells, as (first row, last row, name).
    merged: tuple[tuple[int, int, str], ...] = ()
