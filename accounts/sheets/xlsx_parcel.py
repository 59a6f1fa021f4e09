"""The parts of an XLSX file: XML in a zip, judged before it is unpacked."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# defusedxml parses in Python, which takes minutes for two million cells. The C parser is as safe where no
# document type is let through, and with it no entity.
from xml.etree.ElementTree import Element, XMLPullParser

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from accounts.sheets.rows import LARGEST_UNPACKED, SheetRefused

_ACTIVE = re.compile(r"xl/(vbaProject\.bin|externalLinks/|activeX/|embeddings/|connections\.xml)")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3}([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7}))"')
_LONGEST_MERGED = 64
_BOOK = "xl/workbook.xml"
_BLOCK = 1 << 18
_DOCTYPE = b"<!DOCTYPE"


@dataclass(frozen=True)
class SheetPart:
    name: str
    part: str
    is_visible: bool


class Parcel:
    """An opened workbook. Its texts and its date formats are read when the first cell asks for them."""

    def __init__(self, path: Path) -> None:
        # In memory: read row by row, the file would stay open until its last row.
        self._zip = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
        entries = self._zip.infolist()
        # More than is declared here is never unpacked: the reading stops there.
        if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
            raise SheetRefused.because("too_large")
        if any(_ACTIVE.match(entry.filename) for entry in entries):
            raise SheetRefused.because("active_content")
        self._parts = {entry.filename for entry in entries}
        self.counts_from_1904 = False
        self.sheets = list(self._sheets())

    def elements(self, part: str, *wanted: str) -> Iterator[tuple[str, Element]]:
        """The wanted elements of a part as they end, with their names bare of the namespace."""
        names: dict[str, str] = {}
        parser: XMLPullParser[Element] = XMLPullParser(["end"])
        tail = b""
        with self._zip.open(part) as file:
            while block := file.read(_BLOCK):
                # A NUL is UTF-16, in which the document type would not be seen.
                if _DOCTYPE in tail + block or b"\x00" in block:
                    raise SheetRefused.because("broken")
                tail = block[-len(_DOCTYPE) :]
                parser.feed(block)
                for event in parser.read_events():
                    element: Any = event[-1]
                    if (name := names.get(element.tag)) is None:
                        name = names[element.tag] = bare(element.tag)
                    if name in wanted:
                        yield name, element

    def merged(self, part: str) -> Iterator[tuple[int, int, str]]:
        """The ranges of merged cells, which stand behind the rows: first row, last row, name."""
        with self._zip.open(part) as file:
            rest = b""
            while block := file.read(_BLOCK):
                text = rest + block
                end = 0
                for match in _MERGED.finditer(text) if b"mergeCell " in text else ():
                    yield int(match[2]), int(match[3]), match[1].decode()
                    end = match.end()
                rest = text[max(end, len(text) - _LONGEST_MERGED) :]

    def texts(self) -> list[str]:
        """The shared texts, in order. How a text is pronounced stands beside it and is left out."""
        part = "xl/sharedStrings.xml"
        if part not in self._parts:
            return []
        texts = []
        for _name, element in self.elements(part, "si"):
            texts.append(text_of(element))
            element.clear()
        return texts

    def date_styles(self) -> set[str]:
        """The numbers of the cell styles that show a number as a date."""
        part = "xl/styles.xml"
        if part not in self._parts:
            return set()
        formats = {str(number): code for number, code in BUILTIN_FORMATS.items()}
        styles: list[str] = []
        for name, element in self.elements(part, "numFmt", "cellXfs"):
            if name == "numFmt":
                formats[element.get("numFmtId", "")] = element.get("formatCode", "")
            else:
                styles = [style.get("numFmtId", "0") for style in element]
        return {str(index) for index, number in enumerate(styles) if is_date_format(formats.get(number, ""))}

    def _sheets(self) -> Iterator[SheetPart]:
        targets = {
            element.get("Id", ""): element.get("Target", "")
            for _name, element in self.elements("xl/_rels/workbook.xml.rels", "Relationship")
        }
        for name, element in self.elements(_BOOK, "workbookPr", "sheet"):
            if name == "workbookPr":
                self.counts_from_1904 = element.get("date1904") in {"1", "true"}
            else:
                key = next((value for attribute, value in element.items() if attribute.endswith("}id")), "")
                target = targets[key]
                part = target[1:] if target.startswith("/") else f"xl/{target}"
                if part in self._parts and "worksheets/" in part:
                    visible = element.get("state", "visible") == "visible"
                    yield SheetPart(element.get("name", ""), part, visible)


def bare(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def text_of(element: Element) -> str:
    """The text of a cell whose parts may be formatted one by one."""
    pieces = []
    for child in element:
        name = bare(child.tag)
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            pieces.append(text_of(child))
    return "".join(pieces)
