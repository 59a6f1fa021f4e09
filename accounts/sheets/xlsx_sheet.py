import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from django.utils.translation import gettext as _
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from accounts.sheets.rows import LONGEST_CELL, Sheet, SheetRefused, SheetRow
from accounts.sheets.xlsx_parcel import Parcel, text_of

_WHOLE = re.compile(r"-?[0-9]{1,15}")
# A number in Excel keeps fifteen figures; of a longer one the end is lost.
_FIGURES_KEPT = 15
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, IndexError, OverflowError, OSError,
    EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip


class _RowRefused(Exception):
    """Why the cells of a row are not to be trusted."""


def read_xlsx(path: Path) -> Sheet:
    """Read the one sheet that holds data. Formulas are not calculated and not believed."""
    try:
        parcel = Parcel(path)
        cells = _Cells(parcel)
        filled = [
            sheet
            for sheet in parcel.sheets
            if sheet.is_visible and next(_rows(parcel, cells, sheet.part), None)
        ]
        if not filled:
            raise SheetRefused.because("empty")
        if len(filled) > 1:
            raise SheetRefused.because("several_sheets", names=", ".join(sheet.name for sheet in filled))
        part = filled[0].part
        merged = tuple(parcel.merged(part))
    except _BROKEN as error:
        raise SheetRefused.because("broken") from error
    return Sheet(_rows(parcel, cells, part), estimate=None, merged=merged)


def _rows(parcel: Parcel, cells: "_Cells", part: str) -> Iterator[SheetRow]:
    number = 0
    try:
        for _name, element in parcel.elements(part, "row"):
            number = int(element.get("r") or number + 1)
            texts, refusal = cells.of(element, number)
            element.clear()
            if refusal or any(texts):
                yield SheetRow(number, texts, refusal)
    except _BROKEN as error:
        raise SheetRefused.because("broken") from error


class _Cells:
    """What stands in the cells, as text."""

    def __init__(self, parcel: Parcel) -> None:
        self._texts = parcel.texts()
        self._dates = parcel.date_styles()
        self._epoch = CALENDAR_MAC_1904 if parcel.counts_from_1904 else CALENDAR_WINDOWS_1900

    def of(self, row: Element, number: int) -> tuple[list[str], str]:
        texts: list[str] = []
        try:
            for cell in row:
                column = _column(cell.get("r", ""), len(texts))
                texts += [""] * (column - len(texts))
                texts.append(self._text(cell).strip())
                if len(texts[-1]) > LONGEST_CELL:
                    raise _RowRefused(_("a cell is too long"))
        except _RowRefused as refusal:
            where = f"{get_column_letter(len(texts) + 1)}{number}"
            return texts, f"{where}: {refusal}"
        return texts, ""

    def _text(self, cell: Element) -> str:
        kind, value = cell.get("t", "n"), ""
        for child in cell:
            tag = child.tag
            if tag.endswith("}v"):
                value = child.text or ""
            elif tag.endswith("}f"):
                raise _RowRefused(_("the cell holds a formula: paste the values"))
            elif tag.endswith("}is"):
                return text_of(child)
        if kind == "e":
            raise _RowRefused(_("the cell holds an error"))
        if kind == "s":
            return self._texts[int(value)] if value else ""
        return self._number(value, cell.get("s", "0")) if kind == "n" and value else value

    def _number(self, value: str, style: str) -> str:
        if style in self._dates:
            moment = from_excel(float(value), self._epoch)
            return moment.date().isoformat() if isinstance(moment, datetime) else str(moment)
        if _WHOLE.fullmatch(value):
            return value
        number = float(value)
        if abs(number) >= 10**_FIGURES_KEPT:
            # As Excel itself shows it: the end of the number is gone, and whoever reads it must see that.
            return f"{number:.5E}"
        # 89.6 may be kept as 89.59999999999999.
        return str(int(number)) if number.is_integer() else f"{number:.10g}"


def _column(coordinate: str, following: int) -> int:
    """Where the cell stands, counted from nought; cells without a name follow one another."""
    return _index(coordinate.rstrip("0123456789")) if coordinate else following


@lru_cache(maxsize=200)
def _index(letters: str) -> int:
    return int(column_index_from_string(letters)) - 1
