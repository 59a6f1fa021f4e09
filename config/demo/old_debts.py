"""Debts of seasons before the first one billed here, taken over from the old system (陈欠)."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from accounts.copying import copy_rows, reserve_ids
from billing.models import Bill
from billing.money import NO_MONEY, to_money
from config.demo.chance import Chance
from config.demo.habits import Owing
from config.demo.history import History, season_of
from config.demo.visits import at_time

_BILL = (
    "id", "number", "account_id", "service", "kind", "period", "period_from", "period_to", "issued_on", "due_on",
    "quantity", "amount", "outstanding", "late_charge_left", "state", "basis", "tier_uses",
)  # fmt: skip
_LINE = (
    "bill_id",
    "position",
    "component",
    "quantity",
    "unit_price",
    "amount",
    "sentence",
    "sentence_en",
    "component_name",
    "category",
)
_POSTING = ("debit", "credit", "amount", "account_id", "business_date", "posted_at", "bill_id")
_RAISE_BALANCES = """
    UPDATE billing_balance AS balance SET receivable = balance.receivable + debt.amount
    FROM (SELECT account_id, sum(amount) AS amount FROM billing_bill WHERE id = ANY (%s) GROUP BY account_id) AS debt
    WHERE balance.account_id = debt.account_id
"""
# Half of them are under 1,500 yuan (domain.md 6.11).
_MEDIAN, _SPREAD = 1_450, 0.7
_OLDEST = 8


@dataclass(frozen=True, slots=True)
class _OldDebt:
    owing: Owing
    year: int
    amount: Decimal


def take_over_old_debts(owings: Iterable[Owing], history: History, chance: Chance) -> None:
    """Write a bill for each unpaid old season, dated on the day of the take-over and due when it was due."""
    first = history.seasons[0]
    taken_over = datetime.date(first, 9, 1)
    debts = [debt for one in owings if one.has_old_debt for debt in _debts_of(one, first, chance)]
    keys = reserve_ids("billing_bill", len(debts))
    rows = list(zip(keys, debts, strict=True))
    copy_rows(
        "billing_bill",
        _BILL,
        (
            (
                pk, f"{one.owing.account.account_no}-{season_of(one.year)}", one.owing.account.pk,
                one.owing.account.service, Bill.Kind.OPENING, season_of(one.year), datetime.date(one.year, 11, 1),
                datetime.date(one.year + 1, 3, 31), taken_over, datetime.date(one.year, 11, 15),
                0, one.amount, one.amount, NO_MONEY, Bill.State.OPEN, {}, {},
            )
            for pk, one in rows
        ),
    )  # fmt: skip
    copy_rows(
        "billing_billline",
        _LINE,
        (
            (
                pk, 1, "opening", 0, 0, one.amount, f"{season_of(one.year)}采暖季欠费，由原系统转入",
                f"Arrears of the {season_of(one.year)} heating season, taken over from the old system", "陈欠", "",
            )
            for pk, one in rows
        ),
    )  # fmt: skip
    copy_rows(
        "billing_posting",
        _POSTING,
        (
            (
                "receivable",
                "opening",
                one.amount,
                one.owing.account.pk,
                taken_over,
                at_time(taken_over, 9),
                pk,
            )
            for pk, one in rows
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(_RAISE_BALANCES, [keys])


def _debts_of(owing: Owing, first: int, chance: Chance) -> Iterator[_OldDebt]:
    """One to three seasons in a row, at most eight years back."""
    seasons = chance.choice((1, 1, 2, 3))
    newest = first - chance.randint(1, _OLDEST - seasons - 1)
    total = max(90.0, chance.around(_MEDIAN, _SPREAD))
    for year in range(newest - seasons + 1, newest + 1):
        yield _OldDebt(owing, year, to_money(Decimal(round(total * 100 / seasons)) / 100))
