"""Windows that work at the same instant, on committed rows, each test beside the control that shows its defect."""

import datetime
from functools import partial
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission

from accounts.models import Account, Branch, Staff
from billing.models import Balance, Bill, BillRun, Payment, Reversal
from billing.services.bill_run import run_billing
from counters.models import Shift
from counters.services.payments import reverse_payment_at_counter
from tests.billing.metering import make_heating_tariff, make_tariff, make_water_account
from tests.counters.days import FRIDAY, close_short
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove, remove_row_locks
from tests.counters.rows import broken_invariants
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, pay, pos

pytestmark = pytest.mark.django_db(transaction=True)

# Everything has been read and checked here, nothing is written yet.
BEFORE_WRITING = "billing.services.payments._write"


def make_shifts(branch: Branch, number: int) -> list[Shift]:
    return [make_shift(make_staff(branch=branch)) for _ in range(number)]


class TestEightWindowsWithOneBill:
    def take(self, branch: Branch, account: Account) -> list[Payment | Exception]:
        bill = make_bill(account)
        shifts = make_shifts(branch, 8)
        return at_once(*(partial(pay, shift, account, [bill], cash("100.00")) for shift in shifts))

    def test_take_the_money_once(self, branch: Branch, account: Account) -> None:
        results = self.take(branch, account)

        assert outcomes(results) == {"Payment": 1, "bill_settled": 7}
        assert broken_invariants() == []

    def test_without_locks_all_find_the_bill_open(
        self, branch: Branch, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, BEFORE_WRITING, 8)

        results = self.take(branch, account)

        # Only the constraint on the bill is left between seven customers and paying twice.
        assert outcomes(results) == {"Payment": 1, "IntegrityError": 7}


class TestTwentyPostsOfOneRequest:
    def post(self, shift: Shift, account: Account) -> list[Payment | Exception]:
        bill = make_bill(account)
        key = uuid4()
        click = partial(pay, shift, account, [bill], cash("40.00"), request_id=key)
        return at_once(*[click] * 20)

    def test_are_one_payment_and_one_answer(self, shift: Shift, account: Account) -> None:
        results = self.post(shift, account)

        assert len(set(results)) == 1
        assert outcomes(results) == {"Payment": 20}
        assert Payment.objects.count() == 1
        assert broken_invariants() == []

    def test_without_locks_all_mean_to_take_the_money(
        self, shift: Shift, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        remove(monkeypatch, "billing.services.payments.lock_request")
        make_them_meet(monkeypatch, BEFORE_WRITING, 20)

        results = self.post(shift, account)

        # Only the uniqueness of the request is left.
        assert outcomes(results) == {"Payment": 1, "IntegrityError": 19}


class TestTwoPeopleWithOneRequest:
    def post(self, branch: Branch) -> list[Payment | Exception]:
        key = uuid4()
        bills = [make_bill(make_account(branch=branch)) for _ in range(2)]
        return at_once(
            *(
                partial(pay, shift, bill.account, [bill], cash("100.00"), request_id=key)
                for shift, bill in zip(make_shifts(branch, 2), bills, strict=True)
            )
        )

    def test_are_one_payment_and_one_refusal(self, branch: Branch) -> None:
        assert outcomes(self.post(branch)) == {"Payment": 1, "form_reused": 1}

    def test_without_the_lock_both_mean_to_take_the_money(
        self, branch: Branch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove(monkeypatch, "billing.services.payments.lock_request")
        make_them_meet(monkeypatch, BEFORE_WRITING, 2)

        assert outcomes(self.post(branch)) == {"Payment": 1, "IntegrityError": 1}


class TestTwoWindowsWithOneSlip:
    def take(self, branch: Branch) -> list[Payment | Exception]:
        bills = [make_bill(make_account(branch=branch)) for _ in range(2)]
        return at_once(
            *(
                partial(pay, shift, bill.account, [bill], pos("100.00"))
                for shift, bill in zip(make_shifts(branch, 2), bills, strict=True)
            )
        )

    def test_accept_it_once(self, branch: Branch) -> None:
        assert outcomes(self.take(branch)) == {"Payment": 1, "reference_used": 1}
        assert broken_invariants() == []

    def test_without_the_lock_accept_it_twice(self, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
        remove(monkeypatch, "billing.services.payments.lock_reference")
        make_them_meet(monkeypatch, BEFORE_WRITING, 2)

        assert outcomes(self.take(branch)) == {"Payment": 2}
        assert broken_invariants() == ["slip_pays_once"]


class TestTwoWindowsWithOneCredit:
    """Two bills of 50.00 and one credit of 50.00; each window draws on the credit for another bill."""

    @pytest.fixture(autouse=True)
    def credit(self, shift: Shift, account: Account) -> None:
        pay(shift, account, [], cash("50.00"), keep_as_credit=True)

    def draw(self, account: Account, branch: Branch) -> list[Payment | Exception]:
        skip = Permission.objects.get(codename="pay_out_of_order")
        bills = [make_bill(account, total="50.00") for _ in range(2)]
        shifts = make_shifts(branch, 2)
        for one in shifts:
            one.cashier.user_permissions.add(skip)
            # Read again: who was asked before remembers what was allowed then.
            one.cashier = Staff.objects.get(pk=one.cashier_id)
        return at_once(*(partial(pay, one, account, [bill]) for one, bill in zip(shifts, bills, strict=True)))

    def test_draw_it_once(self, account: Account, branch: Branch) -> None:
        results = self.draw(account, branch)

        assert outcomes(results) == {"Payment": 1, "nothing_to_take": 1}
        assert broken_invariants() == []

    def test_without_locks_draw_it_twice(
        self, account: Account, branch: Branch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, BEFORE_WRITING, 2)

        results = self.draw(account, branch)

        assert outcomes(results) == {"Payment": 2}
        assert "prepaid_is_never_negative" in broken_invariants()


class TestTwoWindowsWithTheSameAccounts:
    def take(self, branch: Branch) -> list[Payment | Exception]:
        one, other = make_account(branch=branch), make_account(branch=branch)
        first, second = make_shifts(branch, 2)
        here = [make_bill(one, total="10.00"), make_bill(other, total="10.00")]
        return at_once(
            partial(pay, first, one, here, cash("5.00")),
            partial(pay, second, other, here[::-1], cash("5.00")),
        )

    def test_lock_them_in_one_order(self, branch: Branch) -> None:
        for _ in range(5):
            assert outcomes(self.take(branch)) == {"Payment": 2}

        assert broken_invariants() == []

    def test_would_stop_each_other_if_each_locked_in_its_own_order(
        self, branch: Branch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_them_meet(monkeypatch, "tests.counters.test_payment_races.lock_second", 2)
        monkeypatch.setattr("billing.services.payments.lock_accounts", lock_in_the_order_asked_for)

        assert outcomes(self.take(branch)) == {"Payment": 1, "OperationalError": 1}


def lock_in_the_order_asked_for(account_ids: list[int], bill_ids: tuple[int, ...]) -> dict[int, Account]:
    (first,) = account_ids
    Account.objects.select_for_update().get(pk=first)
    owners = Bill.objects.filter(pk__in=bill_ids).values_list("account", flat=True)
    lock_second(next(pk for pk in owners if pk != first))
    return Account.objects.in_bulk(list(owners))


def lock_second(account_id: int) -> None:
    Account.objects.select_for_update().get(pk=account_id)


class TestTwoReversalsOfOnePayment:
    def undo(self, branch: Branch, account: Account) -> list[Reversal | Exception]:
        friday = make_shift(make_staff(branch=branch), at=FRIDAY)
        payment = pay(friday, account, [make_bill(account)], cash("100.00"), at=FRIDAY)
        close_short(friday, "0.00")
        supervisor = make_staff(role="supervisor", branch=branch)
        return at_once(
            *(
                partial(
                    reverse_payment_at_counter,
                    payment,
                    shift=shift,
                    request_id=uuid4(),
                    reason="PAID_TWICE",
                    note="",
                    reversed_by=shift.cashier,
                    approved_by=supervisor,
                    at=MORNING,
                )
                for shift in make_shifts(branch, 2)
            )
        )

    def test_pay_the_money_back_once(self, branch: Branch, account: Account) -> None:
        assert outcomes(self.undo(branch, account)) == {"Reversal": 1, "already_reversed": 1}
        assert broken_invariants() == []

    def test_without_locks_both_mean_to(
        self, branch: Branch, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "billing.services.reversals._take_deposits_back", 2)

        # Only the uniqueness of the reversal is left.
        assert outcomes(self.undo(branch, account)) == {"Reversal": 1, "IntegrityError": 1}


class TestTwoBillRuns:
    def run_twice(self, branch: Branch) -> list[BillRun | Exception]:
        make_heating_tariff()
        for _ in range(10):
            make_account(branch=branch)
        run = partial(
            run_billing,
            service="HEAT",
            period="2026-27",
            issued_on=MORNING.date(),
            started_by=None,
            at=MORNING,
        )
        return at_once(run, run)

    def test_bill_each_account_once(self, branch: Branch) -> None:
        assert outcomes(self.run_twice(branch)) == {"BillRun": 2}
        assert Bill.objects.count() == 10
        assert BillRun.objects.get().summary["bills"] == 10
        assert broken_invariants() == []

    def test_without_locks_both_mean_to(self, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "billing.services.bill_run_chunks.issue_bills", 2)

        # Only the uniqueness of account and period is left.
        assert outcomes(self.run_twice(branch)) == {"BillRun": 1, "IntegrityError": 1}


class TestABillRunAndAWindowWithOneCredit:
    def test_draw_no_more_than_there_is(self, shift: Shift, branch: Branch) -> None:
        make_tariff()
        water = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        pay(shift, water, [], cash("80.00"), keep_as_credit=True)
        older = make_bill(water, total="60.00", due_on=datetime.date(2026, 10, 31))

        at_once(
            partial(pay, shift, water, [older]),
            partial(
                run_billing,
                service="WATER",
                period="2026-11",
                issued_on=MORNING.date(),
                started_by=None,
                at=MORNING,
            ),
        )

        older.refresh_from_db()
        assert older.state == Bill.State.PAID
        # Whoever came first, the older bill was settled and the new one got what was free.
        assert Balance.objects.get(account=water).prepaid == 0
        assert broken_invariants() == []
