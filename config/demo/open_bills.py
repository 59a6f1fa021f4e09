"""The bills that are still to be paid, in memory, so that a year of visits needs no query for each."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Account
from billing.allocation import Debt
from billing.models import Bill
from billing.queries.late_charges import debts_on
from config.demo.habits import Owing


@dataclass(slots=True)
class OpenBill:
    pk: int
    owing: Owing
    due_on: datetime.date
    amount: Decimal
    outstanding: Decimal
    pays_on: datetime.date | None = None
    late_charge_left: Decimal = Decimal("0.00")

    @property
    def account_id(self) -> int:
        return self.owing.account.pk

    @property
    def is_open(self) -> bool:
        return self.outstanding > 0 or self.late_charge_left > 0

    @property
    def state(self) -> str:
        return Bill.State.OPEN if self.is_open else Bill.State.PAID


class OpenBills:
    """By household and account, each account's oldest first."""

    def __init__(self) -> None:
        self.of_household: dict[int, dict[int, list[OpenBill]]] = {}
        self.by_pk: dict[int, OpenBill] = {}

    def add(self, bill: OpenBill) -> None:
        bills = self.of_household.setdefault(bill.owing.household, {}).setdefault(bill.account_id, [])
        bills.append(bill)
        bills.sort(key=lambda one: (one.due_on, one.pk))
        self.by_pk[bill.pk] = bill

    def wanted(self, household: int, on: datetime.date) -> list[OpenBill]:
        """What the household pays on that day: of each account, nothing older stays behind."""
        wanted = []
        for bills in self.of_household.get(household, {}).values():
            ready = [
                index for index, one in enumerate(bills) if one.pays_on is not None and one.pays_on <= on
            ]
            if ready:
                wanted += bills[: ready[-1] + 1]
        return wanted

    def drop_settled(self, bills: Iterable[OpenBill]) -> None:
        for bill in bills:
            if not bill.is_open:
                self.of_household[bill.owing.household][bill.account_id].remove(bill)
                del self.by_pk[bill.pk]


def debts_of(bills: Sequence[OpenBill], on: datetime.date, *, with_late_charge: bool) -> dict[int, Debt]:
    """What each bill asks for on the day; only what is overdue has to be asked for in the books."""
    overdue = [one for one in bills if with_late_charge and one.outstanding and one.due_on < on]
    debts = {
        debt.bill_id: debt for debt in (debts_on([_as_bill(one) for one in overdue], on) if overdue else ())
    }
    for one in bills:
        if one.pk not in debts:
            debts[one.pk] = Debt(one.pk, one.account_id, one.due_on, one.outstanding, one.late_charge_left)
    return debts


def _as_bill(one: OpenBill) -> Bill:
    account = one.owing.account
    return Bill(
        pk=one.pk,
        account=Account(pk=account.pk, branch_id=one.owing.branch_id, category=account.category),
        service=account.service,
        due_on=one.due_on,
        amount=one.amount,
        outstanding=one.outstanding,
        late_charge_left=one.late_charge_left,
    )
