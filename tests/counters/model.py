"""A payment hall in a notebook: whole fen in dicts, days counted one by one. The books must agree with it."""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby

ONE_DAY = datetime.timedelta(days=1)
# Of the base, for every day after the due date; what is charged never exceeds the base.
RATE = Fraction(1, 100)


class Refused(Exception):
    """What the counter must refuse."""

    def __init__(self, code: str) -> None:
        self.code = code


@dataclass(slots=True)
class Part:
    payment: int
    on: datetime.date
    principal: int
    late_charge: int


@dataclass(slots=True)
class Debt:
    key: int
    account: int
    due_on: datetime.date
    amount: int
    parts: list[Part] = field(default_factory=list)
    late_charge_left: int = 0

    @property
    def outstanding(self) -> int:
        return self.amount - sum(part.principal for part in self.parts)

    @property
    def is_open(self) -> bool:
        return self.outstanding > 0 or self.late_charge_left > 0

    def late_charge_on(self, day: datetime.date) -> int:
        if not self.outstanding:
            return self.late_charge_left
        owed_when_due = self.amount - sum(part.principal for part in self.parts if part.on <= self.due_on)
        bases = [
            self.amount - sum(part.principal for part in self.parts if part.on < later)
            for later in (self.due_on + ONE_DAY * n for n in range(1, (day - self.due_on).days + 1))
        ]
        charge = sum(_half_up(base * RATE * len(list(days))) for base, days in groupby(bases))
        return max(0, min(charge, owed_when_due) - sum(part.late_charge for part in self.parts))


@dataclass(slots=True)
class Payment:
    key: int
    account: int
    cash: int
    deposit: int
    drawn: Counter[int]
    is_undone: bool = False


@dataclass(slots=True)
class Notebook:
    debts: dict[int, Debt] = field(default_factory=dict)
    payments: dict[int, Payment] = field(default_factory=dict)
    credit: Counter[int] = field(default_factory=Counter)
    drawer: int = 0

    def pay(
        self, account: int, chosen: Iterable[int], day: datetime.date, *, cash: int, card: int, keep: bool
    ) -> Payment:
        debts = sorted((self.debts[key] for key in chosen), key=lambda one: (one.due_on, one.key))
        self._check_order(debts)
        payment = Payment(len(self.payments), account, cash, 0, Counter())
        laid, left = self._lay(debts, day, cash + card, payment)
        if not cash + card and not payment.drawn:
            raise Refused(code="nothing_to_take")
        if left and not keep and left == cash + card:
            raise Refused(code="nothing_owed")
        if left and not keep and left > cash:
            raise Refused(code="too_much")
        payment.deposit = left if keep else 0
        payment.cash -= 0 if keep else left
        for debt, part, rest in laid:
            debt.parts.append(part)
            debt.late_charge_left = 0 if debt.outstanding else rest
        self.credit[account] += payment.deposit
        self.credit.subtract(payment.drawn)
        self.drawer += payment.cash
        self.payments[payment.key] = payment
        return payment

    def undo(self, payment: Payment) -> None:
        if payment.cash > self.drawer:
            raise Refused(code="not_enough_cash")
        if payment.is_undone:
            raise Refused(code="already_reversed")
        credit = Counter(self.credit)
        credit.update(payment.drawn)
        credit[payment.account] -= payment.deposit
        if min(credit.values(), default=0) < 0:
            raise Refused(code="credit_already_used")
        self.credit, payment.is_undone = credit, True
        self.drawer -= payment.cash
        for debt in self.debts.values():
            for part in [one for one in debt.parts if one.payment == payment.key]:
                debt.parts.remove(part)
                debt.late_charge_left = 0 if debt.outstanding else debt.late_charge_left + part.late_charge

    def _check_order(self, chosen: list[Debt]) -> None:
        for debt in chosen:
            if not debt.is_open:
                raise Refused(code="bill_settled")
        for other in self.debts.values():
            is_skipped = other.is_open and other not in chosen
            last = max(
                ((one.due_on, one.key) for one in chosen if one.account == other.account), default=None
            )
            if is_skipped and last is not None and (other.due_on, other.key) < last:
                raise Refused(code="older_bill_skipped")

    def _lay(
        self, debts: list[Debt], day: datetime.date, money: int, payment: Payment
    ) -> tuple[list[tuple[Debt, Part, int]], int]:
        """Each debt's part, with the late charge that is left of it, and the money that is left of all."""
        credit = Counter(self.credit)
        laid = []
        for debt in debts:
            late_charge = debt.late_charge_on(day)
            drawn = min(credit[debt.account], debt.outstanding + late_charge)
            paid = min(money, debt.outstanding + late_charge - drawn)
            if drawn:
                payment.drawn[debt.account] += drawn
                credit[debt.account] -= drawn
            money -= paid
            principal = min(debt.outstanding, drawn + paid)
            part = Part(payment.key, day, principal, drawn + paid - principal)
            if drawn + paid:
                laid.append((debt, part, late_charge - part.late_charge))
        return laid, money


def _half_up(fen: Fraction) -> int:
    return int(fen + Fraction(1, 2))
