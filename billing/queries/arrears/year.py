"""A year of dunning in figures: calls, messages, notices, lines for the valve, and the money that came back."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.money import NO_MONEY

# Each a list of what was done: on which day, for which account, what, and how much money where it is money.
KINDS = {
    "calls": """
        SELECT (at AT TIME ZONE %(zone)s)::date AS day, account_id, result AS what, NULL::numeric AS amount
        FROM billing_contactattempt WHERE way = 'CALL' AND at >= %(since)s AND at < %(until)s
    """,
    "messages": """
        SELECT (sent_at AT TIME ZONE %(zone)s)::date, account_id, template, NULL::numeric
        FROM billing_message
        WHERE state IN ('SENT', 'DELIVERED') AND sent_at >= %(since)s AND sent_at < %(until)s
    """,
    "notices": """
        SELECT (mailing.made_at AT TIME ZONE %(zone)s)::date, letter.account_id, mailing.template, NULL::numeric
        FROM billing_letter letter JOIN billing_mailing mailing ON mailing.id = letter.mailing_id
        WHERE mailing.made_at >= %(since)s AND mailing.made_at < %(until)s
    """,
    "lines": """
        SELECT (proposed_at AT TIME ZONE %(zone)s)::date, account_id, kind, NULL::numeric
        FROM billing_supplyorder
        WHERE kind IN ('RESTRICT', 'STOP') AND proposed_at >= %(since)s AND proposed_at < %(until)s
    """,
    # What was overdue when the month of the payment began; what was undone counts against its own month.
    "recovered": """
        SELECT came.day, bill.account_id, bill.number, came.amount FROM (
            SELECT payment.business_date AS day, share.bill_id, share.principal AS amount
            FROM billing_payment payment JOIN billing_allocation share ON share.payment_id = payment.id
            WHERE payment.business_date >= %(first)s AND payment.business_date < %(after)s
            UNION ALL
            SELECT undone.business_date, share.bill_id, -share.principal
            FROM billing_reversal undone JOIN billing_allocation share ON share.payment_id = undone.payment_id
            WHERE undone.business_date >= %(first)s AND undone.business_date < %(after)s) came
        JOIN billing_bill bill ON bill.id = came.bill_id AND bill.kind <> 'PURCHASE'
            AND bill.due_on < date_trunc('month', came.day)
        WHERE came.amount <> 0
    """,
}
LABELS = {
    "calls": _("calls"),
    "messages": _("messages sent"),
    "notices": _("notices printed"),
    "lines": _("lines for the valve"),
    "recovered": _("old debts recovered, yuan"),
}
_SEEN = """
    done (day, account_id, what, amount) AS ({rows}), seen AS (
        SELECT done.*, account.account_no, customer.name FROM done
        JOIN accounts_account account ON account.id = done.account_id
        JOIN accounts_customer customer ON customer.id = account.customer_id
        WHERE %(branches)s::bigint[] IS NULL OR account.branch_id = ANY (%(branches)s)
    )
"""


@dataclass(frozen=True, slots=True)
class YearFigure:
    """One kind of work: how much in each month, and in the year."""

    kind: str
    label: str
    months: list[Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.months, NO_MONEY if self.is_money else Decimal(0))

    @property
    def is_money(self) -> bool:
        return self.kind == "recovered"


@dataclass(frozen=True, slots=True)
class YearRow:
    day: datetime.date
    account_no: str
    name: str
    what: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class YearRows:
    """What stands behind a figure, the newest first; a page asks for its own rows alone."""

    kind: str
    branch_ids: Collection[int] | None
    first: datetime.date
    after: datetime.date

    def __len__(self) -> int:
        return int(self._ask("SELECT count(*) FROM seen")[0][0])

    def __getitem__(self, wanted: slice) -> list[YearRow]:
        start = wanted.start or 0
        rows = self._ask(
            "SELECT day, account_no, name, what, amount FROM seen"
            " ORDER BY day DESC, account_no, what LIMIT %(limit)s OFFSET %(start)s",
            limit=max(wanted.stop - start, 0),
            start=start,
        )
        return [YearRow(*row) for row in rows]

    def _ask(self, question: str, **more: int) -> list[tuple[Any, ...]]:
        statement = f"WITH {_SEEN.format(rows=KINDS[self.kind])} {question}"
        return _rows(statement, {**_span(self.first, self.after, self.branch_ids), **more})


def year_figures(branch_ids: Collection[int] | None, year: int) -> list[YearFigure]:
    """What was done in each month of the year in these branches (None: in all). One query a kind."""
    values = _span(datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1), branch_ids)
    figures = []
    for kind, rows in KINDS.items():
        measure = "sum(amount)" if kind == "recovered" else "count(*)"
        statement = (
            f"WITH {_SEEN.format(rows=rows)} "  # noqa: S608 - our own words
            f"SELECT extract(month FROM day)::int, {measure} FROM seen GROUP BY 1"
        )
        found = dict(_rows(statement, values))
        figures.append(
            YearFigure(kind, str(LABELS[kind]), [Decimal(found.get(month, 0)) for month in range(1, 13)])
        )
    return figures


def _span(first: datetime.date, after: datetime.date, branch_ids: Collection[int] | None) -> dict[str, Any]:
    office = timezone.get_default_timezone()
    midnight = datetime.time()
    return {
        "first": first,
        "after": after,
        "since": datetime.datetime.combine(first, midnight, tzinfo=office),
        "until": datetime.datetime.combine(after, midnight, tzinfo=office),
        "zone": str(office),
        "branches": None if branch_ids is None else list(branch_ids),
    }


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
