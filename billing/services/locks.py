"""The lock order of the project: shift → customer account (by pk) → bills (by pk) → the rest.

Each function locks in one statement; callers read in the next, so that what they read is what
the lock protects (reliability.md M3).
"""

import datetime
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts.models import Account
from billing.models import Balance, Bill
from billing.money import NO_MONEY

# Classes of advisory locks, for what has no row yet. Migration 0002 takes the one of the day as well.
DAY, RECEIPT, REFERENCE, REQUEST = 7001, 7002, 7003, 7004
FIRST_DAY = datetime.date(2000, 1, 1)


def lock_request(request_id: UUID) -> None:
    """Whoever sends the same request at the same instant, at whichever window, waits for the first."""
    _lock("hashtext(%s)", REQUEST, str(request_id))


def lock_reference(method: str, reference: str) -> None:
    """Two windows with the same slip wait for each other here."""
    _lock("hashtext(%s)", REFERENCE, f"{method} {reference}")


def lock_receipt(receipt_id: int) -> None:
    """Number the copies of a receipt one by one; its row is append-only and cannot be locked."""
    _lock("hashint8(%s)", RECEIPT, receipt_id)


def lock_business_day(date: datetime.date) -> None:
    """Wait until every posting of the day is committed; new ones wait for this transaction."""
    _lock("%s", DAY, (date - FIRST_DAY).days)


def lock_accounts(account_ids: Iterable[int], bill_ids: Iterable[int] = ()) -> dict[int, Account]:
    """Lock the accounts, and those that the bills belong to, in the order of their keys."""
    rows = (
        Account.objects.select_for_update(no_key=True)
        .filter(
            Q(pk__in=set(account_ids))
            | Q(pk__in=Bill.objects.filter(pk__in=set(bill_ids)).values("account_id"))
        )
        .order_by("pk")
    )
    return {account.pk: account for account in rows}


def lock_open_bills(accounts: dict[int, Account]) -> list[Bill]:
    """Lock every open bill of the locked accounts, and hand each its account."""
    bills = list(
        Bill.objects.open()
        .filter(account_id__in=list(accounts))
        .select_for_update(no_key=True)
        .order_by("pk")
    )
    for bill in bills:
        bill.account = accounts[bill.account_id]
    return bills


def balances_of(accounts: dict[int, Account]) -> dict[int, Balance]:
    """The balances of locked accounts; an account without postings has nothing yet."""
    found = Balance.objects.in_bulk(list(accounts))
    return {
        pk: found.get(pk) or Balance(account_id=pk, receivable=NO_MONEY, prepaid=NO_MONEY) for pk in accounts
    }


def save_balances(balances: Sequence[Balance]) -> None:
    """Write the balances of locked accounts, new ones included, in one statement."""
    Balance.objects.bulk_create(
        balances,
        update_conflicts=True,
        update_fields=["receivable", "prepaid"],
        unique_fields=["account"],
    )


def _lock(key: str, kind: int, value: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock(%s, {key})", [kind, value])
