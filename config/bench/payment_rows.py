"""Bills to pay and the windows to pay them at."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import NamedTuple

from django.db import connection

from accounts.models import Staff
from billing.models import Tender
from billing.services.offers import PaymentRequest, TenderOffer
from config.bench.town import SEED
from config.demo.chance import Chance
from config.demo.company import Company
from counters.models import Shift
from counters.services.shifts import open_shift

# One to three months of an account are open; none is overdue, so neither side computes a late charge.
_BILLS = """
    INSERT INTO billing_bill (number, account_id, service, kind, period, period_from, period_to, issued_on,
        due_on, quantity, amount, outstanding, late_charge_left, state, basis, tier_uses)
    SELECT account_no || '-' || period, id, service, 'USAGE', period, issued_on - 30, issued_on, issued_on,
        due_on, 10, amount, amount, 0, 'OPEN', '{}', '{}'
    FROM (SELECT a.id, a.account_no, a.service, to_char(%(on)s - month * 30, 'YYYY-MM') AS period,
              %(on)s - month * 5 AS issued_on, %(on)s + 30 - month * 5 AS due_on,
              round((20 + random() * 280)::numeric, 2) AS amount
          FROM accounts_account a, generate_series(1, 1 + (a.id %% 3)::int) AS month) AS owed
"""
_LINES = """
    INSERT INTO billing_billline (bill_id, position, component, component_name, category, quantity, unit_price,
        amount, sentence, sentence_en)
    SELECT id, 1, 'supply', '', '', quantity, amount / quantity, amount, '', '' FROM billing_bill
"""
_POSTINGS = """
    INSERT INTO billing_posting (debit, credit, amount, account_id, business_date, posted_at, bill_id)
    SELECT 'receivable', 'revenue:supply', amount, account_id, issued_on, now(), id FROM billing_bill
"""
_BALANCES = """
    UPDATE billing_balance b SET receivable = owed.amount
    FROM (SELECT account_id, sum(outstanding) AS amount FROM billing_bill GROUP BY account_id) AS owed
    WHERE owed.account_id = b.account_id
"""
_DEBTORS = """
    SELECT a.branch_id, a.id, array_agg(b.id ORDER BY b.id), sum(b.outstanding)
    FROM accounts_account a JOIN billing_bill b ON b.account_id = a.id GROUP BY a.id ORDER BY a.id
"""
_BY_WECHAT = 0.3
_NOTE = Decimal("10")
_FLOAT = Decimal("200.00")


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a window who pays all bills of one account."""

    wanted: PaymentRequest
    shift: Shift
    cashier: Staff


class _Debtor(NamedTuple):
    account_id: int
    bill_ids: list[int]
    owed: Decimal


def owe_bills(on: datetime.date) -> None:
    """Give every account open bills, each with its line and posting, and the balance that goes with them."""
    with connection.cursor() as cursor:
        for statement in (_BILLS, _LINES, _POSTINGS, _BALANCES):
            cursor.execute(statement, {"on": on})


def open_windows(company: Company, count: int, at: datetime.datetime) -> list[Shift]:
    """Open so many windows, each with a cashier and a shift of its own."""
    places = [
        (window, cashier)
        for number in company.halls
        for window, cashier in zip(
            (window for window in company.windows[number] if window.takes_money),
            company.cashiers_of(number),
            strict=False,
        )
    ]
    return [
        open_shift(window, cashier=cashier, opening_float=_FLOAT, at=at) for window, cashier in places[:count]
    ]


def queues(shifts: Sequence[Shift]) -> list[Iterator[Visit]]:
    """The queue before each window: accounts of its own branch, no account in two queues."""
    debtors = defaultdict[int | None, list[_Debtor]](list)
    with connection.cursor() as cursor:
        cursor.execute(_DEBTORS)
        for branch_id, *debtor in cursor:
            debtors[branch_id].append(_Debtor(*debtor))
    chance = Chance(SEED, "payments")
    windows = defaultdict(list)
    for shift in shifts:
        windows[shift.cashier.branch_id].append(shift)
    places = {shift.pk: (index, len(mine)) for mine in windows.values() for index, shift in enumerate(mine)}
    return [_queue(shift, debtors[shift.cashier.branch_id], *places[shift.pk], chance) for shift in shifts]


def _queue(shift: Shift, debtors: Sequence[_Debtor], index: int, of: int, chance: Chance) -> Iterator[Visit]:
    for debtor in debtors[index::of]:
        tender = _tender(debtor.owed, chance)
        wanted = PaymentRequest(chance.uuid(), debtor.account_id, tuple(debtor.bill_ids), (tender,))
        yield Visit(wanted, shift, shift.cashier)


def _tender(owed: Decimal, chance: Chance) -> TenderOffer:
    if chance.happens(_BY_WECHAT):
        return TenderOffer(Tender.Method.WECHAT, owed, chance.uuid().hex)
    return TenderOffer(Tender.Method.CASH, (owed / _NOTE).to_integral_value(ROUND_UP) * _NOTE)
