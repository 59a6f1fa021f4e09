"""Debts from before the first season billed here, taken over from the old system (陈欠)."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from accounts.copying import copy_rows, reserve_ids
from accounts.models.account import Service
from billing.models import Bill
from billing.money import NO_MONEY, to_money
from config.demo.chance import Chance
from config.demo.habits import OLDEST_DEBT, Owing
from config.demo.history import History, season_of
from config.demo.visits import at_time

_BILL = (
    "id", "number", "account_id", "service", "kind", "period", "period_from", "period_to", "issued_on", "due_on",
    "quantity", "amount", "outstanding", "late_charge_left", "state", "basis", "tier_uses",
)  # fmt: skip
_LINE = (
    "bill_id", "position", "component", "component_name", "category", "quantity", "unit_price", "amount",
    "sentence", "sentence_en",
)  # fmt: skip
_POSTING = ("debit", "credit", "amount", "account_id", "business_date", "posted_at", "bill_id")
_RAISE_BALANCES = """
    UPDATE billing_balance AS balance SET receivable = balance.receivable + debt.amount
    FROM (SELECT account_id, sum(amount) AS amount FROM billing_bill WHERE id = ANY (%s) GROUP BY account_id)
        AS debt
    WHERE balance.account_id = debt.account_id
"""
# Half of them are under 1,500 yuan, none is much older than eight years (domain.md 6.11).
_MEDIAN, _SPREAD = 1_450, 0.7
_DUE = (11, 15)


@dataclass(frozen=True, slots=True)
class _OldDebt:
    """What is owed for one heating season, or for one year of a meter."""

    owing: Owing
    year: int
    amount: Decimal

    @property
    def is_heat(self) -> bool:
        return self.owing.account.service == Service.HEAT

    @property
    def period(self) -> str:
        return season_of(self.year) if self.is_heat else str(self.year)

    @property
    def dates(self) -> tuple[datetime.date, datetime.date]:
        if self.is_heat:
            return datetime.date(self.year, 11, 1), datetime.date(self.year + 1, 3, 31)
        return datetime.date(self.year, 1, 1), datetime.date(self.year, 12, 31)

    @property
    def due_on(self) -> datetime.date:
        return datetime.date(self.year, *_DUE) if self.is_heat else datetime.date(self.year + 1, 1, 31)

    @property
    def sentences(self) -> tuple[str, str]:
        season = "采暖季" if self.is_heat else "年度"
        season_en = "heating season" if self.is_heat else "year"
        return (
            f"{self.period}{season}欠费，由原系统转入",
            f"Arrears of the {season_en} {self.period}, taken over from the old system",
        )


def take_over_old_debts(owings: Iterable[Owing], history: History, chance: Chance) -> None:
    """Write a bill for each old debt, dated on the day of the take-over and due when it was due."""
    first = history.seasons[0]
    taken_over = datetime.date(first, 9, 1)
    debts = [debt for one in owings if one.has_old_debt for debt in _debts_of(one, first, chance)]
    rows = list(zip(reserve_ids("billing_bill", len(debts)), debts, strict=True))
    copy_rows("billing_bill", _BILL, (_bill_row(pk, one, taken_over) for pk, one in rows))
    copy_rows(
        "billing_billline",
        _LINE,
        ((pk, 1, "opening", "陈欠", "", 0, 0, one.amount, *one.sentences) for pk, one in rows),
    )
    at = at_time(taken_over, 9)
    copy_rows(
        "billing_posting",
        _POSTING,
        (("receivable", "opening", one.amount, one.owing.account.pk, taken_over, at, pk) for pk, one in rows),
    )
    with connection.cursor() as cursor:
        cursor.execute(_RAISE_BALANCES, [[pk for pk, _ in rows]])


def _bill_row(pk: int, one: _OldDebt, taken_over: datetime.date) -> tuple[object, ...]:
    account = one.owing.account
    return (
        pk, f"{account.account_no}-{one.period}", account.pk, account.service, Bill.Kind.OPENING, one.period,
        *one.dates, taken_over, one.due_on, 0, one.amount, one.amount, NO_MONEY, Bill.State.OPEN, {}, {},
    )  # fmt: skip


def _debts_of(owing: Owing, first: int, chance: Chance) -> Iterator[_OldDebt]:
    """One to three years in a row."""
    years = chance.choice((1, 1, 2, 3))
    newest = first - chance.randint(1, OLDEST_DEBT - years)
    total = max(90.0, chance.around(_MEDIAN, _SPREAD))
    for year in range(newest - years + 1, newest + 1):
        yield _OldDebt(owing, year, to_money(Decimal(round(total * 100 / years)) / 100))
