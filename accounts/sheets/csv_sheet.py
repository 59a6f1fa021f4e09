import csv
import io
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.sheets.rows import LONGEST_CELL, Sheet, SheetRefused, SheetRow

_DELIMITERS = ",\t;"


def read_csv(path: Path) -> Sheet:
    """Read UTF-8 with or without its mark, GB18030, or what Excel calls Unicode text."""
    text = _decoded(path.read_bytes())
    if not text.strip():
        raise SheetRefused.because("empty")
    return Sheet(_rows(text), estimate=text.count("\n"))


def _decoded(raw: bytes) -> str:
    # Almost any bytes are GB18030, few are UTF-8: ask the strict one first.
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetRefused.because("encoding")


def _rows(text: str) -> Iterator[SheetRow]:
    first_line = text[: text.find("\n")]
    delimiter = max(_DELIMITERS, key=first_line.count)
    # Strict: otherwise a stray quotation mark makes one row out of several without a word.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
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
