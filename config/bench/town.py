"""The accounts that a benchmark works on: people and places of the demo company, without its history."""

import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, connections, transaction

from accounts.models import Account
from config.demo.chance import Chance
from config.demo.company import Company, open_company
from config.demo.history import History
from config.demo.households import Household
from config.demo.places import Town
from config.demo.population import ordinary_households
from config.demo.roster import write_roster

SEED = 1
# Small enough that an interruption is noticed soon.
CHUNK = 5_000
SESSIONS = 2

Say = Callable[[str], None]


def settle(
    accounts: int,
    on: datetime.date,
    say: Say,
    *,
    who: Callable[[Town, Chance, int], Iterator[Household]] = ordinary_households,
    searched: bool = True,
) -> Company:
    """Fill the empty database with a company and so many accounts. What is not searched gets no search words."""
    company = open_company()
    town = Town(Chance(SEED, "town"), accounts, len(company.districts), on)
    say(f"{accounts} accounts")
    households = list(who(town, Chance(SEED, "people"), accounts))
    with _without_search():
        with transaction.atomic():
            write_roster(households, company, Chance(SEED, "roster"), History(on))
        if searched:
            say("search words")
            _cut_search_words()
            say("index of the search words")
    _vacuum()
    return company


@contextmanager
def _without_search() -> Iterator[None]:
    """A million rows go in faster when their words are cut afterwards, and the index built at the end."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'search_entry_keys'")
        (definition,) = cursor.fetchone()
        cursor.execute("DROP INDEX search_entry_keys")
        cursor.execute("ALTER TABLE accounts_account DISABLE TRIGGER search_follows_new_accounts")
        yield
        cursor.execute("ALTER TABLE accounts_account ENABLE TRIGGER search_follows_new_accounts")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute(definition)


def _cut_search_words() -> None:
    ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    with ThreadPoolExecutor(SESSIONS) as sessions:
        try:
            list(sessions.map(_refresh, chunks))
        finally:
            sessions.shutdown(cancel_futures=True)


def _refresh(ids: list[int]) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT accounts_refresh_search(%s)", [ids])
    finally:
        connection.close()


def _vacuum() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connections["owner"].close()
