"""Strict reading of the JSON of a tariff: every refusal names the place it stands at."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NoReturn, Self

from billing.rating.refusal import RatingRefused, TariffRefused, gettext_noop

_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_FIRST_YEAR, _LAST_YEAR = "1900", "2999"
_LARGEST = 10**15


class Definition:
    """One JSON object. A key that is null counts as absent; numbers are strings or whole JSON numbers."""

    __slots__ = ("_json", "refusal", "where")

    def __init__(self, json: object, where: str, refusal: type[RatingRefused] = TariffRefused) -> None:
        self.where = where
        self.refusal = refusal
        if not isinstance(json, dict):
            self.refuse(gettext_noop("%(where)s must be an object."), "not_an_object")
        self._json: dict[str, object] = json

    def __contains__(self, key: str) -> bool:
        return self._json.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._json)

    def refuse(self, message: str, code: str, key: str = "", **params: object) -> NoReturn:
        raise self.refusal(message, code=code, where=self.place(key), **params)

    def place(self, key: str = "") -> str:
        return f"{self.where}.{key}" if key else self.where

    def known_keys(self, *known: str) -> None:
        """Refuse a key nobody reads: a misspelt rule would otherwise be ignored in silence.

        Prose is let through: a remark changes no price.
        """
        for key, value in self._json.items():
            if key not in known and not _is_remark(value):
                self.refuse(gettext_noop("%(where)s is not a known rule."), "unknown_rule", key)

    def named(self, where: str) -> Self:
        """The same object under the name its refusals shall use."""
        return type(self)(self._json, where, self.refusal)

    def is_null(self, key: str) -> bool:
        return key in self._json and self._json[key] is None

    def is_remark(self, key: str) -> bool:
        return _is_remark(self._json.get(key))

    def is_list(self, key: str) -> bool:
        return isinstance(self._json.get(key), list)

    def raw(self, key: str) -> object:
        if key not in self:
            self.refuse(gettext_noop("%(where)s is missing."), "missing", key)
        return self._json[key]

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and key not in self:
            return default
        value = self.raw(key)
        if not isinstance(value, str):
            self.refuse(gettext_noop("%(where)s must be text."), "not_text", key)
        return value

    def one_of(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in known:
            self.refuse(
                gettext_noop("%(where)s is “%(value)s”; known are %(known)s."),
                "unknown_rule", key, value=value, known=", ".join(known),
            )  # fmt: skip
        return value

    def rule(self, key: str, known: Sequence[str], default: str) -> str:
        """A rule's code, written alone or before its explanation: “lower_of: pay the smaller bill”.

        Prose without a known code leaves the default.
        """
        words = self.text(key, default)
        code = _CODE.match(words)
        if code is not None and code[0] in known:
            return code[0]
        return default if _is_remark(words) else self.one_of(key, known)

    def flag(self, key: str, default: bool = False) -> bool:
        value = self._json.get(key, default)
        if not isinstance(value, bool):
            self.refuse(gettext_noop("%(where)s must be true or false."), "not_a_flag", key)
        return value

    def decimal(self, key: str, default: Decimal | None = None, *, signed: bool = False) -> Decimal:
        if default is not None and key not in self:
            return default
        return self._number(self.raw(key), key, signed=signed)

    def decimal_or_none(self, key: str) -> Decimal | None:
        return self.decimal(key) if key in self else None

    def decimals(self, key: str) -> tuple[Decimal, ...]:
        value = self.raw(key)
        if not isinstance(value, list):
            self.refuse(gettext_noop("%(where)s must be a list."), "not_a_list", key)
        return tuple(self._number(item, f"{key}[{index}]") for index, item in enumerate(value))

    def whole(self, key: str, default: int | None = None) -> int:
        value = self.decimal(key, None if default is None else Decimal(default))
        if value != int(value):
            self.refuse(gettext_noop("%(where)s must be a whole number."), "not_whole", key)
        return int(value)

    def day(self, key: str) -> date:
        day = _strict_date(self.raw(key))
        if day is None:
            self.refuse(gettext_noop("%(where)s must be a date such as 2026-01-31."), "not_a_date", key)
        return day

    def day_or_none(self, key: str) -> date | None:
        return self.day(key) if key in self else None

    def child(self, key: str) -> Self:
        return type(self)(self.raw(key), self.place(key), self.refusal)

    def child_or_empty(self, key: str) -> Self:
        return self.child(key) if key in self else type(self)({}, self.place(key), self.refusal)

    def children(self, key: str) -> list[Self]:
        value = self.raw(key)
        if not isinstance(value, list):
            self.refuse(gettext_noop("%(where)s must be a list."), "not_a_list", key)
        return [
            type(self)(item, f"{self.place(key)}[{index}]", self.refusal) for index, item in enumerate(value)
        ]

    def children_or_none(self, key: str) -> list[Self]:
        return self.children(key) if key in self else []

    def named_children(self, key: str) -> dict[str, Self]:
        parent = self.child(key)
        return {name: parent.child(name) for name in parent}

    def _number(self, value: object, key: str, *, signed: bool = False) -> Decimal:
        number = _strict_decimal(value)
        if number is None:
            self.refuse(
                gettext_noop('%(where)s must be a decimal number in quotes, such as "4.07".'),
                "not_a_number",
                key,
            )
        if number < 0 and not signed:
            self.refuse(gettext_noop("%(where)s must not be negative."), "negative", key)
        return number


def _strict_date(value: object) -> date | None:
    if not isinstance(value, str) or not _DATE.fullmatch(value) or not _FIRST_YEAR <= value[:4] <= _LAST_YEAR:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None  # shaped like a date, but there is no such day


def _is_remark(value: object) -> bool:
    return value is None or (isinstance(value, str) and (" " in value or not value.isascii()))


def _strict_decimal(value: object) -> Decimal | None:
    """Floats, NaN, exponents, full-width digits and underscores are no numbers here."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return Decimal(value)
    return None
