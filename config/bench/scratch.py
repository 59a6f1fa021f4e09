"""A database of the benchmark's own: made and migrated by the owner, used by the application, gone at the end."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import psycopg2
from django.core.management import call_command
from django.db import connections
from psycopg2.sql import SQL, Identifier

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812 - a class, whatever its name
    from psycopg2.extensions import cursor as Statements  # noqa: N812 - a class, whatever its name

PREFIX = "nuanchuang_bench_"
# The class of the advisory locks that say: this scratch database is in use.
IN_USE = 7901


@contextmanager
def scratch_database() -> Iterator[str]:
    """Point both sign-ins of this process at an empty, migrated database for a while; gives its name.

    However the block ends, the database is dropped; what a killed benchmark left is dropped by the next.
    """
    name = f"{PREFIX}{secrets.token_hex(4)}"
    with closing(_connect_as_owner()) as session, session.cursor() as cursor:
        session.autocommit = True
        _drop_abandoned(cursor)
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [IN_USE, name])
        try:
            cursor.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
            with _pointed_at(name):
                call_command("migrate", verbosity=0)
                yield name
        finally:
            _drop(cursor, name)


def application_session() -> "Session":
    """Connect as the application does, without Django in between."""
    connection = connections["default"]
    session: Session = psycopg2.connect(**connection.get_connection_params())
    if role := connection.settings_dict.get("OPTIONS", {}).get("assume_role"):
        with session, session.cursor() as cursor:
            cursor.execute(SQL("SET ROLE {}").format(Identifier(role)))
    return session


@contextmanager
def _pointed_at(name: str) -> Iterator[None]:
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ("default", "owner")}
    _point_at(dict.fromkeys(before, name))
    try:
        yield
    finally:
        _point_at(before)


def _point_at(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _drop_abandoned(cursor: "Statements") -> None:
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
    for (name,) in cursor.fetchall():
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [IN_USE, name])
        (abandoned,) = cursor.fetchone() or (False,)
        if abandoned:
            _drop(cursor, name)


def _drop(cursor: "Statements", name: str) -> None:
    # Not WITH (FORCE): the owner may not end an autovacuum worker, and without the word the server ends it itself.
    cursor.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name)))


def _connect_as_owner() -> "Session":
    return psycopg2.connect(**connections["owner"].get_connection_params())
