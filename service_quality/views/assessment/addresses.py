"""Months and years as they stand in an address."""

import datetime
import re

from django.http import Http404

YEARS = range(2000, 2100)
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


def month_or_404(text: str) -> datetime.date:
    """2026-10 → the first of October."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise Http404
    return datetime.date(int(found[1]), int(found[2]), 1)


def year_or_404(year: int) -> int:
    if year not in YEARS:
        raise Http404
    return year
