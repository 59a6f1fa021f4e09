"""The lock order of the project: shift → customer account (by pk) → bills (by pk) → the rest.

Each function locks in one statement; callers read in the next, so that what they read is what
the lock protects (reliability.md M3).
"""

import datetime
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection

from accounts.keys import key_array
from accounts.models import Account
from accounts.rows import read_rows
from billing.models import Balance, Bill
from billing.money import NO_MONEY

# Classes of advisory locks, for what has no row yet. Migration 0002 takes the one of the day as well.
DAY, RECEIPT, REFERENCE, REQUEST = 7001, 7002, 7003, 7004
# The one of a billing period is taken by migration 0008 too.
PERIOD = 7031
TARIFF_FILE = 7010
LATE_CHARGES = 7011
LETTERS = 7040
DONATION = 7050
FIRST_DAY = datetime.date(2000, 1, 1)

# The keys are gathered first: an OR over two kinds of them would read the whole table.
_THESE_ACCOUNTS = """
    WHERE id = ANY (ARRAY(SELECT account_id FROM billing_bill WHERE id = ANY (%s)) || %s::bigint[])
    ORDER BY id FOR NO KEY UPDATE
"""
_HOLD = """
    SELECT count(*) FROM (
        SELECT id FROM accounts_account WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE) AS held
"""
_OPEN_BILLS = "WHERE state = 'OPEN' AND account_id = ANY (%s) ORDER BY id FOR NO KEY UPDATE"
_THESE_BILLS = "WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE"
_SAVE_BALANCES = """
    INSERT INTO billing_balance (account_id, receivable, prepaid)
    SELECT * FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[])
    ON CONFLICT (account_id) DO UPDATE SET receivable = EXCLUDED.receivable, prepaid = EXCLUDED.prepaid
"""


def lock_request(request_id: UUID) -> None:
    """Whoever sends the same request at the same instant, at whichever window, waits for the first."""
    _lock("hashtext(%s)", REQUEST, str(request_id))


def lock_reference(method: str, reference: str) -> None:
    """Two windows with the same slip wait for each other here."""
    _lock("hashtext(%s)", REFERENCE, f"{method} {reference}")


def lock_donation(donation_id: int) -> None:
    """Two grants of one donation are decided one after the other; its row is append-only and cannot be locked.

    Taken before the accounts, as a shift is.
    """
    _lock("hashint8(%s)", DONATION, donation_id)


def lock_receipt(receipt_id: int) -> None:
    """Number the copies of a receipt one by one; its row is append-only and cannot be locked."""
    _lock("hashint8(%s)", RECEIPT, receipt_id)


def lock_tariff_files() -> None:
    """Two imports of one file must not both find a tariff missing: it has no row to lock yet."""
    _lock("%s", TARIFF_FILE, 0)


def lock_late_charge_rules() -> None:
    """A new rule ends the one before: two rules of one place are decided one after the other."""
    _lock("%s", LATE_CHARGES, 0)


def lock_letters() -> None:
    """Two people who ask for the same letters: the second waits, and then finds them written."""
    _lock("%s", LETTERS, 0)


def lock_business_day(date: datetime.date) -> None:
    """Wait until every posting of the day is committed; new ones wait for this transaction."""
    _lock("%s", DAY, (date - FIRST_DAY).days)


def lock_period(service: str, period: str) -> None:
    """Wait until every bill of the period that is being written is committed; new ones wait for this transaction."""
    _lock("hashtext(%s)", PERIOD, f"{service} {period}")


def lock_accounts(account_ids: Iterable[int], bill_ids: Iterable[int] = ()) -> dict[int, Account]:
    """Lock the accounts, and those that the bills belong to, in the order of their keys."""
    rows = read_rows(Account, _THESE_ACCOUNTS, [list(bill_ids), list(account_ids)])
    return {account.pk: account for account in rows}


def hold_accounts(account_ids: Iterable[int]) -> None:
    """Lock the accounts in the order of their keys; who bills a thousand of them needs no objects."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [key_array(account_ids)])


def lock_open_bills(accounts: dict[int, Account]) -> list[Bill]:
    """Lock every open bill of the locked accounts, and hand each its account."""
    bills = read_rows(Bill, _OPEN_BILLS, [list(accounts)])
    for bill in bills:
        bill.account = accounts[bill.account_id]
    return bills


def lock_bills(bill_ids: Iterable[int]) -> list[Bill]:
    """Lock the accounts of these bills and then the bills, open or not; each has its account."""
    wanted = list(bill_ids)
    accounts = lock_accounts([], wanted)
    bills = read_rows(Bill, _THESE_BILLS, [wanted])
    for bill in bills:
        bill.account = accounts[bill.account_id]
    return bills


def balances_of(accounts: dict[int, Account]) -> dict[int, Balance]:
    """The balances of locked accounts; an account without postings has nothing yet."""
    rows = read_rows(Balance, "WHERE account_id = ANY (%s)", [list(accounts)])
    found = {balance.account_id: balance for balance in rows}
    return {
        pk: found.get(pk) or Balance(account_id=pk, receivable=NO_MONEY, prepaid=NO_MONEY) for pk in accounts
    }


def save_balances(balances: Sequence[Balance]) -> None:
    """Write the balances of locked accounts, new ones included, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SAVE_BALANCES,
            [
                [balance.account_id for balance in balances],
                [balance.receivable for balance in balances],
                [balance.prepaid for balance in balances],
            ],
        )


def _lock(key: str, kind: int, value: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock(%s, {key})", [kind, value])
