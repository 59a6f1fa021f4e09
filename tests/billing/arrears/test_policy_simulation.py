import datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, Staff
from billing.models import ArrearsHold, Bill
from billing.queries.arrears.policy_page import place_rows
from billing.queries.arrears.policy_simulation import Crowd, PolicySimulation, simulate_policy
from tests.billing.metering import make_water_account
from tests.factories.accounts import make_branch, make_staff
from tests.factories.arrears import (
    inform,
    letter,
    make_approved_policy,
    make_draft_policy,
    make_policy,
    stop,
)
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, pay

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


@pytest.fixture
def finance() -> Staff:
    return make_staff(role="finance")


def days_ago(days: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=days)


def debtor(*overdue: tuple[int, str], **fields: Any) -> Account:
    """An account with bills that are so many days overdue and so high."""
    account = make_water_account(**fields)
    for days, total in overdue:
        make_bill(account, total=total, due_on=days_ago(days))
    return account


def moves(simulation: PolicySimulation) -> dict[tuple[int, int], int]:
    return {place: crowd.accounts for place, crowd in simulation.moves.items()}


class TestWithoutAPolicyInForce:
    @pytest.mark.parametrize(
        ("overdue", "place"),
        [(4, 0), (5, 1), (14, 1), (15, 2), (34, 2), (35, 3), (300, 3)],
    )
    def test_everybody_stands_as_far_as_the_days_allow(
        self, finance: Staff, overdue: int, place: int
    ) -> None:
        debtor((overdue, "80.00"))

        found = simulate_policy(make_draft_policy(), TODAY, staff=finance)

        assert found.before is None
        assert found.moves == {(0, place): Crowd(1, Decimal("80.00"), 0)}

    def test_who_owes_nothing_overdue_stands_nowhere(self, finance: Staff) -> None:
        debtor((0, "80.00"), (-5, "80.00"))

        assert simulate_policy(make_draft_policy(), TODAY, staff=finance).moves == {}

    def test_the_ladder_begins_when_the_debt_is_high_enough(self, finance: Staff) -> None:
        # Old but low until the second bill came, which was overdue from nine days ago on.
        debtor((60, "20.00"), (10, "40.00"))
        low = debtor((60, "49.99"))

        found = simulate_policy(make_draft_policy(threshold=Decimal("50.00")), TODAY, staff=finance)

        assert moves(found) == {(0, 1): 1, (0, 0): 1}
        assert [one.account_no for one in found.moved] != [low.account_no]


class TestAgainstThePolicyInForce:
    def test_a_quicker_ladder_takes_accounts_further(self, finance: Staff) -> None:
        policy = make_policy()
        old = make_approved_policy(policy)
        at_the_letter, told = debtor((20, "80.00")), debtor((6, "30.00"))
        quick = make_draft_policy(
            policy, min_overdue_days=1, steps=(inform(1), letter(4), stop(20)), effective_from=TODAY
        )

        found = simulate_policy(quick, TODAY, staff=finance)

        assert found.before == old
        assert moves(found) == {(1, 2): 1, (2, 2): 1}
        assert [(one.account_no, one.was, one.becomes) for one in found.moved] == [(told.account_no, 1, 2)]
        assert found.further == Crowd(1, Decimal("30.00"), 0)
        assert found.less_far == Crowd()
        assert found.everybody == Crowd(2, Decimal("110.00"), 0)
        assert at_the_letter.account_no not in {one.account_no for one in found.moved}

    def test_the_version_in_force_moves_nobody(self, finance: Staff) -> None:
        version = make_approved_policy()
        debtor((20, "80.00"))

        found = simulate_policy(version, TODAY, staff=finance)

        assert (moves(found), found.moved) == ({(2, 2): 1}, [])

    def test_rows_name_the_places_of_both(self, finance: Staff) -> None:
        policy = make_policy()
        make_approved_policy(policy)
        debtor((20, "80.00"))
        short = make_draft_policy(policy, steps=(inform(),), effective_from=TODAY)

        rows = place_rows(simulate_policy(short, TODAY, staff=finance), short)

        assert [(one.before.accounts, one.after.accounts, one.difference) for one in rows] == [
            (0, 0, 0),
            (0, 1, 1),
            (1, 0, -1),
            (0, 0, 0),
        ]
        assert [one.name_after for one in rows][2:] == ["–", "–"]
        assert [one.bar_after for one in rows] == ["0.0", "100.0", "0.0", "0.0"]


class TestTheBooksOfTheDay:
    def test_count_a_debt_that_was_paid_later(self, finance: Staff) -> None:
        account = debtor((20, "80.00"))
        shift = make_shift(make_staff(branch=account.branch))
        pay(shift, account, list(Bill.objects.filter(account=account)), cash("200.00"))
        draft = make_draft_policy()

        before = simulate_policy(draft, days_ago(1), staff=finance)
        now = simulate_policy(draft, TODAY, staff=finance)

        assert (moves(before), moves(now)) == ({(0, 2): 1}, {})

    def test_count_what_a_part_payment_left(self, finance: Staff) -> None:
        account = debtor((20, "80.00"))
        shift = make_shift(make_staff(branch=account.branch))
        pay(shift, account, list(Bill.objects.filter(account=account)), cash("30.00"))

        found = simulate_policy(make_draft_policy(), TODAY, staff=finance)

        assert found.everybody.amount == Bill.objects.get(account=account).outstanding

    def test_know_nothing_of_a_bill_that_came_later(self, finance: Staff) -> None:
        debtor((2, "80.00"))

        assert simulate_policy(make_draft_policy(), days_ago(20), staff=finance).moves == {}


class TestWhoseAccounts:
    def test_are_those_of_the_service_and_the_class(self, finance: Staff) -> None:
        debtor((20, "80.00"), category="NONRESIDENT")
        debtor((20, "80.00"), service="GAS")
        shared = debtor((20, "80.00"), category="RESIDENT_SHARED")

        found = simulate_policy(make_draft_policy(), TODAY, staff=finance)

        assert [one.account_no for one in found.moved] == [shared.account_no]

    def test_are_not_those_of_a_branch_with_its_own_ladder(self, finance: Staff) -> None:
        branch = make_branch()
        own, other = debtor((20, "80.00"), branch=branch), debtor((20, "90.00"))
        of_branch = make_approved_policy(make_policy(branch=branch))

        everywhere = simulate_policy(make_draft_policy(), TODAY, staff=finance)
        there = simulate_policy(of_branch, TODAY, staff=finance)

        assert [one.account_no for one in everywhere.moved] == [other.account_no]
        assert there.everybody == Crowd(1, Decimal("80.00"), 0)
        assert own.branch_id == branch.pk

    def test_of_another_branch_do_not_exist_for_a_collector(self) -> None:
        own = debtor((20, "80.00"))
        debtor((20, "90.00"))
        collector = make_staff(role="collector", branch=own.branch)

        found = simulate_policy(make_draft_policy(), TODAY, staff=collector)

        assert [one.account_no for one in found.moved] == [own.account_no]
        assert found.everybody.accounts == 1

    @pytest.mark.parametrize(
        ("starts", "ends", "lifted", "is_held"),
        [
            (5, None, None, True),
            (5, 1, None, False),
            (-1, None, None, False),
            (5, None, 2, False),
            (5, 0, None, True),
        ],
    )
    def test_that_were_held_are_counted_apart(
        self, finance: Staff, starts: int, ends: int | None, lifted: int | None, is_held: bool
    ) -> None:
        account = debtor((20, "80.00"))
        ArrearsHold.objects.create(
            account=account,
            kind="PROMISE",
            starts_on=days_ago(starts),
            ends_on=None if ends is None else days_ago(ends),
            reason="本月底缴清",
            made_at=MORNING,
            made_by=finance,
            lifted_at=None if lifted is None else MORNING - datetime.timedelta(days=lifted),
            lifted_by=None if lifted is None else finance,
        )

        found = simulate_policy(make_draft_policy(), TODAY, staff=finance)

        assert found.everybody == Crowd(1, Decimal("80.00"), int(is_held))

    @pytest.mark.parametrize(("lifted", "is_held"), [("2026-11-22 23:30", False), ("2026-11-23 00:30", True)])
    def test_are_held_until_the_evening_at_the_office(
        self, finance: Staff, lifted: str, is_held: bool
    ) -> None:
        ArrearsHold.objects.create(
            account=debtor((20, "80.00")),
            kind="PROMISE",
            starts_on=days_ago(5),
            reason="月底缴清",
            made_at=MORNING,
            made_by=finance,
            lifted_at=datetime.datetime.fromisoformat(lifted).replace(tzinfo=MORNING.tzinfo),
            lifted_by=finance,
        )

        (moved,) = simulate_policy(make_draft_policy(), days_ago(1), staff=finance).moved

        assert (days_ago(1), moved.held) == (datetime.date(2026, 11, 22), is_held)

    def test_in_dispute_are_held(self, finance: Staff) -> None:
        debtor((20, "80.00"), is_disputed=True)

        assert simulate_policy(make_draft_policy(), TODAY, staff=finance).moved[0].held

    def test_cost_no_query_each(self, finance: Staff, django_assert_num_queries: Any) -> None:
        version = make_approved_policy()
        finance.has_perm("accounts.see_every_branch")
        debtor((20, "80.00"))
        with django_assert_num_queries(4):
            simulate_policy(version, TODAY, staff=finance)
        for _number in range(5):
            debtor((20, "80.00"))

        with django_assert_num_queries(4):
            assert simulate_policy(version, TODAY, staff=finance).everybody.accounts == 6
