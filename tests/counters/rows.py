"""What stands in the tables, to show that a refusal wrote nothing and that the books hold."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection

from billing.queries.books import examine
from service_quality.queries.books import BOOKS

TABLES = sorted(
    model._meta.db_table
    for model in apps.get_models(include_auto_created=True)
    if model._meta.app_label in {"accounts", "billing", "counters", "service_quality"}
)


def all_rows() -> dict[str, tuple[int, str]]:
    """Count and checksum of every table of the four apps. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), md5(string_agg(one::text, '|' ORDER BY one::text)) FROM {table} one"
                for table in TABLES
            )
        )
        return {table: (rows, checksum) for table, rows, checksum in cursor.fetchall()}


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The block is refused with this code and leaves every row as it was."""
    before = all_rows()
    with pytest.raises(ValidationError) as refusal:
        yield
    assert refusal.value.code == code
    assert all_rows() == before


def broken_invariants() -> list[str]:
    with connection.cursor() as cursor:
        return [invariant.name for invariant in BOOKS if not examine(invariant, cursor).holds]
