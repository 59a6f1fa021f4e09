"""Rows into PostgreSQL in sets: COPY, the only way that keeps up with the database."""

import datetime
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from types import NoneType
from typing import Any

from django.db import connection

# Characters that are handed to the driver at once.
PIECE = 65_536
LINES_AT_ONCE = 256
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write the rows with one COPY and return how many there were.

    Table and columns are names from the code, never from input. Values are None, bool, numbers,
    dates, texts, or dicts and lists for JSON columns.
    """
    lines = (
        "\t".join([_WRITERS.get(value.__class__, _other)(value) for value in row]) + "\n" for row in rows
    )
    return copy_lines(table, columns, lines)


def copy_lines(table: str, columns: Sequence[str], lines: Iterable[str]) -> int:
    """Write rows that are lines of COPY already: values joined by tabs, ended by a newline, texts `escaped`.

    For those who write a hundred thousand rows of known types; everybody else has `copy_rows`. Returns how many
    rows there were.
    """
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", _Text(lines), PIECE)
        count: int = cursor.rowcount
    return count


def escaped(text: str) -> str:
    """A text as it stands in a line of COPY."""
    return text.translate(_ESCAPES) if _SPECIAL(text) else text


def json_line(value: Mapping[str, Any]) -> str:
    """JSON as it stands in a line of COPY."""
    return escaped(_ENCODE(value))


def reserve_ids(table: str, count: int) -> list[int]:
    """Take `count` new primary keys of the table from its sequence, ascending, perhaps with gaps."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(sequence) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence OFFSET 0) s,"
            " generate_series(1, %s)",
            [table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def _other(value: Any) -> str:
    """Subclasses of what is known, such as a choice of a model, and what only knows its own words."""
    if isinstance(value, (dict, list)):
        return escaped(_ENCODE(value))
    return escaped(str(value))


# By exact type: a bill run writes a hundred values for each bill.
_SPECIAL = re.compile(r"[\\\t\n\r]").search
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_WRITERS: dict[type, Callable[[Any], str]] = {
    str: escaped,
    Decimal: str,
    int: str,
    NoneType: lambda _: "\\N",
    bool: lambda value: "t" if value else "f",
    datetime.date: str,
    datetime.datetime: str,
    dict: json_line,
    list: lambda value: escaped(_ENCODE(value)),
}


class _Text:
    """A file-like view of the lines: a million of them never stand in memory as one text, and while the database
    takes in one piece the next one is made."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = iter(lines)
        self.rest = ""

    def read(self, size: int = PIECE) -> str:
        while len(self.rest) < size:
            more = "".join(islice(self.lines, LINES_AT_ONCE))
            if not more:
                break
            self.rest += more
        text, self.rest = self.rest[:size], self.rest[size:]
        return text


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
