"""Rows into PostgreSQL in sets: COPY, the only way that keeps up with the database."""

import datetime
import json
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from types import NoneType
from typing import Any

from django.db import connection

_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
# Characters that are handed to the driver at once.
PIECE = 65_536
_as_json = json.JSONEncoder(ensure_ascii=False).encode


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write the rows with one COPY and return how many there were.

    Table and columns are names from the code, never from input. Values are None, bool, numbers,
    dates, texts, or dicts and lists for JSON columns.
    """
    lines = _Lines(rows)
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", lines, PIECE)
    return lines.count


def reserve_ids(table: str, count: int) -> list[int]:
    """Take `count` new primary keys of the table from its sequence, ascending, perhaps with gaps."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return [number for (number,) in cursor.fetchall()]


def _escaped(value: str) -> str:
    return value.translate(_ESCAPES) if _SPECIAL.search(value) else value


# By exact type, since most of the time goes here; whatever else there is, is written as its text.
_TEXTS: dict[type, Callable[[Any], str]] = {
    str: _escaped,
    NoneType: lambda _: "\\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    Decimal: str,
    datetime.date: str,
    datetime.datetime: str,
    dict: lambda value: _escaped(_as_json(value)),
    list: lambda value: _escaped(_as_json(value)),
}


def _other(value: Any) -> str:
    return _escaped(str(value))


class _Lines:
    """A file-like view of the rows, so that a million of them never stand in memory as one text."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows = iter(rows)
        self.rest = ""
        self.count = 0

    def read(self, size: int = PIECE) -> str:
        pieces = [self.rest]
        length = len(self.rest)
        while length < size:
            row = next(self.rows, None)
            if row is None:
                break
            line = "\t".join([_TEXTS.get(value.__class__, _other)(value) for value in row]) + "\n"
            pieces.append(line)
            length += len(line)
            self.count += 1
        text = "".join(pieces)
        self.rest = text[size:]
        return text[:size]


def update_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Give rows of the table new values with one COPY and one UPDATE. A row is its id and then the columns.

    As with `copy_rows`, table and columns are names from the code. To be called inside a transaction.
    """
    fresh = f"{table}_corrections"
    names = ", ".join(columns)
    settings = ", ".join(f"{column} = fresh.{column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {fresh} ON COMMIT DROP AS SELECT id, {names} FROM {table} WITH NO DATA"  # noqa: S608
        )
        count = copy_rows(fresh, ["id", *columns], rows)
        cursor.execute(f"UPDATE {table} SET {settings} FROM {fresh} AS fresh WHERE {table}.id = fresh.id")  # noqa: S608
        cursor.execute(f"DROP TABLE {fresh}")
    return count
