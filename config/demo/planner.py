"""How the database plans its work while a company is founded in one long transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections


@contextmanager
def plans_for_unknown_tables() -> Iterator[None]:
    """Prefer indexes: until the transaction ends nobody can analyse the tables, and they count as nearly empty."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL join_collapse_limit = 1")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL join_collapse_limit TO DEFAULT")


def forget_plans() -> None:
    """What was planned while the tables were small would stay slow, in triggers too."""
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")


def clear_remains() -> None:
    """What an interrupted founding left behind would count as many pages without a row; only the owner may vacuum."""
    _as_owner("VACUUM")


def count_rows() -> None:
    """Let the planner know how full the tables are now."""
    _as_owner("ANALYZE")


def _as_owner(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
    connections["owner"].close()
