"""The limit of `bench payment`: the rows of `take_payment_at_counter`, written by hand-written statements.

One statement for each table and step, as somebody would write it who knows that these are all the cases there are:
every bill is paid in full, nothing is overdue, no credit is used.
"""

import datetime
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from psycopg2.extras import Json

from billing.models import Tender
from config.bench.payment_rows import Visit
from config.bench.scratch import application_session

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812 - a class, whatever its name
    from psycopg2.extensions import cursor as Statements  # noqa: N812 - a class, whatever its name

_LOCK_SHIFT = """
    SELECT code, receipts_issued + 1, business_date FROM counters_shift
    WHERE id = %s AND cashier_id = %s AND state = 'OPEN' FOR NO KEY UPDATE
"""
_LOCK_REQUEST = "SELECT pg_advisory_xact_lock(7004, hashtext(%s))"
_TAKEN_BEFORE = "SELECT 1 FROM billing_payment WHERE request_id = %s"
_LOCK_ACCOUNT = "SELECT branch_id, state FROM accounts_account WHERE id = %s FOR NO KEY UPDATE"
_LOCK_BILLS = """
    SELECT id, outstanding FROM billing_bill WHERE account_id = %s AND state = 'OPEN' ORDER BY id FOR NO KEY UPDATE
"""
_READ = """
    SELECT prepaid, (SELECT uses_credit FROM billing_allocationpolicy WHERE effective_from <= %s
                     ORDER BY effective_from DESC LIMIT 1)
    FROM billing_balance WHERE account_id = %s
"""
_LOCK_REFERENCE = "SELECT pg_advisory_xact_lock(7003, hashtext(%s))"
_REFERENCE_USED = """
    SELECT 1 FROM billing_tender t WHERE method = %s AND reference = %s
        AND NOT EXISTS (SELECT FROM billing_reversal r WHERE r.payment_id = t.payment_id)
"""
_PAYMENT = """
    INSERT INTO billing_payment (request_id, fingerprint, channel, branch_id, account_id, business_date, taken_at,
        taken_by_id, tendered, change_given, allocated, credited, policy)
    VALUES (%s, %s, 'COUNTER', %s, %s, %s, %s, %s, %s, %s, %s, 0, %s) RETURNING id
"""
_TENDER = """
    INSERT INTO billing_tender (payment_id, position, method, amount, reference) VALUES (%s, 1, %s, %s, %s)
"""
_ALLOCATIONS = """
    INSERT INTO billing_allocation (payment_id, position, bill_id, account_id, principal, late_charge,
        late_charge_left, late_charge_sentence, late_charge_sentence_en)
    SELECT %s, ordinality, bill_id, %s, amount, 0, 0, '', ''
    FROM unnest(%s, %s) WITH ORDINALITY AS paid (bill_id, amount)
"""
_BILLS = "UPDATE billing_bill SET outstanding = 0, state = 'PAID' WHERE id = ANY (%s)"
_POSTINGS = """
    INSERT INTO billing_posting (debit, credit, amount, account_id, business_date, posted_at, bill_id, payment_id)
    SELECT %s, 'receivable', amount, %s, %s, %s, bill_id, %s FROM unnest(%s, %s) AS paid (bill_id, amount)
"""
_BALANCE = "UPDATE billing_balance SET receivable = receivable - %s WHERE account_id = %s"
_RECEIPT = "INSERT INTO billing_receipt (payment_id, book, serial, number) VALUES (%s, %s, %s, %s)"
_AUDIT = """
    INSERT INTO accounts_auditentry (at, actor_id, branch_id, action, object_type, object_id, reason, details,
        request_id)
    VALUES (%s, %s, %s, 'take_payment', 'billing.payment', %s, '', %s, %s)
"""
_SHIFT = "UPDATE counters_shift SET receipts_issued = %s WHERE id = %s"
_TILL = """
    INSERT INTO counters_tillentry (shift_id, kind, payment_id, cash_in, cash_out, entered_at)
    VALUES (%s, 'PAYMENT', %s, %s, 0, %s)
"""
_POLICY = {"order": "oldest_first", "principal_first": True, "uses_credit": True}


@contextmanager
def payments_by_hand(at: datetime.datetime) -> Iterator[Callable[[Visit], None]]:
    with closing(application_session()) as session:
        yield lambda visit: _take(session, visit, at)


def _take(session: "Session", visit: Visit, at: datetime.datetime) -> None:
    with session, session.cursor() as cursor:
        _write(cursor, visit, at)


def _write(cursor: "Statements", visit: Visit, at: datetime.datetime) -> None:
    wanted, cashier = visit.wanted, visit.cashier
    (tender,) = wanted.tenders
    request_id = str(wanted.request_id)
    code, serial, date = _one(cursor, _LOCK_SHIFT, visit.shift.pk, cashier.pk)
    cursor.execute(_LOCK_REQUEST, [request_id])
    cursor.execute(_TAKEN_BEFORE, [request_id])
    branch_id, _state = _one(cursor, _LOCK_ACCOUNT, wanted.account_id)
    cursor.execute(_LOCK_BILLS, [wanted.account_id])
    bill_ids, amounts = map(list, zip(*cursor.fetchall(), strict=True))
    paid = sum(amounts, Decimal(0))
    change = tender.amount - paid
    _prepaid, _uses_credit = _one(cursor, _READ, date, wanted.account_id)
    if tender.reference:
        cursor.execute(_LOCK_REFERENCE, [f"{tender.method} {tender.reference}"])
        cursor.execute(_REFERENCE_USED, [tender.method, tender.reference])
    (payment_id,) = _one(
        cursor, _PAYMENT, request_id, wanted.fingerprint(cashier.pk), branch_id, wanted.account_id, date, at,
        cashier.pk, tender.amount, change, paid, Json(_POLICY),
    )  # fmt: skip
    cursor.execute(_TENDER, [payment_id, tender.method, tender.amount, tender.reference])
    cursor.execute(_ALLOCATIONS, [payment_id, wanted.account_id, bill_ids, amounts])
    cursor.execute(_BILLS, [bill_ids])
    is_cash = tender.method == Tender.Method.CASH
    ledger = f"cash:{visit.shift.pk}" if is_cash else "clearing:wechat"
    cursor.execute(_POSTINGS, [ledger, wanted.account_id, date, at, payment_id, bill_ids, amounts])
    cursor.execute(_BALANCE, [paid, wanted.account_id])
    cursor.execute(_RECEIPT, [payment_id, code, serial, f"{code}-{serial:04d}"])
    details = {"tendered": str(tender.amount), "allocated": str(paid)}
    cursor.execute(_AUDIT, [at, cashier.pk, cashier.branch_id, str(payment_id), Json(details), request_id])
    cursor.execute(_SHIFT, [serial, visit.shift.pk])
    cursor.execute(_TILL, [visit.shift.pk, payment_id, paid if is_cash else 0, at])


def _one(cursor: "Statements", statement: str, *values: object) -> tuple[object, ...]:
    cursor.execute(statement, values)
    row: tuple[object, ...] = cursor.fetchone()
    return row
