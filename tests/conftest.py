from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from config.embedded.stack import Stack
from tests import database

# Django would TRUNCATE as the application, which has no right to, and into triggers that forbid it.
TransactionTestCase._fixture_teardown = database.empty_tables  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """PostgreSQL and Valkey: the throw-away pair, or what DATABASE_URL and REDIS_URL name.

    Every pytest process takes a slot, and with it a database and a cache prefix of its own: two runs on one
    machine, or the workers of one run, never meet.
    """
    with Stack.from_environment(), database.free_slot() as slot:
        caches.settings["default"]["KEY_PREFIX"] = slot
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    servers: None,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """Let the owner make the test database, then point the application's restricted sign-in at it."""
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        database.create(caches.settings["default"]["KEY_PREFIX"], keep=keep)
    yield
    with django_db_blocker.unblock():
        database.destroy(keep=django_db_keepdb)
