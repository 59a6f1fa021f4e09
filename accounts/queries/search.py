"""The one search box of the counter: one statement, however the customer was named."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

from accounts.models import Account, Staff
from accounts.queries.search_statement import MODELS, search_statement
from accounts.search_terms import parse_terms

# The search is over before parallel workers have started. LOCAL: until the end of this one execute.
_ALONE = "SET LOCAL max_parallel_workers_per_gather = 0; "
_FIELDS = [(model, [field.attname for field in model._meta.concrete_fields]) for model in MODELS]


def find_accounts(text: str, *, staff: Staff, limit: int = 10) -> list[Account]:
    """Find what the clerk named, best match first, among the accounts that exist for this person.

    Understands account numbers old and new (whole, or from six characters), our QR codes, phones (whole
    or the last four), names, pinyin initials, communities, streets and doors, several of them in any
    order. Customer, premises, district and branch come loaded; the contacts do not.
    """
    terms = parse_terms(text)
    if not terms.ways and not terms.scanned:
        return []
    if staff.has_perm("accounts.see_every_branch"):
        branch_id = None
    elif staff.branch_id is None:
        return []
    else:
        branch_id = staff.branch_id
    statement, values = search_statement(terms, branch_id)
    with connection.cursor() as cursor:
        cursor.execute(_ALONE + statement, {**values, "limit": limit})
        return list(_accounts(cursor.fetchall()))


def _accounts(rows: Sequence[Sequence[Any]]) -> Iterator[Account]:
    """What select_related does, without the price of building the query anew for every keystroke."""
    known: dict[tuple[type[Model], int], Any] = {}
    for row in rows:
        account, customer, premises, district, branch = _instances(row, known)
        account.customer, account.premises, account.branch = customer, premises, branch
        premises.district = district
        yield account


def _instances(row: Sequence[Any], known: dict[tuple[type[Model], int], Any]) -> Iterator[Any]:
    """One instance for each key: a household, and even more so a district, stands in many rows."""
    values = iter(row)
    for model, fields in _FIELDS:
        found = list(islice(values, len(fields)))
        key = (model, found[0])
        if key not in known:
            known[key] = model.from_db(DEFAULT_DB_ALIAS, fields, found)
        yield known[key]
