"""The one search box of the counter: one statement, however the customer was named."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection

from accounts.models import Account, Staff
from accounts.queries.search_statement import MODELS, search_statement
from accounts.search_terms import parse_terms

_FIELDS = [[field.attname for field in model._meta.concrete_fields] for model in MODELS]


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
        cursor.execute(statement, {**values, "limit": limit})
        return [_account(row) for row in cursor.fetchall()]


def _account(row: Sequence[Any]) -> Account:
    """What select_related does, without the price of building the query anew for every keystroke."""
    account: Account
    account, customer, premises, district, branch = _instances(row)
    account.customer, account.premises, account.branch = customer, premises, branch
    premises.district = district
    return account


def _instances(row: Sequence[Any]) -> Iterator[Any]:
    values = iter(row)
    for model, fields in zip(MODELS, _FIELDS, strict=True):
        yield model.from_db(connection.alias, fields, list(islice(values, len(fields))))
