"""Shifts into the books. A window has one open shift at a time, so each day is opened, filled and closed in turn."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection

from accounts.copying import copy_rows
from billing.money import NO_MONEY
from config.demo.drawers import FLOAT, Drawer
from config.demo.trail import Trace, write_trail
from config.demo.visits import Visit
from counters.models import TillEntry

_SHIFT = (
    "id", "code", "window_id", "cashier_id", "business_date", "opened_at", "opening_float", "state",
    "receipts_issued", "difference_reason",
)  # fmt: skip
_TILL_ENTRY = ("shift_id", "kind", "payment_id", "cash_in", "cash_out", "entered_at")
_CLOSE_SHIFTS = """
    UPDATE counters_shift AS shift
    SET state = 'CLOSED', receipts_issued = done.receipts, closed_at = done.closed_at, counted = done.counted,
        expected = done.expected, difference_reason = done.reason, approved_by_id = done.approved_by
    FROM unnest(%s::bigint[], %s::integer[], %s::timestamptz[], %s::numeric[], %s::numeric[], %s::text[],
                %s::bigint[]) AS done (id, receipts, closed_at, counted, expected, reason, approved_by)
    WHERE shift.id = done.id
"""

# Primary key of the payment, the visit, and the drawer that it went into.
AtWindow = tuple[int, Visit, Drawer]


def write_shifts(drawers: Sequence[Drawer], visits: Sequence[AtWindow]) -> None:
    """Write the shifts of many days with their till entries, counts, differences and trail."""
    entries: dict[int, list[tuple[Any, ...]]] = {one.pk: [] for one in drawers}
    for payment_id, visit, drawer in visits:
        entries[drawer.pk].append(
            (drawer.pk, TillEntry.Kind.PAYMENT, payment_id, visit.cash_kept, NO_MONEY, visit.at)
        )
    for _, of_the_day in groupby(drawers, attrgetter("day")):
        shifts = list(of_the_day)
        copy_rows("counters_shift", _SHIFT, (_shift_row(one) for one in shifts))
        copy_rows("counters_tillentry", _TILL_ENTRY, (row for one in shifts for row in entries[one.pk]))
        _close(shifts)
    copy_rows(
        "counters_cashcount",
        ("shift_id", "denomination", "pieces"),
        ((one.pk, *piece) for one in drawers for piece in one.pieces()),
    )
    copy_rows(
        "billing_posting",
        ("debit", "credit", "amount", "business_date", "posted_at"),
        (_difference_row(one) for one in drawers if one.difference),
    )
    write_trail(trace for one in drawers for trace in _traces(one))


def _shift_row(one: Drawer) -> tuple[Any, ...]:
    return one.pk, one.code, one.window.pk, one.cashier.pk, one.day, one.opened_at, FLOAT, "OPEN", 0, ""


def _close(shifts: Sequence[Drawer]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _CLOSE_SHIFTS,
            [
                [one.pk for one in shifts],
                [len(one.visits) for one in shifts],
                [one.closed_at for one in shifts],
                [one.counted for one in shifts],
                [one.expected for one in shifts],
                [one.difference_reason for one in shifts],
                [one.approved_by.pk if one.approved_by else None for one in shifts],
            ],
        )


def _difference_row(one: Drawer) -> tuple[Any, ...]:
    sides = (one.ledger, "cash_difference") if one.difference > 0 else ("cash_difference", one.ledger)
    return *sides, abs(one.difference), one.day, one.closed_at


def _traces(one: Drawer) -> Iterator[Trace]:
    who, on = (one.cashier.pk, one.cashier.branch_id), ("counters.shift", one.pk)
    yield Trace(one.opened_at, *who, "open_shift", on, details={"float": str(FLOAT)})
    approved_by = one.approved_by.number if one.approved_by else None
    details = {"counted": str(one.counted), "expected": str(one.expected), "approved_by": approved_by}
    yield Trace(one.closed_at, *who, "close_shift", on, one.difference_reason, details)
