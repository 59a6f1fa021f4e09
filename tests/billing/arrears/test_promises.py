"""Promises and instalments: the money says whether they were kept."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account, Branch, Staff
from billing.models import ArrearsCase, ArrearsHold, Bill, CaseStep, Promise
from billing.queries.arrears.holds import holds_of
from billing.services.arrears.holds import lift_hold, place_hold
from billing.services.arrears.promises import agree_instalments, promise_payment
from billing.services.refusals import ArrearsRefused
from counters.models import Shift
from counters.services.payments import void_payment_at_counter
from tests.factories.accounts import make_account, make_customer, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.cases import make_arrears_policy, morning_of, waiting_step
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
Part = tuple[datetime.date, Decimal]


def days(number: int) -> datetime.timedelta:
    return datetime.timedelta(days=number)


@pytest.fixture
def collector(branch: Branch) -> Staff:
    return make_staff(role="collector", branch=branch)


@pytest.fixture
def bill(account: Account) -> Bill:
    """300.00 in a case whose first step waits."""
    make_arrears_policy()
    bill = make_bill(account, total="300.00", due_on=TODAY - days(5))
    morning_of(TODAY)
    return bill


def promise(account: Account, by: Staff, amount: str = "300.00", due: int = 3, **more: Any) -> Promise:
    return promise_payment(
        account.pk, amount=Decimal(amount), due_on=TODAY + days(due), by=by, at=MORNING, **more
    )


def part(due: int, amount: str) -> Part:
    return TODAY + days(due), Decimal(amount)


def plan(account: Account, by: Staff, *parts: Part) -> list[Promise]:
    return agree_instalments(account.pk, parts=parts, by=by, at=MORNING)


def states(account: Account) -> list[str]:
    return list(account.promises.order_by("pk").values_list("state", flat=True))


class TestAPromise:
    def test_holds_the_ladder_until_its_day(self, bill: Bill, account: Account, collector: Staff) -> None:
        promise(account, collector)

        assert waiting_step(account) is None
        assert holds_of([account.pk], TODAY + days(3)) == {account.pk: ["PROMISE"]}
        assert morning_of(TODAY + days(3)).steps == 0
        assert states(account) == ["OPEN"]

    def test_is_broken_by_the_day_after_and_the_ladder_goes_on(
        self, bill: Bill, account: Account, collector: Staff
    ) -> None:
        promise(account, collector)

        done = morning_of(TODAY + days(4))

        assert (done.promises, done.steps, states(account)) == (1, 1, ["BROKEN"])
        assert Promise.objects.get().decided_on == TODAY + days(4)

    def test_is_kept_at_once_by_the_money(
        self, bill: Bill, account: Account, collector: Staff, shift: Shift
    ) -> None:
        promise(account, collector, "100.00")

        pay(shift, account, [bill], cash("100.00"))

        assert states(account) == ["KEPT"]
        assert ArrearsHold.objects.get().lifted_at == MORNING
        # 200.00 is left, so the ladder goes on.
        assert morning_of(TODAY + days(1)).steps == 1

    def test_is_not_kept_by_less_or_by_what_was_paid_before(
        self, bill: Bill, account: Account, collector: Staff, shift: Shift
    ) -> None:
        pay(shift, account, [bill], cash("100.00"), at=MORNING - datetime.timedelta(minutes=5))
        promise(account, collector, "100.00")

        pay(shift, account, [bill], cash("99.99"))

        assert states(account) == ["OPEN"]
        morning_of(TODAY + days(4))
        assert states(account) == ["BROKEN"]

    def test_is_open_again_when_the_money_is_taken_back(
        self, bill: Bill, account: Account, collector: Staff, shift: Shift
    ) -> None:
        promise(account, collector)
        payment = pay(shift, account, [bill], cash("300.00"))
        case = ArrearsCase.objects.get()
        assert (case.state, case.ending, states(account)) == ("CLOSED", "PAID", ["KEPT"])

        void_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="", voided_by=shift.cashier,
            at=MORNING,
        )  # fmt: skip

        case.refresh_from_db()
        assert (case.state, states(account)) == ("OPEN", ["OPEN"])
        assert ArrearsHold.objects.get().lifted_at is None

    def test_replaces_the_one_before(self, bill: Bill, account: Account, collector: Staff) -> None:
        promise(account, collector)
        promise(account, collector, due=10)

        assert states(account) == ["REPLACED", "OPEN"]
        assert ArrearsHold.objects.filter(lifted_at__isnull=True).count() == 1

    @pytest.mark.parametrize(
        ("amount", "due", "code"),
        [
            ("300.01", 3, "more_than_owed"),
            ("0.00", 3, "not_money"),
            ("1.005", 3, "not_money"),
            ("NaN", 3, "not_money"),
            ("300.00", -1, "date_passed"),
            ("300.00", 31, "too_far"),
        ],
    )
    def test_is_refused(
        self, bill: Bill, account: Account, collector: Staff, amount: str, due: int, code: str
    ) -> None:
        with pytest.raises(ArrearsRefused) as refusal:
            promise(account, collector, amount, due)

        assert refusal.value.code == code
        assert not ArrearsHold.objects.exists()
        assert waiting_step(account) is not None

    def test_is_refused_for_an_account_of_another_branch_or_without_a_debt(
        self, bill: Bill, account: Account, collector: Staff
    ) -> None:
        with pytest.raises(ArrearsRefused) as stranger:
            promise(account, make_staff(role="collector"))
        paid = make_account(branch=account.branch, customer=make_customer())
        with pytest.raises(ArrearsRefused) as nothing:
            promise(paid, collector)

        assert (stranger.value.code, nothing.value.code) == ("unknown_account", "nothing_owed")
        assert not ArrearsHold.objects.exists()

    def test_is_refused_after_two_broken_ones(self, bill: Bill, account: Account, collector: Staff) -> None:
        for due in (1, 3):
            at = MORNING + days(due - 1)
            promise_payment(
                account.pk, amount=Decimal("300.00"), due_on=TODAY + days(due), by=collector, at=at
            )
            morning_of(TODAY + days(due + 1))
        assert states(account) == ["BROKEN", "BROKEN"]

        with pytest.raises(ArrearsRefused) as refusal:
            promise(account, collector, due=9)

        assert refusal.value.code == "promises_broken"


class TestInstalments:
    def test_hold_the_ladder_while_each_comes_in_time(
        self, bill: Bill, account: Account, collector: Staff, shift: Shift
    ) -> None:
        plan(account, collector, part(2, "100.00"), part(9, "200.00"))
        pay(shift, account, [bill], cash("100.00"))

        done = morning_of(TODAY + days(5))

        assert (done.steps, states(account)) == (0, ["KEPT", "OPEN"])
        assert ArrearsHold.objects.get().lifted_at is None

    def test_end_with_the_first_one_missed(self, bill: Bill, account: Account, collector: Staff) -> None:
        plan(account, collector, part(2, "100.00"), part(9, "200.00"))

        done = morning_of(TODAY + days(3))

        assert (states(account), done.steps) == (["BROKEN", "OPEN"], 1)
        assert ArrearsHold.objects.get().lifted_at is not None

    def test_count_the_money_of_the_first_only_once(
        self, bill: Bill, account: Account, collector: Staff, shift: Shift
    ) -> None:
        plan(account, collector, part(2, "150.00"), part(9, "150.00"))

        pay(shift, account, [bill], cash("150.00"))

        assert states(account) == ["KEPT", "OPEN"]

    @pytest.mark.parametrize(
        ("parts", "code"),
        [
            ([(1, "300.00")], "too_few_parts"),
            ([(2, "100.00"), (1, "200.00")], "days_out_of_order"),
            ([(2, "100.00"), (2, "200.00")], "days_out_of_order"),
            ([(2, "100.00"), (9, "200.01")], "more_than_owed"),
            ([(2, "100.00"), (9, "199.99")], "less_than_owed"),
            ([(2, "100.00"), (400, "200.00")], "too_far"),
            ([(day, "10.00") for day in range(1, 31)], "too_many_parts"),
        ],
    )
    def test_are_refused(
        self, bill: Bill, account: Account, collector: Staff, parts: list[tuple[int, str]], code: str
    ) -> None:
        with pytest.raises(ArrearsRefused) as refusal:
            plan(account, collector, *(part(due, amount) for due, amount in parts))

        assert refusal.value.code == code
        assert not Promise.objects.exists()


class TestAHold:
    def test_takes_back_only_orders_where_it_keeps_the_supply_on(
        self, bill: Bill, account: Account, collector: Staff
    ) -> None:
        place_hold(account.pk, kind="MEDICAL", reason="透析", by=collector, at=MORNING)

        assert waiting_step(account) is not None
        assert holds_of([account.pk], TODAY) == {account.pk: ["MEDICAL"]}

    def test_takes_back_everything_in_a_dispute_and_lets_go_when_lifted(
        self, bill: Bill, account: Account, collector: Staff
    ) -> None:
        hold = place_hold(account.pk, kind="DISPUTE", reason="抄表有误", by=collector, at=MORNING)
        assert waiting_step(account) is None

        lift_hold(hold, reason="已核实", by=collector, at=MORNING)

        assert holds_of([account.pk], TODAY) == {}
        assert morning_of(TODAY).steps == 1
        assert CaseStep.objects.filter(state="CANCELLED").count() == 1

    def test_ends_by_itself_on_its_last_day(self, bill: Bill, account: Account, collector: Staff) -> None:
        place_hold(
            account.pk, kind="PAYMENT_UNDERWAY", reason="银行转账", by=collector, at=MORNING, ends_on=TODAY + days(2)
        )  # fmt: skip

        assert morning_of(TODAY + days(2)).steps == 0
        assert morning_of(TODAY + days(3)).steps == 1

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"kind": "PROMISE"}, "unknown_kind"),
            ({"kind": "NONSENSE"}, "unknown_kind"),
            ({"reason": "  "}, "reason_missing"),
            ({"reason": "长" * 201}, "reason_too_long"),
            ({"ends_on": TODAY - days(1)}, "date_passed"),
            ({"kind": "PAYMENT_UNDERWAY"}, "end_missing"),
            ({"kind": "PAYMENT_UNDERWAY", "ends_on": TODAY + days(8)}, "end_missing"),
        ],
    )
    def test_is_refused(
        self, bill: Bill, account: Account, collector: Staff, fields: dict[str, Any], code: str
    ) -> None:
        with pytest.raises(ArrearsRefused) as refusal:
            place_hold(
                account.pk, **{"kind": "DISPUTE", "reason": "有争议", "by": collector, "at": MORNING, **fields}
            )  # fmt: skip

        assert refusal.value.code == code
        assert not ArrearsHold.objects.exists()

    def test_stands_once_and_a_promise_is_not_lifted_by_hand(
        self, bill: Bill, account: Account, collector: Staff
    ) -> None:
        hold = place_hold(account.pk, kind="DISPUTE", reason="有争议", by=collector, at=MORNING)
        with pytest.raises(ArrearsRefused) as again:
            place_hold(account.pk, kind="DISPUTE", reason="有争议", by=collector, at=MORNING)
        lift_hold(hold, reason="已核实", by=collector, at=MORNING)
        with pytest.raises(ArrearsRefused) as twice:
            lift_hold(hold, reason="已核实", by=collector, at=MORNING)
        agreed = promise(account, collector)
        with pytest.raises(ArrearsRefused) as by_hand:
            lift_hold(agreed.hold, reason="算了", by=collector, at=MORNING)

        codes = [one.value.code for one in (again, twice, by_hand)]
        assert codes == ["held_already", "lifted_already", "decided_by_money"]


class TestTheLateChargeOfToday:
    """A hundred days at 0.1 percent a day: 30.00 beside the 300.00."""

    @pytest.fixture
    def debt(self, account: Account) -> Bill:
        make_late_charge_rule(service="HEAT", terms={"rate": "0.001", "cap": "principal"})
        return make_bill(account, total="300.00", due_on=TODAY - days(100))

    def test_may_be_promised_with_the_bill(self, debt: Bill, account: Account, collector: Staff) -> None:
        assert promise(account, collector, "330.00").amount == Decimal("330.00")
        with pytest.raises(ArrearsRefused) as refusal:
            promise(account, collector, "330.01")
        assert refusal.value.code == "more_than_owed"

    def test_may_be_in_the_instalments_and_need_not(
        self, debt: Bill, account: Account, collector: Staff
    ) -> None:
        assert len(plan(account, collector, part(3, "150.00"), part(9, "150.00"))) == 2
        assert len(plan(account, collector, part(3, "150.00"), part(9, "180.00"))) == 2
        with pytest.raises(ArrearsRefused) as refusal:
            plan(account, collector, part(3, "150.00"), part(9, "149.99"))
        assert refusal.value.code == "less_than_owed"
