"""One household goes up the whole ladder, and pays at each possible moment: what must not happen then does not."""

import datetime
from collections.abc import Callable
from itertools import pairwise
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Account, Branch, Staff
from billing.models import ArrearsCase, Bill, CaseStep, Message, SupplyOrder
from billing.queries.arrears.effects import Business, blocked_by_arrears
from billing.services.arrears.daily_run import advance_accounts
from billing.services.arrears.money import money_came
from billing.services.arrears.raising import raise_steps
from counters.models import Shift
from counters.services.payments import void_payment_at_counter
from tests.counters.meeting import at_once, remove
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.billing import make_bill
from tests.factories.cases import at_noon, delivered, make_arrears_policy, morning_of, waiting_step
from tests.factories.counters import MORNING, cash, make_shift, pay

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


def days(number: int) -> datetime.timedelta:
    return datetime.timedelta(days=number)


class Household:
    """300.00 of heat, due yesterday, and the days that pass over it."""

    def __init__(self) -> None:
        self.branch: Branch = make_branch()
        self.account: Account = make_account(branch=self.branch)
        make_arrears_policy()
        self.bill: Bill = make_bill(self.account, total="300.00", due_on=TODAY - days(1))
        self.collector: Staff = make_staff(role="collector", branch=self.branch)
        self.day = TODAY

    def mornings(self, number: int) -> None:
        """So many mornings pass, the first of them today's."""
        for _ in range(number):
            morning_of(self.day)
            self.day += days(1)

    def is_told(self) -> None:
        """The step that waits reaches the household, with what the other desks hang on it."""
        delivered(waiting_step(self.account), self.day, by=self.collector)

    def gets_a_message(self) -> None:
        """For a second telephone, say: it still waits when the step was delivered."""
        step = waiting_step(self.account)
        Message.objects.create(
            account=self.account, step=step, phone="10000000000", template="reminder", text="请缴费",
            dedupe_key=str(uuid4()), queued_at=at_noon(self.day),
        )  # fmt: skip

    def gets_an_order(self) -> None:
        """The morning that raised the step has asked for it."""
        step = waiting_step(self.account)
        assert step is not None
        assert (step.orders.get().kind, step.orders.get().state) == (step.rule.stage, "PROPOSED")

    def is_approved(self) -> None:
        supervisor = make_staff(role="supervisor", branch=self.branch)
        CaseStep.objects.filter(state="PROPOSED").update(
            state="DUE", approved_by=supervisor, approved_at=MORNING
        )
        SupplyOrder.objects.filter(state="PROPOSED").update(
            state="APPROVED", decided_by=supervisor, decided_at=MORNING
        )

    def order_is_done(self) -> None:
        SupplyOrder.objects.filter(state="APPROVED").update(
            state="DONE", done_at=MORNING, done_by=self.collector, photo="valve.jpg"
        )
        self.is_told()


Act = Callable[[Household], None]


def wait(number: int) -> Act:
    return lambda household: household.mornings(number)


# The life of a case; after each of these the household may come and pay.
MOMENTS: list[tuple[str, Act]] = [
    ("overdue, nothing done", lambda household: None),
    ("the first step is raised", wait(1)),
    ("a message waits in the queue", Household.gets_a_message),
    ("the message arrived", Household.is_told),
    ("days passed", wait(9)),
    ("the letter is to be delivered", wait(2)),
    ("the letter arrived", Household.is_told),
    ("the letter's fifteen days pass", wait(14)),
    ("a restriction is proposed", wait(2)),
    ("its order waits", Household.gets_an_order),
    ("the order is approved", Household.is_approved),
    ("supply is restricted", Household.order_is_done),
    ("a stop is proposed", wait(8)),
    ("the order to stop waits", Household.gets_an_order),
    ("the stop is approved", Household.is_approved),
    ("supply is stopped", Household.order_is_done),
    ("weeks pass", wait(30)),
]


class TestAHousehold:
    def test_climbs_one_rung_after_the_other_and_no_further(self) -> None:
        household = Household()
        for _moment, act in MOMENTS:
            act(household)

        case = ArrearsCase.objects.get()
        assert (case.state, case.level) == ("OPEN", 4)
        steps = list(case.steps.values_list("position", "state"))
        assert steps == [(1, "DONE"), (2, "DONE"), (3, "DONE"), (4, "DONE")]
        raised = list(case.steps.values_list("raised_on", flat=True))
        assert [(later - first).days for first, later in pairwise(raised)] == [11, 16, 8]
        assert blocked_by_arrears(household.account.pk, Business.NEXT_SEASON)
        assert not blocked_by_arrears(household.account.pk, Business.TRANSFER)

    @pytest.mark.parametrize("number", range(len(MOMENTS)), ids=[moment for moment, _act in MOMENTS])
    def test_pays_and_is_left_in_peace(self, number: int) -> None:
        household = Household()
        for _moment, act in MOMENTS[: number + 1]:
            act(household)
        done = CaseStep.objects.filter(state="DONE").count()
        at = at_noon(household.day)

        pay(make_shift(make_staff(branch=household.branch), at=at), household.account, [household.bill],
            cash("300.00"), at=at)  # fmt: skip

        assert not ArrearsCase.objects.filter(state="OPEN").exists()
        assert set(ArrearsCase.objects.values_list("ending", flat=True)) <= {"PAID"}
        assert waiting_step(household.account) is None
        assert not SupplyOrder.objects.filter(state__in=SupplyOrder.LIVE).exists()
        assert not Message.objects.filter(state="QUEUED").exists()
        assert {one for one in Business if blocked_by_arrears(household.account.pk, one)} == set()
        household.mornings(60)
        assert CaseStep.objects.filter(state="DONE").count() == done
        assert waiting_step(household.account) is None
        assert not ArrearsCase.objects.filter(state="OPEN").exists()

    @pytest.mark.parametrize("number", range(1, len(MOMENTS)), ids=[moment for moment, _act in MOMENTS[1:]])
    def test_goes_on_where_it_stood_when_the_payment_is_undone(self, number: int) -> None:
        household = Household()
        for _moment, act in MOMENTS[: number + 1]:
            act(household)
        before = ArrearsCase.objects.get()
        at = at_noon(household.day)
        shift = make_shift(make_staff(branch=household.branch), at=at)
        payment = pay(shift, household.account, [household.bill], cash("300.00"), at=at)

        void_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="", voided_by=shift.cashier, at=at
        )  # fmt: skip

        after = ArrearsCase.objects.get()
        assert (after.pk, after.state, after.level) == (before.pk, "OPEN", before.level)

    def test_pays_a_part_above_the_threshold_and_the_ladder_stays(self) -> None:
        household = Household()
        household.mornings(1)
        at = at_noon(household.day)
        shift = make_shift(make_staff(branch=household.branch), at=at)

        pay(shift, household.account, [household.bill], cash("290.00"), at=at)
        assert ArrearsCase.objects.get().state == "OPEN"
        pay(shift, household.account, [household.bill], cash("0.01"), at=at)

        case = ArrearsCase.objects.get()
        assert (case.state, case.ending) == ("CLOSED", "BELOW_THRESHOLD")

    def test_begins_anew_with_the_next_debt(self) -> None:
        household = Household()
        household.mornings(1)
        at = at_noon(household.day)
        pay(make_shift(make_staff(branch=household.branch), at=at), household.account, [household.bill],
            cash("300.00"), at=at)  # fmt: skip
        make_bill(household.account, total="80.00", due_on=household.day)

        household.mornings(2)

        assert list(ArrearsCase.objects.order_by("pk").values_list("state", "level")) == [
            ("CLOSED", 0),
            ("OPEN", 0),
        ]


@pytest.mark.django_db(transaction=True)
class TestAPaymentDuringTheMorningRun:
    def pay_and_run(self) -> None:
        household = Household()
        cashier = make_staff(branch=household.branch)
        shift: Shift = make_shift(cashier)
        calls: list[Callable[[], Any]] = [
            lambda: pay(shift, household.account, [household.bill], cash("300.00")),
            lambda: advance_accounts([household.account.pk], TODAY, timezone.now()),
        ]
        for one in at_once(*calls):
            assert not isinstance(one, Exception), one

    def test_leaves_no_step_behind(self) -> None:
        self.pay_and_run()

        assert Bill.objects.get().state == "PAID"
        assert not ArrearsCase.objects.filter(state="OPEN").exists()
        assert not CaseStep.objects.filter(state__in=CaseStep.WAITING).exists()

    def test_would_leave_one_without_the_lock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        both_have_looked = Barrier(2)

        def met(verb: Callable[..., Any]) -> Callable[..., Any]:
            def look(*args: Any) -> Any:
                answer = verb(*args)
                both_have_looked.wait(timeout=20)
                return answer

            return look

        remove(monkeypatch, "billing.services.arrears.daily_run.hold_accounts")
        monkeypatch.setattr("billing.services.payments.money_came", met(money_came))
        monkeypatch.setattr("billing.services.arrears.daily_run.raise_steps", met(raise_steps))

        self.pay_and_run()

        assert Bill.objects.get().state == "PAID"
        assert ArrearsCase.objects.filter(state="OPEN").count() == 1
