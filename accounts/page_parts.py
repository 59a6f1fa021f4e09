"""What the apps above have to say about an account on its pages.

This app cannot ask them: it does not know them. They bring what they know here, from their AppConfig.ready().
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import Account, Staff

# For one account: parts of the template's context. The key "account" adds to the facts of the account.
AccountPart = Callable[[Account, Staff, datetime], Mapping[str, Any]]
# For a page of accounts: by primary key, what to add to the row.
ListPart = Callable[[Iterable[Account], datetime], Mapping[int, Mapping[str, Any]]]

_account_parts: list[AccountPart] = []
_list_parts: list[ListPart] = []


def show_with_account(part: AccountPart) -> None:
    _account_parts.append(part)


def show_in_list(part: ListPart) -> None:
    _list_parts.append(part)


def parts_of_account(account: Account, *, staff: Staff, at: datetime) -> dict[str, Any]:
    context: dict[str, Any] = {"account": {}, "bills": [], "payments": [], "readings": []}
    for part in _account_parts:
        for name, value in part(account, staff, at).items():
            context[name] = {**context["account"], **value} if name == "account" else value
    return context


def parts_of_list(accounts: Iterable[Account], *, at: datetime) -> dict[int, dict[str, Any]]:
    rows: dict[int, dict[str, Any]] = {account.pk: {} for account in accounts}
    for part in _list_parts:
        for key, more in part(accounts, at).items():
            rows[key].update(more)
    return rows
