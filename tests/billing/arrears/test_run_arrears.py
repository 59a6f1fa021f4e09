"""The morning run: who comes onto the ladder, who goes up, who leaves it."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AuditEntry, Branch, JobRun
from billing.models import ArrearsCase, CaseStep, SupplyOrder
from billing.services.arrears.daily_run import advance_accounts, catch_up_arrears, run_arrears
from billing.services.arrears.holds import place_hold
from counters.models import Shift
from tests.counters.meeting import at_once
from tests.factories.accounts import make_account, make_branch, make_customer, make_staff
from tests.factories.billing import make_bill
from tests.factories.cases import at_noon, delivered, make_arrears_policy, morning_of, waiting_step
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


def days(number: int) -> datetime.timedelta:
    return datetime.timedelta(days=number)


@pytest.fixture
def overdue(account: Account) -> Account:
    """300.00, due yesterday, under a ladder that begins with the first day."""
    make_arrears_policy()
    make_bill(account, total="300.00", due_on=TODAY - days(1))
    return account


class TestTheMorningRun:
    def test_opens_a_case_and_raises_its_first_step(self, overdue: Account) -> None:
        done = morning_of(TODAY)

        assert (done.accounts, done.opened, done.steps) == (1, 1, 1)
        case = ArrearsCase.objects.get(account=overdue)
        step = case.steps.get()
        assert (case.state, case.level, case.opened_on) == ("OPEN", 0, TODAY)
        assert (step.position, step.state, step.rule.channel) == (1, "DUE", "SMS")
        assert step.facts == {
            "debt": "300.00",
            "oldest_due_on": (TODAY - days(1)).isoformat(),
            "bills": [overdue.bills.get().pk],
        }

    def test_raises_nothing_twice(self, overdue: Account) -> None:
        morning_of(TODAY)

        again, tomorrow = morning_of(TODAY), morning_of(TODAY + days(1))

        assert (again.opened, again.steps, tomorrow.opened, tomorrow.steps) == (0, 0, 0, 0)
        assert CaseStep.objects.count() == 1

    @pytest.mark.parametrize(
        ("total", "due", "opened"),
        [
            ("9.99", 30, 0),
            ("10.00", 30, 1),
            ("300.00", 0, 0),
            ("300.00", 4, 0),
            ("300.00", 5, 1),
        ],
    )
    def test_asks_for_the_days_and_the_threshold_of_the_policy(
        self, account: Account, total: str, due: int, opened: int
    ) -> None:
        make_arrears_policy(threshold="10.00", min_overdue_days=5)
        make_bill(account, total=total, due_on=TODAY - days(due))

        assert morning_of(TODAY).opened == opened

    def test_never_skips_a_step_and_counts_from_the_delivery(self, overdue: Account) -> None:
        morning_of(TODAY)
        late = TODAY + days(60)
        morning_of(late)
        assert CaseStep.objects.count() == 1

        case = delivered(waiting_step(overdue), late)

        assert (case.level, case.reached_on) == (1, late)
        assert morning_of(late + days(9)).steps == 0
        assert morning_of(late + days(10)).steps == 1
        step = waiting_step(overdue)
        assert step is not None
        assert (step.position, step.rule.stage) == (2, "LETTER")

    def test_only_proposes_what_touches_supply(self, overdue: Account) -> None:
        day = TODAY
        for wait in (0, 10):
            day += days(wait)
            morning_of(day)
            delivered(waiting_step(overdue), day)

        assert morning_of(day + days(14)).steps == 0
        morning_of(day + days(15))

        step = waiting_step(overdue)
        assert step is not None
        assert (step.position, step.state) == (3, "PROPOSED")

    def test_keeps_the_version_that_the_case_began_under(self, overdue: Account) -> None:
        morning_of(TODAY)
        case = delivered(waiting_step(overdue), TODAY)
        make_arrears_policy(
            policy=case.version.policy,
            effective_from=TODAY + days(1),
            steps=[{"stage": "INFORM", "channel": "CALL", "min_days": 1}] * 2,
        )

        assert morning_of(TODAY + days(5)).steps == 0
        assert morning_of(TODAY + days(10)).steps == 1

    def test_prefers_the_ladder_of_the_own_branch(self, branch: Branch) -> None:
        general = make_arrears_policy(customer_class="OTHER")
        own = make_arrears_policy(customer_class="OTHER", branch=branch)
        here, there = make_account(branch=branch, category="NONRESIDENT"), make_account(category="SPECIAL")
        for account in (here, there):
            make_bill(account, due_on=TODAY - days(1))

        morning_of(TODAY)

        assert here.arrears_cases.get().version == own
        assert there.arrears_cases.get().version == general

    def test_takes_the_version_of_the_day_and_no_draft(self, account: Account) -> None:
        now = make_arrears_policy(effective_from=TODAY - days(30))
        make_arrears_policy(policy=now.policy, effective_from=TODAY + days(1))
        make_arrears_policy(policy=now.policy, effective_from=TODAY - days(1), is_approved=False)
        make_bill(account, due_on=TODAY - days(1))

        morning_of(TODAY)

        assert account.arrears_cases.get().version == now

    def test_leaves_alone_what_has_no_ladder(self, account: Account) -> None:
        make_arrears_policy(service="WATER")
        make_bill(account, due_on=TODAY - days(50))

        assert morning_of(TODAY).opened == 0
        assert not ArrearsCase.objects.exists()

    def test_closes_below_the_threshold_and_takes_back_what_waits(
        self, overdue: Account, shift: Shift
    ) -> None:
        morning_of(TODAY)
        # Without the door's own look: as if the money had come by a way that does not look.
        overdue.bills.update(outstanding=Decimal("9.99"))

        done = morning_of(TODAY + days(1))

        case = ArrearsCase.objects.get()
        assert (done.closed, case.state, case.ending) == (1, "CLOSED", "BELOW_THRESHOLD")
        assert case.steps.get().state == "CANCELLED"

    def test_tries_again_a_week_after_a_failure(self, overdue: Account) -> None:
        morning_of(TODAY)
        CaseStep.objects.update(state="FAILED")

        assert morning_of(TODAY + days(6)).steps == 0
        assert morning_of(TODAY + days(7)).steps == 1

    def test_waits_a_week_after_an_order_was_refused(self, overdue: Account) -> None:
        morning_of(TODAY)
        step = CaseStep.objects.get()
        step.state = "CANCELLED"
        step.save()
        SupplyOrder.objects.create(
            account=overdue, kind="STOP", step=step, state="REFUSED", proposed_at=MORNING
        )

        assert morning_of(TODAY + days(6)).steps == 0
        assert morning_of(TODAY + days(7)).steps == 1


class TestWhatHoldsAStep:
    @pytest.mark.parametrize("flag", ["is_disputed", "is_in_court"])
    def test_is_a_contested_account(self, overdue: Account, flag: str) -> None:
        Account.objects.filter(pk=overdue.pk).update(**{flag: True})

        done = morning_of(TODAY)

        assert (done.opened, done.steps) == (1, 0)
        Account.objects.filter(pk=overdue.pk).update(**{flag: False})
        assert morning_of(TODAY).steps == 1

    def test_takes_back_a_step_that_waits(self, overdue: Account) -> None:
        morning_of(TODAY)
        Account.objects.filter(pk=overdue.pk).update(is_disputed=True)

        done = morning_of(TODAY + days(1))

        assert done.held_back == 1
        assert waiting_step(overdue) is None

    @pytest.mark.parametrize(("until", "steps"), [(0, 0), (-1, 1), (None, 0)])
    def test_keeps_the_supply_of_a_low_income_household_on(
        self, overdue: Account, until: int | None, steps: int
    ) -> None:
        last = until if until is None else TODAY + days(until + 25)
        overdue.customer.low_income_no = "低保0001"
        overdue.customer.low_income_until = last
        overdue.customer.save()
        morning_of(TODAY)
        delivered(waiting_step(overdue), TODAY)
        morning_of(TODAY + days(10))
        delivered(waiting_step(overdue), TODAY + days(10))

        # The messages and the letter went out; only the order is held.
        assert morning_of(TODAY + days(25)).steps == steps

    @pytest.mark.parametrize(
        ("kind", "first", "third"),
        [("DISPUTE", 0, 0), ("COURT", 0, 0), ("MEDICAL", 1, 0), ("SCHOOL", 1, 0), ("NEIGHBOURS", 1, 0)],
    )
    def test_is_what_somebody_entered(self, overdue: Account, kind: str, first: int, third: int) -> None:
        by = make_staff(role="collector", branch=overdue.branch)
        place_hold(overdue.pk, kind=kind, reason="有证明", by=by, at=MORNING)

        assert morning_of(TODAY).steps == first
        if first:
            delivered(waiting_step(overdue), TODAY)
            morning_of(TODAY + days(10))
            delivered(waiting_step(overdue), TODAY + days(10))
            assert morning_of(TODAY + days(25)).steps == third


class TestTheJob:
    def test_does_a_day_once(self, overdue: Account) -> None:
        first, second = run_arrears(TODAY, at=MORNING), run_arrears(TODAY, at=MORNING)

        assert first is not None
        assert (first.opened, second) == (1, None)
        assert JobRun.objects.get(job="run_arrears").summary["opened"] == 1
        assert AuditEntry.objects.filter(action="run_arrears").count() == 1

    def test_makes_up_for_missed_mornings_in_their_order(self, overdue: Account) -> None:
        run_arrears(TODAY, at=MORNING)

        done = catch_up_arrears(TODAY + days(3), at_noon(TODAY + days(3)))

        assert done == [TODAY + days(1), TODAY + days(2), TODAY + days(3)]
        assert catch_up_arrears(TODAY + days(3), at_noon(TODAY + days(3))) == []

    def test_says_what_it_did_at_the_command_line(self, overdue: Account) -> None:
        said = StringIO()
        for _ in range(2):
            call_command("run_arrears", "--on", TODAY.isoformat(), stdout=said)

        assert said.getvalue().splitlines() == [
            f"{TODAY}: 1 accounts, 1 cases opened, 0 closed, 1 steps raised, 0 held back",
            f"{TODAY}: done before, or somebody is at work on it",
        ]

    def test_does_not_let_one_broken_account_stop_the_others(
        self, overdue: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad = make_account(branch=overdue.branch)
        make_bill(bad, due_on=TODAY - days(5))

        def break_on_it(ids: list[int], *args: Any) -> Any:
            if bad.pk in ids:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1 / 0")
            return advance_accounts(ids, *args)

        monkeypatch.setattr(
            "billing.services.arrears.daily_run.advance_accounts", _own_savepoint(break_on_it)
        )

        done = run_arrears(TODAY, at=MORNING)

        assert done is not None
        assert (done.opened, done.broken) == (1, [bad.pk])
        assert JobRun.objects.get().summary["broken"] == [bad.pk]

    def test_asks_the_same_for_forty_accounts_as_for_one(self, overdue: Account) -> None:
        morning_of(TODAY)
        with CaptureQueriesContext(connection) as one:
            morning_of(TODAY + days(1))
        for _ in range(39):
            make_bill(make_account(branch=overdue.branch, customer=make_customer()), due_on=TODAY - days(3))

        with CaptureQueriesContext(connection) as forty:
            done = morning_of(TODAY + days(2))

        assert done.opened == 39
        assert len(forty) == len(one)

    def test_asks_nothing_of_a_ladder_that_nobody_stands_on(self, overdue: Account) -> None:
        with CaptureQueriesContext(connection) as first:
            morning_of(TODAY)
        with CaptureQueriesContext(connection) as second:
            morning_of(TODAY + days(1))

        # The ends of cases and what holds their steps.
        assert len(second) == len(first) + 2


@pytest.mark.django_db(transaction=True)
class TestTwoBeatsAtOnce:
    def test_do_the_day_once(self, overdue: Account) -> None:
        results = at_once(*[lambda: run_arrears(TODAY, at=MORNING)] * 2)

        assert sorted(type(one).__name__ for one in results) == ["Morning", "NoneType"]
        assert (ArrearsCase.objects.count(), CaseStep.objects.count()) == (1, 1)

    def test_would_do_it_once_even_without_the_slot(self, overdue: Account) -> None:
        ids = [overdue.pk]

        results = at_once(*[lambda: advance_accounts(ids, TODAY, MORNING)] * 2)

        assert sorted(one.opened for one in results) == [0, 1]  # type: ignore[union-attr]
        assert (ArrearsCase.objects.count(), CaseStep.objects.count()) == (1, 1)


def _own_savepoint(work: Callable[..., Any]) -> Callable[..., Any]:
    return transaction.atomic(work)


def test_a_company_without_debts_has_nothing_to_do() -> None:
    make_branch()

    done = run_arrears(TODAY, at=MORNING)

    assert done is not None
    assert (done.accounts, done.opened) == (0, 0)
