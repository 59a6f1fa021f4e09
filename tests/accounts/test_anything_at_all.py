"""What people type, paste and send is never a reason to fall over."""

from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from accounts.queries.search_statement import search_statement
from accounts.roster.address import split_address
from accounts.roster.cells import CellRefused
from accounts.roster.problems import Problem
from accounts.roster.reading import read_roster
from accounts.roster.row import RosterRow
from accounts.search_terms import parse_terms
from accounts.sheets import SheetRefused
from tests.accounts.files import csv_text, row

# Characters that mean something to the search, and all the others.
TYPED = some.text(
    some.sampled_from("王淑英阳光小区楼栋单元室号第一二十门市负#-*^~@'\"\\% 0123456789abNC:路·")
    | some.characters()
)
RELAXED = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@RELAXED
@given(TYPED)
def test_any_text_is_a_search(text: str) -> None:
    terms = parse_terms(text)

    assert all(way.keys or way.number for way in terms.ways)


@RELAXED
@given(TYPED)
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = split_address(text)
    except CellRefused:
        return
    assert address.community


@pytest.mark.django_db
@settings(RELAXED, max_examples=60)
@given(TYPED)
def test_any_search_is_a_statement_the_database_understands(text: str) -> None:
    terms = parse_terms(text)
    if not terms.ways and not terms.scanned:
        return
    statement, values = search_statement(terms, 1)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "limit": 10})
        # Nobody lives in this database, whatever is asked.
        assert cursor.fetchall() == []


@RELAXED
@given(some.binary(max_size=200), some.integers(0, 400))
def test_any_file_is_a_roster_or_refused(tmp_path: Path, noise: bytes, position: int) -> None:
    good = csv_text([row(1), row(2), row(3)]).encode()
    for raw in (noise, good[:position] + noise + good[position:], b"PK\x03\x04" + noise):
        path = tmp_path / "roster.csv"
        path.write_bytes(raw)
        try:
            entries = list(read_roster(path).entries)
        except SheetRefused:
            continue
        assert all(isinstance(entry, (RosterRow, Problem)) for entry in entries)
