"""More households of the same kind, copied by the server: a million accounts never stand in the memory of a process."""

from collections.abc import Mapping

from django.db import connection, connections
from django.db.models import Model

from accounts.models import Account, Contact, Customer, Premises
from billing.models import Balance

# What differs in the copy `n`: keys move on by as many rows as the sample has.
_COPIES: Mapping[type[Model], Mapping[str, str]] = {
    Customer: {"id": "row.id + n * %(customers)s"},
    Contact: {"id": "nextval(pg_get_serial_sequence('accounts_contact', 'id'))",
              "customer_id": "row.customer_id + n * %(customers)s"},
    Premises: {"id": "row.id + n * %(places)s"},
    Account: {"id": "row.id + n * %(accounts)s",
              "account_no": "'C' || lpad((row.id + n * %(accounts)s)::text, 12, '0')", "old_account_no": "NULL",
              "customer_id": "row.customer_id + n * %(customers)s",
              "premises_id": "row.premises_id + n * %(places)s"},
    Balance: {"account_id": "row.account_id + n * %(accounts)s"},
}  # fmt: skip
_SAMPLE = """
    SELECT (SELECT max(id) FROM accounts_customer), (SELECT max(id) FROM accounts_premises),
        (SELECT max(id) FROM accounts_account)
"""


# The copies of these end with the last account that is wanted.
_UNTIL: Mapping[type[Model], str] = {
    Account: "WHERE row.id + n * %(accounts)s <= %(wanted)s",
    Balance: "WHERE row.account_id + n * %(accounts)s <= %(wanted)s",
}
# The words of a search follow every new row, one at a time: nobody searches here.
_SEARCH = (
    ("accounts_account", "search_follows_new_accounts"),
    ("accounts_contact", "search_follows_new_contacts"),
)


def copy_households(accounts: int) -> None:
    """Copy everybody who is there, people and places and accounts, until there are so many accounts."""
    _let_search("DISABLE")
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE)
        customers, places, sample = cursor.fetchone() or (0, 0, 0)
        values = {
            "customers": customers,
            "places": places,
            "accounts": sample,
            "wanted": accounts,
            "times": -(-accounts // sample) - 1,
        }
        for model, changes in _COPIES.items():
            cursor.execute(_copy(model, changes), values)
    _let_search("ENABLE")


def _copy(model: type[Model], changes: Mapping[str, str]) -> str:
    table = model._meta.db_table
    columns = [str(field.column) for field in model._meta.concrete_fields if not field.generated]
    values = ", ".join(changes.get(column, f"row.{column}") for column in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "  # noqa: S608 - names of our own models
        f"FROM {table} row, generate_series(1, %(times)s) n {_UNTIL.get(model, '')}"
    )


def _let_search(word: str) -> None:
    with connections["owner"].cursor() as cursor:
        for table, trigger in _SEARCH:
            cursor.execute(f"ALTER TABLE {table} {word} TRIGGER {trigger}")
        if word == "ENABLE":
            for table in ("accounts_customer", "accounts_premises", "accounts_account"):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
                )
    connections["owner"].close()
