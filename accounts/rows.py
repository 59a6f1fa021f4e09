"""Rows of models where somebody waits at the window: read and written without building a query each time.

Building costs the ORM several times what PostgreSQL needs for such a statement, and a payment has twenty of them.
The statement is built once for each model; what varies goes in as values.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Field, JSONField, Model
from psycopg2.extras import Json

Row = TypeVar("Row", bound=Model)

_Converter = Callable[[Any, Any, Any], Any]


def read_rows(model: type[Row], condition: str, values: Sequence[Any]) -> list[Row]:
    """Read whole rows of the model. `condition` is what follows FROM: text of the code, with %s for the values."""
    form = _form(model)
    with connection.cursor() as cursor:
        cursor.execute(f"{form.select} {condition}", values)
        return [_row(model, form, found) for found in cursor.fetchall()]


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert new rows of one model in one statement, and give them their keys."""
    form = _form(type(rows[0]))
    values = [
        Json(value) if is_json and value is not None else value
        for row in rows
        for attribute, is_json in form.written
        for value in (getattr(row, attribute),)
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"{form.insert} {', '.join([form.placeholders] * len(rows))} {form.returning}", values)
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
            row._state.adding = False
            row._state.db = connection.alias


class _Form(NamedTuple):
    """What is the same in every statement on the table of a model."""

    attributes: list[str]
    select: str
    # Where a value that was read is not yet what the model holds: JSON comes as text.
    converters: list[tuple[int, _Converter]]
    written: list[tuple[str, bool]]
    insert: str
    placeholders: str
    returning: str


@cache
def _form(model: type[Model]) -> _Form:
    table, fields = model._meta.db_table, model._meta.concrete_fields
    written = [field for field in fields if not (field.generated or _is_given_by_database(field))]
    return _Form(
        [field.attname for field in fields],
        f"SELECT {_columns(fields)} FROM {table}",  # noqa: S608 - names of our own models
        [
            (index, converter)
            for index, field in enumerate(fields)
            for converter in field.get_db_converters(connection)
        ],
        [(field.attname, isinstance(field, JSONField)) for field in written],
        f"INSERT INTO {table} ({_columns(written)}) VALUES",
        f"({', '.join(['%s'] * len(written))})",
        f"RETURNING {model._meta.pk.column}",
    )


def _is_given_by_database(field: "Field[Any, Any]") -> bool:
    return field.primary_key and field.db_returning


def _columns(fields: Sequence["Field[Any, Any]"]) -> str:
    return ", ".join(str(field.column) for field in fields)


def _row(model: type[Row], form: _Form, found: Sequence[Any]) -> Row:
    values = list(found)
    for index, convert in form.converters:
        values[index] = convert(values[index], None, connection)
    return model.from_db(connection.alias, form.attributes, values)
