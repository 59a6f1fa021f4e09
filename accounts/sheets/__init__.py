"""Tables out of files that people send: CSV and XLSX, read row by row, trusted in nothing."""

from pathlib import Path

from accounts.sheets.csv_sheet import read_csv
from accounts.sheets.rows import LARGEST_FILE, Sheet, SheetRefused, SheetRow
from accounts.sheets.xlsx_sheet import read_xlsx

__all__ = ["LARGEST_FILE", "Sheet", "SheetRefused", "SheetRow", "open_sheet"]

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def open_sheet(path: Path) -> Sheet:
    """Open a table by what the file is, not by what it is called. Codes: those of SheetRefused."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise SheetRefused.because("unreadable", reason=error.strerror or "") from error
    if size > LARGEST_FILE:
        raise SheetRefused.because("too_large")
    if start == _OLD_EXCEL:
        raise SheetRefused.because("old_excel")
    return read_xlsx(path) if start == _ZIP else read_csv(path)
