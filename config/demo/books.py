"""Payments into the books, many days in one COPY: the same rows that `take_payment_at_counter` writes one by one."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.copying import copy_rows
from billing.models import Tender
from billing.money import NO_MONEY
from billing.services.postings import Sources, ledger_of, payment_entries
from config.demo.drawers import Drawer
from config.demo.keys import Keys
from config.demo.open_bills import OpenBill
from config.demo.shift_book import write_shifts
from config.demo.trail import Trace, write_trail
from config.demo.visits import Method, Visit

_PAYMENT = (
    "id", "request_id", "fingerprint", "channel", "branch_id", "account_id", "business_date", "taken_at",
    "taken_by_id", "tendered", "change_given", "allocated", "credited", "policy",
)  # fmt: skip
_TENDER = ("payment_id", "position", "method", "amount", "reference", "account_id")
_ALLOCATION = (
    "payment_id", "position", "bill_id", "account_id", "principal", "late_charge", "late_charge_left",
    "late_charge_sentence", "late_charge_sentence_en",
)  # fmt: skip
_POSTING = (
    "debit", "credit", "amount", "account_id", "business_date", "posted_at", "bill_id", "payment_id",
)  # fmt: skip
_LOWER_BILLS = """
    UPDATE billing_bill AS bill
    SET outstanding = paid.outstanding, late_charge_left = paid.late_charge_left, state = paid.state
    FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::text[])
        AS paid (id, outstanding, late_charge_left, state)
    WHERE bill.id = paid.id
"""
_MOVE_BALANCES = """
    UPDATE billing_balance AS balance
    SET receivable = balance.receivable + moved.receivable, prepaid = balance.prepaid + moved.prepaid
    FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[]) AS moved (account_id, receivable, prepaid)
    WHERE balance.account_id = moved.account_id
"""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A payment that waits to be written; `serial` is its number in the receipt book of the drawer."""

    pk: int
    day: datetime.date
    visit: Visit
    drawer: Drawer | None
    serial: int

    @property
    def taken_by_id(self) -> int | None:
        return self.drawer.cashier.pk if self.drawer else None

    @property
    def tendered(self) -> Decimal:
        return self.visit.wanted.tendered + sum(self.visit.reckoning.plan.credit_used.values(), NO_MONEY)


class Books:
    """Collects days of payments until `write` puts them into the tables, in the order the triggers want."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.entries: list[_Entry] = []
        self.drawers: list[Drawer] = []
        self.bills: dict[int, OpenBill] = {}

    def enter_day(self, day: datetime.date, drawers: Sequence[Drawer], other: Sequence[Visit]) -> None:
        """Take in the visits at the windows, and those that came by another channel."""
        for drawer in drawers:
            for serial, visit in enumerate(drawer.visits, 1):
                self._enter(day, visit, drawer, serial)
        for visit in other:
            self._enter(day, visit, None, 0)
        self.drawers += drawers

    def write(self) -> None:
        if not self.entries:
            return
        copy_rows("billing_payment", _PAYMENT, (_payment_row(one) for one in self.entries))
        copy_rows("billing_tender", _TENDER, self._tenders())
        copy_rows("billing_allocation", _ALLOCATION, self._allocations())
        copy_rows("billing_deposit", ("payment_id", "account_id", "amount"), self._deposits())
        copy_rows("billing_posting", _POSTING, self._postings())
        self._write_receipts()
        self._lower_bills()
        self._move_balances()
        write_shifts(self.drawers, [(one.pk, one.visit, one.drawer) for one in self.entries if one.drawer])
        write_trail(_trace(one, one.drawer) for one in self.entries if one.drawer)
        self.entries, self.drawers, self.bills = [], [], {}

    def _enter(self, day: datetime.date, visit: Visit, drawer: Drawer | None, serial: int) -> None:
        pk = self.keys.next("billing_payment")
        self.entries.append(_Entry(pk, day, visit, drawer, serial))
        self.bills.update((bill.pk, bill) for bill in visit.bills)

    def _tenders(self) -> Iterator[tuple[Any, ...]]:
        for one in self.entries:
            for position, tender in enumerate(one.visit.wanted.tenders, 1):
                yield one.pk, position, tender.method, tender.amount, tender.reference, None
            used = one.visit.reckoning.plan.credit_used
            for position, (account_id, amount) in enumerate(used.items(), len(one.visit.wanted.tenders) + 1):
                yield one.pk, position, Method.PREPAID, amount, "", account_id

    def _allocations(self) -> Iterator[tuple[Any, ...]]:
        for one in self.entries:
            for position, share in enumerate(one.visit.reckoning.plan.shares, 1):
                debt = share.debt
                yield (
                    one.pk, position, debt.bill_id, debt.account_id, share.principal, share.late_charge,
                    share.late_charge_left, debt.late_charge_sentence, debt.late_charge_sentence_en,
                )  # fmt: skip

    def _deposits(self) -> Iterator[tuple[Any, ...]]:
        for one in self.entries:
            if one.visit.reckoning.deposit:
                yield one.pk, one.visit.wanted.account_id, one.visit.reckoning.deposit

    def _postings(self) -> Iterator[tuple[Any, ...]]:
        for one in self.entries:
            plan, deposit = one.visit.reckoning.plan, one.visit.reckoning.deposit
            sources = Sources(_money(one.visit, one.drawer.ledger if one.drawer else ""))
            for row in payment_entries(one.visit.wanted.account_id, plan.shares, deposit, sources):
                yield (
                    row.debit, row.credit, row.amount, row.account_id, one.day, one.visit.at, row.bill_id, one.pk,
                )  # fmt: skip

    def _write_receipts(self) -> None:
        receipts = [(self.keys.next("billing_receipt"), one) for one in self.entries if one.drawer]
        copy_rows(
            "billing_receipt",
            ("id", "payment_id", "book", "serial", "number"),
            (
                (key, one.pk, one.drawer.code, one.serial, f"{one.drawer.code}-{one.serial:04d}")
                for key, one in receipts
                if one.drawer
            ),
        )
        copy_rows(
            "billing_receiptprint",
            ("receipt_id", "copy_no", "printed_at", "printed_by_id"),
            ((key, 1, one.visit.at, one.taken_by_id) for key, one in receipts),
        )

    def _lower_bills(self) -> None:
        bills = self.bills.values()
        with connection.cursor() as cursor:
            cursor.execute(
                _LOWER_BILLS,
                [
                    list(self.bills),
                    [one.outstanding for one in bills],
                    [one.late_charge_left for one in bills],
                    [one.state for one in bills],
                ],
            )

    def _move_balances(self) -> None:
        owed: dict[int, Decimal] = {}
        credit: dict[int, Decimal] = {}
        for one in self.entries:
            for share in one.visit.reckoning.plan.shares:
                account_id = share.debt.account_id
                owed[account_id] = owed.get(account_id, NO_MONEY) - share.principal
                credit[account_id] = credit.get(account_id, NO_MONEY) - share.by_credit
            account_id = one.visit.wanted.account_id
            owed.setdefault(account_id, NO_MONEY)
            credit[account_id] = credit.get(account_id, NO_MONEY) + one.visit.reckoning.deposit
        with connection.cursor() as cursor:
            cursor.execute(_MOVE_BALANCES, [list(owed), list(owed.values()), [credit[pk] for pk in owed]])


def _payment_row(one: _Entry) -> tuple[Any, ...]:
    visit, reckoning = one.visit, one.visit.reckoning
    return (
        one.pk, visit.wanted.request_id, visit.wanted.fingerprint(one.taken_by_id), visit.channel,
        visit.branch_id, visit.wanted.account_id, one.day, visit.at, one.taken_by_id, one.tendered,
        reckoning.change, reckoning.plan.allocated, reckoning.deposit, visit.policy,
    )  # fmt: skip


def _money(visit: Visit, cash_ledger: str) -> list[tuple[str, Decimal]]:
    """Where the money arrives; change has gone back out of the cash, which is drawn on last."""
    by_code = [one for one in visit.wanted.tenders if one.method != Method.CASH]
    return [
        *((ledger_of(one.method, cash_ledger), one.amount) for one in by_code),
        (ledger_of(Tender.Method.CASH, cash_ledger), visit.cash_kept),
    ]


def _trace(one: _Entry, drawer: Drawer) -> Trace:
    allocated = one.visit.reckoning.plan.allocated
    return Trace(
        at=one.visit.at,
        actor_id=drawer.cashier.pk,
        branch_id=drawer.cashier.branch_id,
        action="take_payment",
        on=("billing.payment", one.pk),
        details={"tendered": str(one.tendered), "allocated": str(allocated)},
        request_id=one.visit.wanted.request_id,
    )
