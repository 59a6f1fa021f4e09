"""The test database: made and emptied by its owner, used by the application's restricted sign-in."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from threading import Barrier
from typing import TYPE_CHECKING, TypeVar

import psycopg2
from django.conf import settings
from django.db import connections
from psycopg2.sql import SQL, Identifier, Literal

from config.embedded.locks import Lock
from config.embedded.place import Place

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812 - a class, whatever its name
    from psycopg2.extensions import cursor as Statements  # noqa: N812 - a class, whatever its name

Result = TypeVar("Result")

# A bit of pg_trigger.tgtype.
FIRES_ON_TRUNCATE = 1 << 5
ENABLE = {"O": SQL("ENABLE"), "A": SQL("ENABLE ALWAYS"), "R": SQL("ENABLE REPLICA")}

# What the migrations fill and the tests only read.
KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "billing_approvallimit",
    "billing_reconnectionterm",
    "service_quality_promotionlevel",
    "service_quality_matterpolicy",
    "service_quality_officesession",
}


@contextmanager
def free_slot() -> Iterator[str]:
    """Take the first name of a database that no other test process uses."""
    home = Place.of("test").home
    for number in count():
        lock = Lock(home / f"slot-{number}.lock")
        if lock.acquire(timeout=0):
            try:
                yield f"test_nuanchuang_{number}"
            finally:
                lock.release()
            return


def create(name: str, *, keep: bool) -> None:
    owner = connections["owner"]
    owner.settings_dict["TEST"]["NAME"] = name
    owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=keep)
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = name


def destroy(*, keep: bool) -> None:
    # A browser may have left a request under way whose connection nobody waits for.
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = session_user AND pid <> pg_backend_pid()"
        )
    for alias in ("default", "owner"):
        connections[alias].close()
    connections["owner"].creation.destroy_test_db(
        settings.DATABASES["default"]["NAME"], verbosity=0, keepdb=keep
    )


def empty_tables(case: object = None, *, patience: str = "10s") -> None:
    """Empty every table that a transactional test wrote to; stands in for Django's flush.

    Triggers that forbid TRUNCATE are switched off for this one transaction, one by one, so that they come
    back in the mode the migrations gave them.
    """
    with closing(_connect_as_owner()) as connection, connection, connection.cursor() as cursor:
        # A test that left a transaction open in some thread must fail here, not hang.
        cursor.execute("SET LOCAL lock_timeout = %s", [patience])
        if tables := _tables_with_rows(cursor):
            guards = _truncate_guards(cursor)
            for table, trigger, _mode in guards:
                cursor.execute(SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(table, trigger))
            cursor.execute(SQL("TRUNCATE {} CASCADE").format(SQL(", ").join(map(Identifier, tables))))
            for table, trigger, mode in guards:
                cursor.execute(SQL("ALTER TABLE {} {} TRIGGER {}").format(table, mode, trigger))


@contextmanager
def as_owner() -> "Iterator[Statements]":
    """Lend a cursor of the tables' owner, in a transaction of its own that is rolled back.

    It shows what even the owner may not do; it does not see what a test in a transaction has written.
    """
    with closing(_connect_as_owner()) as connection, connection.cursor() as cursor:
        yield cursor


def run_together(*calls: Callable[[], Result]) -> list[Result | Exception]:
    """Run the calls at one moment, each in a thread of its own; return what each returned or raised."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Result]) -> Result | Exception:
        try:
            # Connect first: otherwise the connecting decides who comes first.
            connections["default"].ensure_connection()
            start.wait(timeout=30)
            return call()
        except Exception as error:  # noqa: BLE001 - handed to the test, which looks at it
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(calls)) as threads:
        return list(threads.map(run, calls))


def _connect_as_owner() -> "Session":
    # Not through Django, which forbids a test every database it did not ask for.
    return psycopg2.connect(**connections["owner"].get_connection_params())


def _tables_with_rows(cursor: "Statements") -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    tables = [name for (name,) in cursor.fetchall() if name not in KEPT]
    question = SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    questions = [question.format(Literal(name), Identifier(name)) for name in tables]
    cursor.execute(SQL(" UNION ALL ").join(questions))
    return [name for (name,) in cursor.fetchall()]


def _truncate_guards(cursor: "Statements") -> list[tuple[Identifier, Identifier, SQL]]:
    """Find the enabled triggers that fire on TRUNCATE, with the words that switch each on again as it was."""
    cursor.execute(
        """
        SELECT pg_class.relname, tgname, tgenabled
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
            AND tgtype & %s <> 0 AND tgenabled <> 'D'
        """,
        [FIRES_ON_TRUNCATE],
    )
    return [
        (Identifier(table), Identifier(trigger), ENABLE[mode]) for table, trigger, mode in cursor.fetchall()
    ]
