from collections.abc import Callable

import psycopg2
import pytest
from django.contrib.auth.models import Group
from django.db import ProgrammingError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.database import as_owner, empty_tables, run_together


def add_session(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES (%s, '', now())", [key])


def sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        number: int = cursor.fetchone()[0]
    return number


def guard_modes() -> list[tuple[str, str]]:
    with as_owner() as cursor:
        cursor.execute("SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")
        return list(cursor.fetchall())


@pytest.mark.django_db
class TestTheApplicationsSignIn:
    def test_is_not_the_owner(self) -> None:
        with connection.cursor() as cursor, as_owner() as owner:
            cursor.execute("SELECT current_user")
            owner.execute("SELECT current_user")

            assert cursor.fetchone() != owner.fetchone()

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE intruder ()",
            "ALTER TABLE django_session DISABLE TRIGGER ALL",
            "TRUNCATE django_session",
            "SET session_replication_role = replica",
            "DELETE FROM django_migrations",
        ],
    )
    def test_may_not(self, statement: str) -> None:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
            connection.cursor().execute(statement)


@pytest.mark.django_db(transaction=True)
class TestEmptyTables:
    def test_empties_what_a_test_wrote(self) -> None:
        add_session("left behind")

        empty_tables()

        assert sessions() == 0

    def test_keeps_what_the_migrations_wrote(self) -> None:
        groups = set(Group.objects.values_list("name", flat=True))
        add_session("dirty")

        empty_tables()

        assert groups
        assert set(Group.objects.values_list("name", flat=True)) == groups

    def test_leaves_every_trigger_as_it_was(self) -> None:
        before = guard_modes()
        add_session("dirty")

        empty_tables()

        assert before
        assert guard_modes() == before

    def test_fails_rather_than_hangs_when_a_transaction_is_still_open(self) -> None:
        add_session("committed")

        with transaction.atomic():
            add_session("open")
            with pytest.raises(psycopg2.errors.LockNotAvailable):
                empty_tables(patience="100ms")


@pytest.mark.django_db(transaction=True)
class TestRunTogether:
    def test_gives_each_call_its_own_connection(self) -> None:
        def session() -> int:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                number: int = cursor.fetchone()[0]
            return number

        assert len({*run_together(session, session, session), session()}) == 4

    def test_returns_errors_beside_results_in_order(self) -> None:
        def fail() -> int:
            raise ValueError

        calls: list[Callable[[], int]] = [lambda: 1, fail, lambda: 3]

        first, second, third = run_together(*calls)

        assert (first, third) == (1, 3)
        assert isinstance(second, ValueError)

    def test_closes_the_connection_of_each_thread(self) -> None:
        def open_connection() -> BaseDatabaseWrapper:
            connection.ensure_connection()
            return connections["default"]

        ours, theirs = run_together(open_connection, open_connection)

        assert isinstance(ours, BaseDatabaseWrapper)
        assert isinstance(theirs, BaseDatabaseWrapper)
        assert (ours.connection, theirs.connection) == (None, None)
