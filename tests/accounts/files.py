"""Roster files for tests."""

import csv
import datetime
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

PLAIN: Mapping[str, Any] = {
    "户号": "0100172364",
    "户名": "王淑英",
    "服务": "供热",
    "小区": "阳光家园",
    "楼": "5",
    "单元": "2",
    "室": "301",
    "片区": "HP-01",
    "开户日期": "2008-09-01",
}


def row(number: int = 1, **cells: Any) -> dict[str, Any]:
    """Make one good row, with a number of its own; cells are named by their headings."""
    return {**PLAIN, "户号": f"01001723{number:02}", "室": str(300 + number), **cells}


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    headings = list(dict.fromkeys(name for each in rows for name in each))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, headings, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def csv_file(folder: Path, rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8") -> Path:
    path = folder / "roster.csv"
    path.write_bytes(csv_text(rows).encode(encoding))
    return path


def xlsx_file(
    folder: Path,
    rows: Sequence[Mapping[str, Any]],
    *,
    above: Sequence[str] = (),
    merged: Sequence[str] = (),
    sheets: Mapping[str, bool] | None = None,
) -> Path:
    """Write a workbook; `sheets` are more sheets with data, and whether they are hidden."""
    book = Workbook()
    sheet = book.active
    headings = list(dict.fromkeys(name for each in rows for name in each))
    for title in above:
        sheet.append([title])
    sheet.append(headings)
    for each in rows:
        sheet.append([each.get(name) for name in headings])
    for cells in merged:
        sheet.merge_cells(cells)
    for title, hidden in (sheets or {}).items():
        more = book.create_sheet(title)
        more["A1"] = "说明"
        more.sheet_state = "hidden" if hidden else "visible"
    path = folder / "roster.xlsx"
    book.save(path)
    return path


OPENED = datetime.date(2008, 9, 1)
