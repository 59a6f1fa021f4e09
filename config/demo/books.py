"""Payments into the books, many days in one COPY: the same rows that `take_payment_at_counter` writes one by one."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.copying import copy_rows
from billing.models import Payment, Posting, Tender
from billing.money import NO_MONEY
from billing.services.postings import Sources, ledger_of, payment_postings
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

    payment: Payment
    visit: Visit
    drawer: Drawer | None
    serial: int


class Books:
    """Collects days of payments until `write` puts them into the tables, in the order the triggers want."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.entries: list[_Entry] = []
        self.drawers: list[Drawer] = []
        self.bills: dict[int, OpenBill] = {}

    def enter_day(
        self, day: datetime.date, drawers: Sequence[Drawer], other: Sequence[Visit], channel: str
    ) -> None:
        """Take in the visits at the windows, and those that came by another channel."""
        for drawer in drawers:
            for serial, visit in enumerate(drawer.visits, 1):
                self._enter(day, visit, drawer, serial, Payment.Channel.COUNTER)
        for visit in other:
            self._enter(day, visit, None, 0, channel)
        self.drawers += drawers

    def write(self) -> None:
        if not self.entries:
            return
        copy_rows("billing_payment", _PAYMENT, (_payment_row(one.payment) for one in self.entries))
        copy_rows("billing_tender", _TENDER, self._tenders())
        copy_rows("billing_allocation", _ALLOCATION, self._allocations())
        copy_rows("billing_deposit", ("payment_id", "account_id", "amount"), self._deposits())
        copy_rows("billing_posting", _POSTING, self._postings())
        self._write_receipts()
        self._lower_bills()
        self._move_balances()
        at_windows = [(one.payment, one.visit, one.drawer) for one in self.entries if one.drawer]
        write_shifts(self.drawers, [(payment.pk, visit, drawer) for payment, visit, drawer in at_windows])
        write_trail(_trace(*one) for one in at_windows)
        self.entries, self.drawers, self.bills = [], [], {}

    def _enter(
        self, day: datetime.date, visit: Visit, drawer: Drawer | None, serial: int, channel: str
    ) -> None:
        pk = self.keys.next("billing_payment")
        self.entries.append(_Entry(_payment(pk, visit, drawer, day, channel), visit, drawer, serial))
        self.bills.update((bill.pk, bill) for bill in visit.bills)

    def _tenders(self) -> Iterator[tuple[Any, ...]]:
        for one in self.entries:
            for position, tender in enumerate(one.visit.wanted.tenders, 1):
                yield one.payment.pk, position, tender.method, tender.amount, tender.reference, None
            used = one.visit.reckoning.plan.credit_used
            for position, (account_id, amount) in enumerate(used.items(), len(one.visit.wanted.tenders) + 1):
                yield one.payment.pk, position, Method.PREPAID, amount, "", account_id

    def _allocations(self) -> Iterator[tuple[Any, ...]]:
        for one in self.entries:
            for position, share in enumerate(one.visit.reckoning.plan.shares, 1):
                debt = share.debt
                yield (
                    one.payment.pk, position, debt.bill_id, debt.account_id, share.principal, share.late_charge,
                    share.late_charge_left, debt.late_charge_sentence, debt.late_charge_sentence_en,
                )  # fmt: skip

    def _deposits(self) -> Iterator[tuple[Any, ...]]:
        for one in self.entries:
            if one.visit.reckoning.deposit:
                yield one.payment.pk, one.payment.account_id, one.visit.reckoning.deposit

    def _postings(self) -> Iterator[tuple[Any, ...]]:
        for one in self.entries:
            plan, deposit = one.visit.reckoning.plan, one.visit.reckoning.deposit
            sources = Sources(_money(one.visit, one.drawer.ledger if one.drawer else ""))
            for row in payment_postings(one.payment, plan.shares, deposit, sources, one.visit.at):
                yield _posting_row(row)

    def _write_receipts(self) -> None:
        receipts = [(self.keys.next("billing_receipt"), one) for one in self.entries if one.drawer]
        copy_rows(
            "billing_receipt",
            ("id", "payment_id", "book", "serial", "number"),
            (
                (key, one.payment.pk, one.drawer.code, one.serial, f"{one.drawer.code}-{one.serial:04d}")
                for key, one in receipts
                if one.drawer
            ),
        )
        copy_rows(
            "billing_receiptprint",
            ("receipt_id", "copy_no", "printed_at", "printed_by_id"),
            ((key, 1, one.visit.at, one.payment.taken_by_id) for key, one in receipts),
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
            account_id = one.payment.account_id
            owed.setdefault(account_id, NO_MONEY)
            credit[account_id] = credit.get(account_id, NO_MONEY) + one.visit.reckoning.deposit
        with connection.cursor() as cursor:
            cursor.execute(_MOVE_BALANCES, [list(owed), list(owed.values()), [credit[pk] for pk in owed]])


def _payment(pk: int, visit: Visit, drawer: Drawer | None, day: datetime.date, channel: str) -> Payment:
    reckoning = visit.reckoning
    taken_by = drawer.cashier.pk if drawer else None
    return Payment(
        pk=pk,
        request_id=visit.wanted.request_id,
        fingerprint=visit.wanted.fingerprint(taken_by),
        channel=channel,
        branch_id=visit.branch_id,
        account_id=visit.wanted.account_id,
        business_date=day,
        taken_at=visit.at,
        taken_by_id=taken_by,
        tendered=visit.wanted.tendered + sum(reckoning.plan.credit_used.values(), NO_MONEY),
        change_given=reckoning.change,
        allocated=reckoning.plan.allocated,
        credited=reckoning.deposit,
        policy=visit.policy,
    )


def _payment_row(one: Payment) -> tuple[Any, ...]:
    return (
        one.pk, one.request_id, one.fingerprint, one.channel, one.branch_id, one.account_id, one.business_date,
        one.taken_at, one.taken_by_id, one.tendered, one.change_given, one.allocated, one.credited, one.policy,
    )  # fmt: skip


def _posting_row(one: Posting) -> tuple[Any, ...]:
    return (
        one.debit, one.credit, one.amount, one.account_id, one.business_date, one.posted_at, one.bill_id,
        one.payment_id,
    )  # fmt: skip


def _money(visit: Visit, cash_ledger: str) -> list[tuple[str, Decimal]]:
    """Where the money arrives; change has gone back out of the cash, which is drawn on last."""
    by_code = [one for one in visit.wanted.tenders if one.method != Method.CASH]
    return [
        *((ledger_of(one.method, cash_ledger), one.amount) for one in by_code),
        (ledger_of(Tender.Method.CASH, cash_ledger), visit.cash_kept),
    ]


def _trace(payment: Payment, visit: Visit, drawer: Drawer) -> Trace:
    return Trace(
        at=visit.at,
        actor_id=drawer.cashier.pk,
        branch_id=drawer.cashier.branch_id,
        action="take_payment",
        on=("billing.payment", payment.pk),
        details={"tendered": str(payment.tendered), "allocated": str(payment.allocated)},
        request_id=payment.request_id,
    )
