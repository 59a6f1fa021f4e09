"""The keys of billing.rating.periods in words, and the day a tier period ends."""

import datetime
from collections.abc import Mapping
from typing import Any

from billing.explaining.said import Said

_PARTS = {
    "H1": Said("上半年", "first half of "),
    "H2": Said("下半年", "second half of "),
    "Q1": Said("第一季度", "first quarter of "),
    "Q2": Said("第二季度", "second quarter of "),
    "Q3": Said("第三季度", "third quarter of "),
    "Q4": Said("第四季度", "fourth quarter of "),
}
_LAST_MONTH = {"": 12, "H1": 6, "H2": 12, "Q1": 3, "Q2": 6, "Q3": 9, "Q4": 12}
ONE_DAY = datetime.timedelta(days=1)


def said_period(key: str) -> Said:
    """2026, 2026H1, 2026Q3, 2025-11 and 2026/resident as they are said."""
    name = key.partition("/")[0]
    year, part = name[:4], name[4:]
    if part in _PARTS:
        return Said(f"{year} 年{_PARTS[part].zh}", f"{_PARTS[part].en}{year}")
    if part:
        return Said(f"{year} 年 {int(part[1:])} 月起的一年", f"the year from {name}")
    return Said(f"{year} 年", year)


def last_day(key: str, category: Mapping[str, Any]) -> datetime.date:
    """The last day of a tier period; a year that begins on another day is named by the category's rule."""
    name = key.partition("/")[0]
    year, part = int(name[:4]), name[4:]
    if part in _LAST_MONTH:
        month = _LAST_MONTH[part]
        return datetime.date(year + month // 12, month % 12 + 1, 1) - ONE_DAY
    month, first = (int(figure) for figure in category["year_starts_on"].split("-"))
    return datetime.date(year + 1, month, first) - ONE_DAY
