import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from accounts.sheets.rows import LARGEST_UNPACKED, LONGEST_CELL, Sheet, SheetRefused, SheetRow

_ACTIVE = re.compile(r"xl/(vbaProject\.bin|externalLinks/|activeX/|embeddings/|connections\.xml)")
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3}([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7}))"')
_SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml")
# A number in Excel keeps fifteen figures; of a longer one the end is lost.
_FIGURES_KEPT = 15
_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, DefusedXmlException, ParseError, KeyError, ValueError, TypeError,
    IndexError, AttributeError, OSError, EOFError,
)  # fmt: skip


def read_xlsx(path: Path) -> Sheet:
    """Read the one sheet that holds data. Formulas are not calculated and not believed."""
    try:
        # In memory: a workbook read row by row would hold the file open until its last row.
        raw = io.BytesIO(path.read_bytes())
        merged = _inspect(raw)
        book = openpyxl.load_workbook(raw, read_only=True, data_only=False, keep_links=False)
        sheet = _only_sheet_with_data(book)
    except SheetRefused:
        raise
    except _BROKEN as error:
        raise SheetRefused.because("broken") from error
    return Sheet(_rows(sheet), estimate=sheet.max_row, merged=merged)


def _inspect(raw: io.BytesIO) -> tuple[tuple[int, int, str], ...]:
    """Judge the parcel before anything is unpacked; what is unpacked is cut at the size declared here."""
    merged: list[tuple[int, int, str]] = []
    with zipfile.ZipFile(raw) as parcel:
        entries = parcel.infolist()
        if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
            raise SheetRefused.because("too_large")
        if any(_ACTIVE.match(entry.filename) for entry in entries):
            raise SheetRefused.because("active_content")
        for entry in entries:
            if _SHEETS.fullmatch(entry.filename):
                merged += _merged_in(parcel, entry)
    return tuple(merged)


def _merged_in(parcel: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[tuple[int, int, str]]:
    with parcel.open(entry) as part:
        tail = b""
        while block := part.read(1 << 20):
            text = tail + block
            end = 0
            for match in _MERGED.finditer(text):
                yield int(match[2]), int(match[3]), match[1].decode()
                end = match.end()
            tail = text[max(end, len(text) - 64) :]


def _only_sheet_with_data(book: Any) -> Any:
    filled = [
        sheet
        for sheet in book.worksheets
        if sheet.sheet_state == "visible"
        and any(cell is not None for row in sheet.iter_rows(max_row=20, values_only=True) for cell in row)
    ]
    if not filled:
        raise SheetRefused.because("empty")
    if len(filled) > 1:
        raise SheetRefused.because("several_sheets", names=", ".join(sheet.title for sheet in filled))
    return filled[0]


def _rows(sheet: Any) -> Iterator[SheetRow]:
    try:
        # Values only: a cell object for each of two million cells costs more than all the rest.
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if not any(value is not None for value in row):
                continue
            cells = ["" if value is None else _plain(value).strip() for value in row]
            yield SheetRow(number, cells, _refusal(cells, number))
    except _BROKEN as error:
        raise SheetRefused.because("broken") from error


def _refusal(cells: list[str], number: int) -> str:
    for index, cell in enumerate(cells, start=1):
        if cell.startswith("="):
            return _("cell %(cell)s holds a formula: paste the values") % {"cell": _name(index, number)}
        if cell in ERROR_CODES:
            return _("cell %(cell)s holds an error") % {"cell": _name(index, number)}
        if len(cell) > LONGEST_CELL:
            return _("a cell is too long")
    return ""


def _name(column: int, row: int) -> str:
    return f"{get_column_letter(column)}{row}"


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, int | float) and abs(value) >= 10**_FIGURES_KEPT:
        # As Excel itself shows it: the end of the number is gone, and whoever reads it must see that.
        return f"{value:.5E}"
    if isinstance(value, float):
        # 89.6 may be kept as 89.59999999999999.
        return str(int(value)) if value.is_integer() else f"{value:.10g}"
    return str(value)
