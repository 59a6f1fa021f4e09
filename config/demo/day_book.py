"""A day of payments into the books, in sets: the same rows that `take_payment_at_counter` writes one by one.

The order matters to the triggers: shifts open, payments, their parts, till entries, then the counts.
"""

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.copying import copy_rows, reserve_ids
from billing.models import Payment, Posting, Tender
from billing.money import NO_MONEY
from billing.services.postings import Sources, ledger_of, payment_postings
from config.demo.drawers import FLOAT, Drawer
from config.demo.visits import Method, Visit

_PAYMENT = (
    "id", "request_id", "fingerprint", "channel", "branch_id", "account_id", "business_date", "taken_at",
    "taken_by_id", "tendered", "change_given", "allocated", "credited", "policy",
)  # fmt: skip
_ALLOCATION = (
    "payment_id", "position", "bill_id", "account_id", "principal", "late_charge", "late_charge_left",
    "late_charge_sentence", "late_charge_sentence_en",
)  # fmt: skip
_POSTING = ("debit", "credit", "amount", "account_id", "business_date", "posted_at", "bill_id", "payment_id")
_SHIFT = (
    "id",
    "code",
    "window_id",
    "cashier_id",
    "business_date",
    "opened_at",
    "opening_float",
    "state",
    "receipts_issued",
    "difference_reason",
)
AUDIT = (
    "at",
    "actor_id",
    "branch_id",
    "action",
    "object_type",
    "object_id",
    "reason",
    "details",
    "request_id",
)

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
_CLOSE_SHIFTS = """
    UPDATE counters_shift AS shift
    SET state = 'CLOSED', receipts_issued = done.receipts, closed_at = done.closed_at, counted = done.counted,
        expected = done.expected, difference_reason = done.reason, approved_by_id = done.approved_by
    FROM unnest(%s::bigint[], %s::integer[], %s::timestamptz[], %s::numeric[], %s::numeric[], %s::text[], %s::bigint[])
        AS done (id, receipts, closed_at, counted, expected, reason, approved_by)
    WHERE shift.id = done.id
"""


class DayBook:
    """What is written for one day. `drawers` hold the visits at the windows; `other` came by another channel."""

    def __init__(
        self, day: datetime.date, drawers: Sequence[Drawer], other: Sequence[Visit], channel: str
    ) -> None:
        self.day = day
        self.drawers = drawers
        taken = [(visit, drawer) for drawer in drawers for visit in drawer.visits]
        everything = [*taken, *((visit, None) for visit in other)]
        keys = reserve_ids("billing_payment", len(everything))
        self.payments = [
            (_payment(pk, visit, drawer, day, channel), visit, drawer)
            for pk, (visit, drawer) in zip(keys, everything, strict=True)
        ]

    def write(self) -> None:
        copy_rows("counters_shift", _SHIFT, (_shift_row(one) for one in self.drawers))
        copy_rows("billing_payment", _PAYMENT, (_payment_row(one) for one, _, _ in self.payments))
        copy_rows(
            "billing_tender",
            ("payment_id", "position", "method", "amount", "reference", "account_id"),
            self._tenders(),
        )
        copy_rows("billing_allocation", _ALLOCATION, self._allocations())
        copy_rows("billing_deposit", ("payment_id", "account_id", "amount"), self._deposits())
        copy_rows("billing_posting", _POSTING, self._postings())
        self._receipts()
        copy_rows(
            "counters_tillentry",
            ("shift_id", "kind", "payment_id", "cash_in", "cash_out", "entered_at"),
            ((drawer.pk, "PAYMENT", one.pk, visit.cash_kept, NO_MONEY, visit.at) for one, visit, drawer in self._at_windows()),
        )  # fmt: skip
        self._lower_bills()
        self._move_balances()
        self._close_shifts()
        copy_rows("accounts_auditentry", AUDIT, self._audit())

    def _at_windows(self) -> Iterator[tuple[Payment, Visit, Drawer]]:
        for payment, visit, drawer in self.payments:
            if drawer is not None:
                yield payment, visit, drawer

    def _tenders(self) -> Iterator[tuple[Any, ...]]:
        for payment, visit, _ in self.payments:
            position = 0
            for position, one in enumerate(visit.wanted.tenders, 1):
                yield payment.pk, position, one.method, one.amount, one.reference, None
            for account_id, amount in visit.reckoning.plan.credit_used.items():
                position += 1
                yield payment.pk, position, "PREPAID", amount, "", account_id

    def _allocations(self) -> Iterator[tuple[Any, ...]]:
        for payment, visit, _ in self.payments:
            for position, share in enumerate(visit.reckoning.plan.shares, 1):
                debt = share.debt
                yield (
                    payment.pk, position, debt.bill_id, debt.account_id, share.principal, share.late_charge,
                    share.late_charge_left, debt.late_charge_sentence, debt.late_charge_sentence_en,
                )  # fmt: skip

    def _deposits(self) -> Iterator[tuple[Any, ...]]:
        for payment, visit, _ in self.payments:
            if visit.reckoning.deposit:
                yield payment.pk, visit.wanted.account_id, visit.reckoning.deposit

    def _postings(self) -> Iterator[tuple[Any, ...]]:
        for payment, visit, drawer in self.payments:
            plan, deposit = visit.reckoning.plan, visit.reckoning.deposit
            sources = Sources(_money(visit, drawer.ledger if drawer else ""))
            for row in payment_postings(payment, plan.shares, deposit, sources, visit.at):
                yield _posting_row(row)

    def _receipts(self) -> None:
        rows = [
            (payment.pk, visit, drawer, serial)
            for (payment, visit, drawer), serial in zip(self._at_windows(), self._serials(), strict=True)
        ]
        keys = reserve_ids("billing_receipt", len(rows))
        copy_rows(
            "billing_receipt",
            ("id", "payment_id", "book", "serial", "number"),
            (
                (key, pk, drawer.code, serial, f"{drawer.code}-{serial:04d}")
                for key, (pk, _, drawer, serial) in zip(keys, rows, strict=True)
            ),
        )
        copy_rows(
            "billing_receiptprint",
            ("receipt_id", "copy_no", "printed_at", "printed_by_id"),
            (
                (key, 1, visit.at, drawer.cashier.pk)
                for key, (_, visit, drawer, _) in zip(keys, rows, strict=True)
            ),
        )

    def _serials(self) -> Iterator[int]:
        for drawer in self.drawers:
            yield from range(1, len(drawer.visits) + 1)

    def _lower_bills(self) -> None:
        bills = [bill for _, visit, _ in self.payments for bill in visit.bills]
        with connection.cursor() as cursor:
            cursor.execute(
                _LOWER_BILLS,
                [
                    [one.pk for one in bills],
                    [one.outstanding for one in bills],
                    [one.late_charge_left for one in bills],
                    [one.state for one in bills],
                ],
            )

    def _move_balances(self) -> None:
        moved: dict[int, list[Decimal]] = {}
        for _, visit, _ in self.payments:
            for share in visit.reckoning.plan.shares:
                sums = moved.setdefault(share.debt.account_id, [NO_MONEY, NO_MONEY])
                sums[0] -= share.principal
                sums[1] -= share.by_credit
            if visit.reckoning.deposit:
                moved.setdefault(visit.wanted.account_id, [NO_MONEY, NO_MONEY])[1] += visit.reckoning.deposit
        with connection.cursor() as cursor:
            cursor.execute(
                _MOVE_BALANCES,
                [list(moved), [owed for owed, _ in moved.values()], [credit for _, credit in moved.values()]],
            )

    def _close_shifts(self) -> None:
        copy_rows(
            "counters_cashcount",
            ("shift_id", "denomination", "pieces"),
            ((one.pk, *piece) for one in self.drawers for piece in one.pieces()),
        )
        copy_rows(
            "billing_posting", _POSTING, (_difference_row(one) for one in self.drawers if one.difference)
        )
        with connection.cursor() as cursor:
            cursor.execute(
                _CLOSE_SHIFTS,
                [
                    [one.pk for one in self.drawers],
                    [len(one.visits) for one in self.drawers],
                    [one.closed_at for one in self.drawers],
                    [one.counted for one in self.drawers],
                    [one.expected for one in self.drawers],
                    [one.difference_reason for one in self.drawers],
                    [one.approved_by.pk if one.approved_by else None for one in self.drawers],
                ],
            )

    def _audit(self) -> Iterator[tuple[Any, ...]]:
        for one in self.drawers:
            who = (one.cashier.pk, one.cashier.branch_id)
            yield one.opened_at, *who, "open_shift", "counters.shift", one.pk, "", {"float": str(FLOAT)}, None
        for payment, visit, drawer in self._at_windows():
            yield (
                visit.at, drawer.cashier.pk, drawer.cashier.branch_id, "take_payment", "billing.payment", payment.pk, "",
                {"tendered": str(payment.tendered), "allocated": str(payment.allocated)}, payment.request_id,
            )  # fmt: skip
        for one in self.drawers:
            yield (
                one.closed_at, one.cashier.pk, one.cashier.branch_id, "close_shift", "counters.shift", one.pk,
                one.difference_reason,
                {
                    "counted": str(one.counted),
                    "expected": str(one.expected),
                    "approved_by": one.approved_by.number if one.approved_by else None,
                },
                None,
            )  # fmt: skip


def _payment(pk: int, visit: Visit, drawer: Drawer | None, day: datetime.date, channel: str) -> Payment:
    reckoning = visit.reckoning
    taken_by = drawer.cashier.pk if drawer else None
    return Payment(
        pk=pk,
        request_id=visit.wanted.request_id,
        fingerprint=visit.wanted.fingerprint(taken_by),
        channel=Payment.Channel.COUNTER if drawer else channel,
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
        one.debit, one.credit, one.amount, one.account_id, one.business_date, one.posted_at, one.bill_id, one.payment_id,
    )  # fmt: skip


def _money(visit: Visit, cash_ledger: str) -> list[tuple[str, Decimal]]:
    """Where the money arrives; change has gone back out of the cash, which is drawn on last."""
    by_code = [one for one in visit.wanted.tenders if one.method != Method.CASH]
    return [
        *((ledger_of(one.method, cash_ledger), one.amount) for one in by_code),
        (ledger_of(Tender.Method.CASH, cash_ledger), visit.cash_kept),
    ]


def _shift_row(one: Drawer) -> tuple[Any, ...]:
    return one.pk, one.code, one.window.pk, one.cashier.pk, one.day, one.opened_at, FLOAT, "OPEN", 0, ""


def _difference_row(one: Drawer) -> tuple[Any, ...]:
    sides = (one.ledger, "cash_difference") if one.difference > 0 else ("cash_difference", one.ledger)
    return *sides, abs(one.difference), None, one.day, one.closed_at, None, None
