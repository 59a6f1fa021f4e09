"""Any sequence of deeds at the counter leaves the books as a notebook of whole numbers has them."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from billing.models import Balance, Bill, Payment
from counters.models import TillEntry
from counters.services.payments import reverse_payment_at_counter, void_payment_at_counter
from counters.services.shifts import expected_cash
from tests.counters import model
from tests.counters.days import close_short
from tests.counters.rows import broken_invariants
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, make_shift, pay, pos

ACCOUNTS = 2
# Enough to meet what was ever broken here; for a night's hunt, write a thousand.
EXAMPLES = 12


def fen(amount: Decimal) -> int:
    return int(amount.scaleb(2))


def yuan(amount: int) -> str:
    return str(Decimal(amount).scaleb(-2))


class Counter(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        branch = make_branch()
        make_late_charge_rule(service="HEAT", terms={"rate": "0.01"})
        self.cashier = make_staff(branch=branch)
        self.supervisor = make_staff(role="supervisor", branch=branch)
        self.accounts = [make_account(branch=branch) for _ in range(ACCOUNTS)]
        self.bills: dict[int, Bill] = {}
        self.payments: list[Payment] = []
        self.notebook = model.Notebook(drawer=20_000)
        self.at = MORNING
        self.shift = make_shift(self.cashier, at=self.at)

    def teardown(self) -> None:
        try:
            assert broken_invariants() == []
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    @property
    def today(self) -> datetime.date:
        return self.at.date()

    @rule(
        account=st.integers(0, ACCOUNTS - 1),
        amount=st.integers(1, 20_000),
        days_to_pay=st.integers(-40, 5),
    )
    def issue_a_bill(self, account: int, amount: int, days_to_pay: int) -> None:
        due_on = self.today + datetime.timedelta(days=days_to_pay)
        bill = make_bill(self.accounts[account], total=yuan(amount), due_on=due_on)
        self.bills[bill.pk] = bill
        self.notebook.debts[bill.pk] = model.Debt(bill.pk, account, due_on, amount)

    @rule(
        data=st.data(),
        account=st.integers(0, ACCOUNTS - 1),
        in_cash=st.one_of(st.just(0), st.integers(1, 30_000)),
        by_card=st.one_of(st.just(0), st.integers(1, 30_000)),
        keep=st.booleans(),
    )
    def take_money(self, data: st.DataObject, account: int, in_cash: int, by_card: int, keep: bool) -> None:
        open_bills = [key for key, debt in self.notebook.debts.items() if debt.is_open]
        chosen = data.draw(st.sets(st.sampled_from(open_bills)) if open_bills else st.just(set()))
        tenders = []
        if in_cash:
            tenders.append(cash(yuan(in_cash)))
        if by_card:
            tenders.append(pos(yuan(by_card), uuid4().hex))

        self.both(
            lambda: self.notebook.pay(account, chosen, self.today, cash=in_cash, card=by_card, keep=keep),
            lambda: self.payments.append(
                pay(
                    self.shift,
                    self.accounts[account],
                    [self.bills[key] for key in chosen],
                    *tenders,
                    keep_as_credit=keep,
                    at=self.at,
                )
            ),
        )

    @precondition(lambda self: self.payments)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.payments) - 1))
        payment = self.payments[index]
        how: dict[str, Any] = {"request_id": uuid4(), "reason": "PAID_TWICE", "note": "", "at": self.at}
        if TillEntry.objects.get(payment=payment, kind="PAYMENT").shift_id == self.shift.pk:
            self.both(
                lambda: self.notebook.undo(self.notebook.payments[index]),
                lambda: void_payment_at_counter(payment, shift=self.shift, voided_by=self.cashier, **how),
            )
        else:
            self.both(
                lambda: self.notebook.undo(self.notebook.payments[index]),
                lambda: reverse_payment_at_counter(
                    payment,
                    shift=self.shift,
                    reversed_by=self.cashier,
                    approved_by=self.supervisor,
                    **how,
                ),
            )

    @rule(days=st.integers(0, 9))
    def count_the_drawer_and_begin_again(self, days: int) -> None:
        if self.notebook.drawer % 10:
            return  # no coins below a jiao
        close_short(self.shift, "0.00", self.at)
        self.at += datetime.timedelta(days=days)
        self.shift = make_shift(self.cashier, at=self.at)
        self.notebook.drawer = 20_000

    @invariant()
    def bills_agree(self) -> None:
        found = {
            bill.pk: (bill.state, fen(bill.outstanding), fen(bill.late_charge_left))
            for bill in Bill.objects.filter(account__in=self.accounts)
        }
        assert found == {
            key: ("OPEN" if debt.is_open else "PAID", debt.outstanding, debt.late_charge_left)
            for key, debt in self.notebook.debts.items()
        }

    @invariant()
    def balances_agree(self) -> None:
        for number, account in enumerate(self.accounts):
            balance = Balance.objects.filter(account=account).first() or Balance()
            owed = sum(one.outstanding for one in self.notebook.debts.values() if one.account == number)
            assert (fen(balance.receivable), fen(balance.prepaid)) == (owed, self.notebook.credit[number])

    @invariant()
    def the_drawer_agrees(self) -> None:
        assert fen(expected_cash(self.shift)) == self.notebook.drawer

    def both(self, in_the_notebook: Any, at_the_counter: Any) -> None:
        """Do the deed in both places; either both do it, or the counter refuses with the notebook's word."""
        assert self.refusal_of(at_the_counter) == self.refusal_of(in_the_notebook)

    @staticmethod
    def refusal_of(deed: Any) -> str:
        try:
            deed()
        except (ValidationError, model.Refused) as refusal:
            return str(refusal.code)
        return ""


@pytest.mark.django_db
def test_the_books_agree_with_the_notebook() -> None:
    run_state_machine_as_test(
        Counter,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
