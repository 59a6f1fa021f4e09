"""Allocation against a model that counts whole fen, one coin at a time."""

import datetime
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.allocation import Debt, Plan, Policy, allocate

DAY = datetime.date(2026, 11, 1)

thorough = settings(max_examples=150, deadline=None)


def yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def fen(amount: Decimal) -> int:
    scaled = amount.scaleb(2)
    assert scaled == int(scaled), f"{amount} has parts of a fen"
    return int(scaled)


@st.composite
def debts(draw: st.DrawFn) -> list[Debt]:
    amounts = st.tuples(st.integers(0, 300), st.integers(0, 100)).filter(any)
    return [
        Debt(
            bill_id=bill_id,
            account_id=draw(st.integers(1, 3)),
            due_on=DAY + datetime.timedelta(days=draw(st.integers(0, 3))),
            principal=yuan(principal),
            late_charge=yuan(late_charge),
        )
        for bill_id, (principal, late_charge) in enumerate(draw(st.lists(amounts, max_size=6)), 1)
    ]


money = st.integers(0, 1500).map(yuan)
credit_of_accounts = st.dictionaries(st.integers(1, 4), st.integers(0, 400).map(yuan))
policies = st.builds(Policy, st.booleans(), st.booleans())


@dataclass(slots=True)
class Purse:
    money: int
    credit: Counter[int]

    def coin_for(self, account_id: int) -> str | None:
        if self.credit[account_id]:
            self.credit[account_id] -= 1
            return "credit"
        if self.money:
            self.money -= 1
            return "money"
        return None


def by_coins(
    wanted: Sequence[Debt], handed_over: Decimal, credit: dict[int, Decimal], policy: Policy
) -> dict[int, Counter[str]]:
    """Lay coin after coin on the oldest bill until it is settled or no coin is left."""
    purse = Purse(
        fen(handed_over),
        Counter({key: fen(amount) for key, amount in credit.items()} if policy.uses_credit else {}),
    )
    laid: dict[int, Counter[str]] = {}
    for debt in sorted(wanted, key=lambda one: (one.due_on, one.bill_id)):
        kinds = ["principal"] * fen(debt.principal) + ["late_charge"] * fen(debt.late_charge)
        for kind in kinds if policy.principal_first else reversed(kinds):
            coin = purse.coin_for(debt.account_id)
            if coin is not None:
                laid.setdefault(debt.bill_id, Counter()).update([coin, kind])
    return laid


def as_coins(plan: Plan) -> dict[int, Counter[str]]:
    return {
        share.debt.bill_id: +Counter(
            {
                "credit": fen(share.by_credit),
                "money": fen(share.by_money),
                "principal": fen(share.principal),
                "late_charge": fen(share.late_charge),
            }
        )
        for share in plan.shares
    }


class TestAllocation:
    @thorough
    @given(debts(), money, credit_of_accounts, policies)
    def test_is_that_of_the_coins(
        self, wanted: list[Debt], handed_over: Decimal, credit: dict[int, Decimal], policy: Policy
    ) -> None:
        assert as_coins(allocate(wanted, handed_over, credit, policy)) == by_coins(
            wanted, handed_over, credit, policy
        )

    @thorough
    @given(debts(), money, credit_of_accounts, policies)
    def test_loses_no_fen(
        self, wanted: list[Debt], handed_over: Decimal, credit: dict[int, Decimal], policy: Policy
    ) -> None:
        plan = allocate(wanted, handed_over, credit, policy)

        assert plan.money_used + plan.money_left == handed_over
        assert plan.allocated == plan.money_used + sum(plan.credit_used.values())
        assert min(plan.money_left, plan.money_used, plan.allocated) >= 0

    @thorough
    @given(debts(), money, credit_of_accounts, policies, st.randoms())
    def test_does_not_depend_on_the_order_of_the_bills(
        self,
        wanted: list[Debt],
        handed_over: Decimal,
        credit: dict[int, Decimal],
        policy: Policy,
        chance: random.Random,
    ) -> None:
        shuffled = wanted.copy()
        chance.shuffle(shuffled)

        assert allocate(shuffled, handed_over, credit, policy) == allocate(
            wanted, handed_over, credit, policy
        )

    @thorough
    @given(debts(), money, credit_of_accounts, policies)
    def test_leaves_late_charge_only_on_a_bill_whose_principal_is_paid(
        self, wanted: list[Debt], handed_over: Decimal, credit: dict[int, Decimal], policy: Policy
    ) -> None:
        for share in allocate(wanted, handed_over, credit, policy).shares:
            rest = share.debt.late_charge - share.late_charge
            assert share.late_charge_left == (rest if share.principal == share.debt.principal else 0)

    @thorough
    @given(debts(), money, credit_of_accounts, policies)
    def test_draws_no_more_credit_than_there_is_and_only_where_it_belongs(
        self, wanted: list[Debt], handed_over: Decimal, credit: dict[int, Decimal], policy: Policy
    ) -> None:
        plan = allocate(wanted, handed_over, credit, policy)

        assert all(0 < used <= credit[account_id] for account_id, used in plan.credit_used.items())
        assert not plan.credit_used or policy.uses_credit

    @thorough
    @given(debts(), credit_of_accounts, policies)
    def test_settles_everything_when_enough_is_handed_over(
        self, wanted: list[Debt], credit: dict[int, Decimal], policy: Policy
    ) -> None:
        plan = allocate(wanted, yuan(10_000), credit, policy)

        assert plan.allocated == sum((debt.total for debt in wanted), Decimal(0))
        assert all(share.total == share.debt.total for share in plan.shares)


class TestShare:
    @pytest.mark.parametrize(
        ("handed_over", "principal_first", "principal", "late_charge", "late_charge_left"),
        [
            ("40.00", True, "40.00", "0.00", "0.00"),
            ("100.00", True, "100.00", "0.00", "8.00"),
            ("103.00", True, "100.00", "3.00", "5.00"),
            ("108.00", True, "100.00", "8.00", "0.00"),
            ("5.00", False, "0.00", "5.00", "0.00"),
            ("40.00", False, "32.00", "8.00", "0.00"),
        ],
    )
    def test_of_one_bill(
        self,
        handed_over: str,
        principal_first: bool,
        principal: str,
        late_charge: str,
        late_charge_left: str,
    ) -> None:
        debt = Debt(1, 1, DAY, Decimal("100.00"), Decimal("8.00"))

        (share,) = allocate([debt], Decimal(handed_over), {}, Policy(principal_first)).shares

        assert (share.principal, share.late_charge, share.late_charge_left) == (
            Decimal(principal),
            Decimal(late_charge),
            Decimal(late_charge_left),
        )
