"""One cell, one meaning. What cannot be read for certain is refused with a sentence, never guessed."""

import re
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.folding import fold, is_invisible
from accounts.roster.columns import codes_of

_ACCOUNT_NO = re.compile(r"[0-9A-Z]{6,20}")
_ROUNDED = re.compile(r"[0-9]+[.,][0-9]+(E\+?[0-9]+)?|[0-9]+E\+[0-9]+")
_PAPER_NO = re.compile(r"[0-9A-Z]{5,18}")
_UNIFIED_CODE = re.compile(r"[0-9A-Z]{18}")
_AREA = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")
_COUNT = re.compile(r"[0-9]{1,4}")
_DATE = re.compile(
    r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))(?: 0?0:00(?::00)?)?"
)
# Days since the end of 1899: what a date becomes in a spreadsheet. These lie between 1954 and 2119.
_SERIAL = re.compile(r"[2-7][0-9]{4}")
_SERIAL_START = date(1899, 12, 30)
_MOBILE = re.compile(r"(?:\+?86)?(1[0-9]{10})")
_LANDLINE = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))-?([0-9]{7,8})")
_BETWEEN_PHONES = re.compile(r"[/;,、]")


class CellRefused(ValidationError):
    """What stands in the cell is not what the column is for."""


def words(longest: int) -> Callable[[str], str]:
    """Text as it stands, rare characters included; what cannot be seen has no business in it."""

    def read(cell: str) -> str:
        if not cell.isprintable() and any(map(is_invisible, cell)):
            raise CellRefused(_("holds an invisible control or direction mark"), code="invisible")
        if len(cell) > longest:
            raise CellRefused(
                _("is longer than %(longest)s characters"), code="too_long", params={"longest": longest}
            )
        # A street or a community stands in thousands of rows; once is enough.
        return sys.intern(cell)

    return read


def account_number(cell: str) -> str:
    number = _folded(cell)
    if _ROUNDED.fullmatch(number):
        raise CellRefused(
            _("was rounded by the spreadsheet (%(cell)s): format the column as text and enter it again"),
            code="rounded",
            params={"cell": cell},
        )
    return _matching(_ACCOUNT_NO, number, _("has 6 to 20 figures or capital letters"), "account_no")


def paper_number(cell: str) -> str:
    return _matching(_PAPER_NO, _folded(cell), _("has 5 to 18 figures or letters"), "id_number")


def unified_code(cell: str) -> str:
    return _matching(_UNIFIED_CODE, _folded(cell), _("has 18 figures or letters"), "unified_code")


@lru_cache(maxsize=10_000)
def area(cell: str) -> Decimal:
    text = _matching(
        _AREA, _folded(cell), _("is an area with at most two decimals, in square metres"), "area"
    )
    if not (value := Decimal(text)):
        raise CellRefused(_("is more than nothing"), code="area")
    return value


@lru_cache(maxsize=10_000)
def count_of(cell: str) -> int:
    value = int(_matching(_COUNT, _folded(cell), _("is a whole number"), "count"))
    if not value:
        raise CellRefused(_("is at least one"), code="count")
    return value


@lru_cache(maxsize=10_000)
def day(cell: str) -> date:
    """2020-09-01, 2020/9/1, 2020年9月1日, 20200901, or the serial number of a spreadsheet."""
    text = unicodedata.normalize("NFKC", cell)
    if _SERIAL.fullmatch(text):
        return _SERIAL_START + timedelta(days=int(text))
    match = _DATE.fullmatch(text)
    try:
        if match:
            return date(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]))
    except ValueError:
        pass
    raise CellRefused(_("is a date like 2020-09-01"), code="date")


def phones(cell: str) -> tuple[str, ...]:
    """Several numbers, with / or ; between them. A landline needs its area code."""
    found = []
    for part in _BETWEEN_PHONES.split(unicodedata.normalize("NFKC", cell)):
        together = part.replace(" ", "")
        found += [_phone(number) for number in ([together] if _known_phone(together) else part.split())]
    return tuple(dict.fromkeys(found))


def one_of(choices: Mapping[str, Sequence[str]]) -> Callable[[str], str]:
    codes = codes_of(choices)

    def read(cell: str) -> str:
        if code := codes.get(fold(cell).replace(" ", "_")):
            return code
        raise CellRefused(
            _("is one of %(words)s"),
            code="unknown_word",
            params={"words": ", ".join(names[0] for names in choices.values())},
        )

    return read


def _phone(text: str) -> str:
    if mobile := _MOBILE.fullmatch(text):
        return mobile[1]
    if landline := _LANDLINE.fullmatch(text):
        return f"{landline[1]}-{landline[2]}"
    raise CellRefused(
        _("holds a mobile number or a landline with its area code, several with / between"), code="phone"
    )


def _known_phone(text: str) -> bool:
    return bool(_MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text))


def _folded(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).upper()


def _matching(pattern: re.Pattern[str], text: str, sentence: StrOrPromise, code: str) -> str:
    if pattern.fullmatch(text):
        return text
    raise CellRefused(sentence, code=code)
