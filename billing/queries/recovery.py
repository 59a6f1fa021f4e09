"""What was due in a month and what came in, by district and by collector: this month's bills apart from old debts.

当期: the bills that fall due in the month, and what was paid on them until its end. 陈欠: what was overdue when the
month began, and what was paid on that within it. Principal alone; a reversal counts against the month it is made in.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from billing.money import NO_MONEY
from billing.recovery_rates import achievement_of, rate_of, target_of

# The books are walked back from today to the month: only what moved since then is read, however old the company is.
_MOVES = """
    moved AS (
        SELECT share.bill_id, payment.business_date AS day, share.principal AS amount
        FROM billing_payment payment JOIN billing_allocation share ON share.payment_id = payment.id
        WHERE payment.business_date >= %(month)s
        UNION ALL
        SELECT share.bill_id, undone.business_date, -share.principal
        FROM billing_reversal undone JOIN billing_allocation share ON share.payment_id = undone.payment_id
        WHERE undone.business_date >= %(month)s
    ), paid AS (
        SELECT bill_id, sum(amount) AS since, coalesce(sum(amount) FILTER (WHERE day < %(next)s), 0.00) AS within
        FROM moved GROUP BY bill_id
    ), lost AS (
        SELECT bill_id, sum(amount) AS since FROM (
            SELECT bill_id, amount FROM billing_writeoff WHERE state = 'APPROVED' AND business_date >= %(month)s
            UNION ALL
            SELECT w.bill_id, -r.amount FROM billing_writeoffrecovery r
            JOIN billing_writeoff w ON w.id = r.write_off_id WHERE r.business_date >= %(month)s) written
        GROUP BY bill_id
    ), bill AS (
        -- Three ways in, no bill by two of them: each has its index, whatever has been paid since the first day.
        SELECT {columns} FROM billing_bill WHERE due_on >= %(month)s AND due_on < %(next)s
        UNION ALL
        SELECT {columns} FROM billing_bill WHERE due_on < %(month)s AND state = 'OPEN' AND outstanding > 0
        UNION ALL
        SELECT {columns} FROM billing_bill WHERE due_on < %(month)s AND outstanding = 0
            AND id IN (SELECT bill_id FROM paid UNION SELECT bill_id FROM lost)
    ), book AS (
        SELECT bill.id, bill.account_id, place.district_id, bill.due_on < %(month)s AS is_old,
            CASE WHEN bill.due_on < %(month)s
                THEN bill.outstanding + coalesce(paid.since, 0.00) + coalesce(lost.since, 0.00)
                ELSE bill.amount - bill.adjusted END AS due,
            CASE WHEN bill.due_on < %(month)s THEN coalesce(paid.within, 0.00)
                ELSE bill.amount - bill.adjusted - bill.outstanding - bill.written_off
                    - coalesce(paid.since, 0.00) + coalesce(paid.within, 0.00) END AS received
        FROM bill
        JOIN accounts_account account ON account.id = bill.account_id
        JOIN accounts_premises place ON place.id = account.premises_id
        LEFT JOIN paid ON paid.bill_id = bill.id LEFT JOIN lost ON lost.bill_id = bill.id
        WHERE bill.state <> 'CANCELLED' AND bill.kind <> 'PURCHASE'
    )
""".replace("{columns}", "id, account_id, due_on, state, kind, amount, adjusted, outstanding, written_off")
_OWNER = """
    LEFT JOIN LATERAL (
        SELECT owner_id FROM accounts_districtowner
        WHERE district_id = {district} AND owns_from <= {day} ORDER BY owns_from DESC LIMIT 1) owner ON true
"""
_BY_DISTRICT = f"""
    WITH {_MOVES}, sums AS (
        SELECT district_id,
            sum(due) FILTER (WHERE NOT is_old) AS current_due, sum(received) FILTER (WHERE NOT is_old) AS current_in,
            sum(due) FILTER (WHERE is_old) AS old_due, sum(received) FILTER (WHERE is_old) AS old_in
        FROM book GROUP BY district_id
    )
    SELECT d.id, d.code, d.name, d.name_en, d.branch_id, owner.owner_id, staff.name, staff.name_en,
        coalesce(current_due, 0.00), coalesce(current_in, 0.00), coalesce(old_due, 0.00), coalesce(old_in, 0.00),
        aimed.current_base, aimed.current_difficulty, aimed.old_base, aimed.old_difficulty
    FROM accounts_district d LEFT JOIN sums ON sums.district_id = d.id
    {_OWNER.format(district="d.id", day="%(last)s")}
    LEFT JOIN accounts_staff staff ON staff.id = owner.owner_id
    LEFT JOIN LATERAL (
        SELECT max(base) FILTER (WHERE kind = 'CURRENT') AS current_base,
            max(difficulty) FILTER (WHERE kind = 'CURRENT') AS current_difficulty,
            max(base) FILTER (WHERE kind = 'OLD') AS old_base,
            max(difficulty) FILTER (WHERE kind = 'OLD') AS old_difficulty
        FROM (SELECT DISTINCT ON (kind) kind, base, difficulty FROM billing_recoverytarget
              WHERE district_id = d.id AND state = 'APPROVED' AND month <= %(month)s
              ORDER BY kind, month DESC) newest) aimed ON true
    WHERE %(branches)s::bigint[] IS NULL OR d.branch_id = ANY (%(branches)s)
    ORDER BY d.code
"""  # noqa: S608 -- our own words
# What came in counts for whoever had the district on the day on which it came in.
_BY_COLLECTOR = f"""
    WITH came AS (
        SELECT payment.business_date AS day, share.bill_id, share.principal AS amount
        FROM billing_payment payment JOIN billing_allocation share ON share.payment_id = payment.id
        WHERE payment.business_date >= %(month)s AND payment.business_date < %(next)s
        UNION ALL
        SELECT undone.business_date, share.bill_id, -share.principal
        FROM billing_reversal undone JOIN billing_allocation share ON share.payment_id = undone.payment_id
        WHERE undone.business_date >= %(month)s AND undone.business_date < %(next)s
    )
    SELECT staff.id, staff.name, staff.name_en, staff.number, d.id, d.name, d.name_en,
        coalesce(sum(came.amount) FILTER (WHERE bill.due_on >= %(month)s), 0.00),
        coalesce(sum(came.amount) FILTER (WHERE bill.due_on < %(month)s), 0.00)
    FROM came
    JOIN billing_bill bill ON bill.id = came.bill_id AND bill.due_on < %(next)s
        AND bill.state <> 'CANCELLED' AND bill.kind <> 'PURCHASE'
    JOIN accounts_account account ON account.id = bill.account_id
    JOIN accounts_premises place ON place.id = account.premises_id
    JOIN accounts_district d ON d.id = place.district_id
    {_OWNER.format(district="d.id", day="came.day")}
    JOIN accounts_staff staff ON staff.id = owner.owner_id
    WHERE %(branches)s::bigint[] IS NULL OR d.branch_id = ANY (%(branches)s)
    GROUP BY staff.id, d.id ORDER BY staff.number, d.code
"""  # noqa: S608 -- our own words
_ROWS = f"""
    WITH {_MOVES}
    SELECT bill.number, account.account_no, customer.name, bill.due_on, book.due, book.received,
        book.due - book.received
    FROM book JOIN billing_bill bill ON bill.id = book.id
    JOIN accounts_account account ON account.id = book.account_id
    JOIN accounts_customer customer ON customer.id = account.customer_id
    WHERE book.district_id = %(district)s AND book.is_old = %(is_old)s
    ORDER BY book.due - book.received DESC, bill.id LIMIT %(limit)s OFFSET %(start)s
"""  # noqa: S608 -- our own words
_COUNT = f"WITH {_MOVES} SELECT count(*) FROM book WHERE district_id = %(district)s AND is_old = %(is_old)s"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was due and what came in, with what was aimed at."""

    due: Decimal = NO_MONEY
    received: Decimal = NO_MONEY
    target: Decimal | None = None

    @property
    def rate(self) -> Decimal | None:
        return rate_of(self.received, self.due)

    @property
    def achievement(self) -> Decimal | None:
        return achievement_of(self.rate, self.target)


@dataclass(frozen=True, slots=True)
class DistrictRecovery:
    """One district in one month; the owner is who had it on the last day of it."""

    district_id: int
    code: str
    name: str
    name_en: str
    branch_id: int
    owner_id: int | None
    owner_name: str
    owner_name_en: str
    current: Recovery
    old: Recovery


@dataclass(frozen=True, slots=True)
class CollectorRecovery:
    """What came in from a district while it was this collector's: the base of pay."""

    staff_id: int
    name: str
    name_en: str
    number: str
    district_id: int
    district: str
    district_en: str
    current: Decimal
    old: Decimal

    @property
    def total(self) -> Decimal:
        return self.current + self.old


@dataclass(frozen=True, slots=True)
class RecoveryBill:
    """One bill behind a figure."""

    number: str
    account_no: str
    name: str
    due_on: datetime.date
    due: Decimal
    received: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class RecoveryBills:
    """The bills behind a figure, those with the most left first; a page asks for its own rows alone."""

    district_id: int
    month: datetime.date
    is_old: bool

    def __len__(self) -> int:
        return int(_rows(_COUNT, self._values())[0][0])

    def __getitem__(self, wanted: slice) -> list[RecoveryBill]:
        start, stop = wanted.start or 0, wanted.stop
        values = {**self._values(), "start": start, "limit": max(stop - start, 0)}
        return [RecoveryBill(*row) for row in _rows(_ROWS, values)]

    def _values(self) -> dict[str, Any]:
        return {**_days(self.month), "district": self.district_id, "is_old": self.is_old}


def recovery_by_district(branch_ids: Collection[int] | None, month: datetime.date) -> list[DistrictRecovery]:
    """Every district of these branches (None: of all) in the month of the day. One query."""
    return [
        DistrictRecovery(
            district_id=row[0],
            code=row[1],
            name=row[2],
            name_en=row[3],
            branch_id=row[4],
            owner_id=row[5],
            owner_name=row[6] or "",
            owner_name_en=row[7] or "",
            current=Recovery(row[8], row[9], _target(row[12], row[13])),
            old=Recovery(row[10], row[11], _target(row[14], row[15])),
        )
        for row in _rows(_BY_DISTRICT, {**_days(month), "branches": _ids(branch_ids)})
    ]


def recovery_by_collector(
    branch_ids: Collection[int] | None, month: datetime.date
) -> list[CollectorRecovery]:
    """What came in within the month, by who had the district on that day. One query."""
    values = {**_days(month), "branches": _ids(branch_ids)}
    return [CollectorRecovery(*row) for row in _rows(_BY_COLLECTOR, values)]


def _target(base: Decimal | None, difficulty: Decimal | None) -> Decimal | None:
    return target_of(base, difficulty) if base is not None and difficulty is not None else None


def _ids(branch_ids: Collection[int] | None) -> list[int] | None:
    return None if branch_ids is None else list(branch_ids)


def _days(month: datetime.date) -> dict[str, datetime.date]:
    first = month.replace(day=1)
    after = (first + datetime.timedelta(days=31)).replace(day=1)
    return {"month": first, "next": after, "last": after - datetime.timedelta(days=1)}


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
