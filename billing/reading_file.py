"""A file of readings as rows to import, and everything in it that cannot be believed."""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.folding import fold
from accounts.roster import cells as read
from accounts.roster.columns import SERVICES
from accounts.roster.problems import Problem
from accounts.sheets import SheetRefused, SheetRow, open_sheet

HEADINGS: Mapping[str, Sequence[str]] = {
    "account_no": ("户号", "用户编号", "客户编号", "用户号", "account number", "account"),
    "serial_no": ("表号", "表具编号", "表具号", "表计编号", "meter number", "meter"),
    "service": ("服务", "服务类型", "业务", "业务类型", "service"),
    "read_on": ("抄表日期", "抄表时间", "日期", "read on", "date"),
    "value": ("读数", "示数", "止码", "本期读数", "本期示数", "表码", "reading", "value"),
    "kind": ("抄表方式", "抄表类型", "方式", "kind"),
    "rolled_over": ("翻转", "过圈", "是否翻转", "rolled over", "rollover"),
    "reason": ("估抄原因", "原因", "备注", "reason"),
    "reader": ("抄表员", "抄表员工号", "工号", "reader", "staff number"),
}
NEEDED = ("read_on", "value")
KINDS = {
    "ACTUAL": ("实抄", "抄见", "正常"),
    "ESTIMATED": ("估抄", "估"),
    "SELF_REPORTED": ("自报", "用户自报", "自助"),
}
YES_OR_NO = {"YES": ("是", "1", "true", "y"), "NO": ("否", "0", "false", "n")}
ROWS_BEFORE_THE_HEADINGS = 10
FEWEST_HEADINGS = 3
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
_METER = re.compile(r"[0-9A-Z][0-9A-Z./-]{0,29}")


@dataclass(slots=True)
class ReadingRow:
    """One reading as the file tells of it."""

    number: int
    read_on: date
    value: Decimal
    account_no: str = ""
    serial_no: str = ""
    service: str = ""
    kind: str = "ACTUAL"
    rolled_over: bool = False
    reason: str = ""
    reader: str = ""


@dataclass(frozen=True)
class ReadingFile:
    """The rows of a file, to be gone through once; what is wrong with a row comes in its place."""

    entries: Iterator[ReadingRow | Problem]
    estimate: int | None
    headings: Mapping[str, str]
    ignored: list[str]


def read_readings(path: Path) -> ReadingFile:
    """Open a file of readings and find its columns. Refuses with SheetRefused what is none at all."""
    sheet = open_sheet(path)
    rows = iter(sheet.rows)
    headings = _headings(rows)
    columns = _columns(headings.cells)
    missing = [HEADINGS[column][0] for column in NEEDED if column not in columns]
    if not {"account_no", "serial_no"} & columns.keys():
        missing.append(HEADINGS["serial_no"][0])
    if missing:
        raise SheetRefused(
            _("The file has no column %(names)s."),
            code="missing_heading",
            params={"names": ", ".join(missing)},
        )
    merged = [name for _first, last, name in sheet.merged if last > headings.number]
    if merged:
        raise SheetRefused.because("merged", cells=", ".join(merged[:5]))
    named = {column: headings.cells[index] for column, index in columns.items()}
    known = set(columns.values())
    ignored = [cell for index, cell in enumerate(headings.cells) if cell and index not in known]
    entries = chain.from_iterable(_entries(columns, named, row) for row in rows)
    return ReadingFile(entries, sheet.estimate, named, ignored)


def _headings(rows: Iterator[SheetRow]) -> SheetRow:
    for row in rows:
        if len(_columns(row.cells)) >= FEWEST_HEADINGS:
            return row
        if row.number >= ROWS_BEFORE_THE_HEADINGS:
            break
    raise SheetRefused(
        _("No row of headings was found. Needed are: %(names)s."),
        code="no_headings",
        params={"names": ", ".join(HEADINGS[column][0] for column in ("serial_no", *NEEDED))},
    )


def _columns(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        bare = fold(cell).split("(")[0].rstrip(":*").strip()
        for column, names in HEADINGS.items():
            if bare.replace("_", " ") in names or bare == column:
                found.setdefault(column, index)
    return found


def _number(cell: str) -> Decimal:
    text = unicodedata.normalize("NFKC", cell).replace(",", "")
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    raise read.CellRefused(
        gettext_lazy("is a number from 0 with at most three decimals"), code="not_a_number"
    )


def _meter(cell: str) -> str:
    text = unicodedata.normalize("NFKC", cell).upper()
    if _METER.fullmatch(text) and not re.fullmatch(r"[0-9]+\.[0-9]*E\+?[0-9]+", text):
        return sys.intern(text)
    raise read.CellRefused(gettext_lazy("has figures and capital letters, 30 at most"), code="meter_number")


_READERS: Mapping[str, Callable[[str], Any]] = {
    "account_no": read.account_number,
    "serial_no": _meter,
    "service": read.one_of(SERVICES),
    "read_on": read.day,
    "value": _number,
    "kind": read.one_of(KINDS),
    "rolled_over": read.one_of(YES_OR_NO),
    "reason": read.words(200),
    "reader": read.words(20),
}


def _entries(
    columns: Mapping[str, int], headings: Mapping[str, str], row: SheetRow
) -> list[ReadingRow | Problem]:
    """The reading, or everything that is wrong with its cells."""
    if row.refusal:
        return [Problem(row.number, "", row.refusal, "row")]
    values: dict[str, Any] = {}
    problems: list[ReadingRow | Problem] = []
    for column, index in columns.items():
        cell = row.cells[index] if index < len(row.cells) else ""
        try:
            if cell:
                values[column] = _READERS[column](cell)
            elif column in NEEDED:
                problems.append(Problem(row.number, headings[column], _("is empty"), "empty"))
        except read.CellRefused as refusal:
            problems.append(
                Problem(row.number, headings[column], refusal.messages[0], refusal.code or "cell")
            )
    if not problems and not {"account_no", "serial_no"} & values.keys():
        problems.append(Problem(row.number, "", _("names neither meter nor account"), "empty"))
    if problems:
        return problems
    values["rolled_over"] = values.get("rolled_over") == "YES"
    return [ReadingRow(number=row.number, **values)]
