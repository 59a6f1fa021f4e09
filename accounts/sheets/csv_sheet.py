import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.sheets.rows import LONGEST_CELL, Sheet, SheetRefused, SheetRow

_DELIMITERS = ",\t;"


def read_csv(path: Path) -> Sheet:
    """Read UTF-8 with or without its mark, GB18030, or what Excel calls Unicode text."""
    raw = path.read_bytes()
    encoding, first_line = _encoding(raw)
    delimiter = max(_DELIMITERS, key=first_line.count)
    lines = io.TextIOWrapper(io.BytesIO(raw), encoding, newline="")
    return Sheet(_rows(lines, delimiter), estimate=raw.count(b"\n"))


def _encoding(raw: bytes) -> tuple[str, str]:
    """Name the encoding in which the whole file makes sense, and read its first line."""
    # Almost any bytes are GB18030, few are UTF-8: ask the strict one first.
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            raise SheetRefused.because("empty")
        return encoding, text[: text.find("\n")]
    raise SheetRefused.because("encoding")


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[SheetRow]:
    # Strict: otherwise a stray quotation mark makes one row out of several without a word.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    width = None
    while True:
        number = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield SheetRow(number, [], _through(reader.line_num, number, _("a quotation mark is not closed")))
            continue
        if not any(cells):
            continue
        width = width or len(cells)
        yield SheetRow(number, cells, _refusal(cells, width, number, reader.line_num))


def _refusal(cells: list[str], width: int, first: int, last: int) -> str:
    if last > first:
        return _through(last, first, _("a quotation mark is not closed"))
    if len(cells) != width:
        return _("there are %(count)s cells, the first row has %(width)s") % {
            "count": len(cells),
            "width": width,
        }
    return _("a cell is too long") if max(map(len, cells)) > LONGEST_CELL else ""


def _through(last: int, first: int, sentence: str) -> str:
    if last <= first:
        return sentence
    return _("%(sentence)s: rows %(first)s to %(last)s were swallowed into one") % {
        "sentence": sentence,
        "first": first,
        "last": last,
    }
