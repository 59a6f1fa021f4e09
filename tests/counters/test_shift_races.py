"""Two at one drawer, one window or one day at the same instant, each test beside its control."""

import datetime
from decimal import Decimal
from functools import partial
from threading import Event
from time import sleep

import pytest
from django.db import transaction

from accounts.models import Account, Branch, Staff
from billing.models import BusinessDay, Payment, Posting
from billing.services.business_days import close_business_day
from counters.models import Shift, Window
from counters.services.shifts import close_shift, open_shift
from tests.counters.days import pieces_of
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove, remove_row_locks
from tests.counters.rows import broken_invariants
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, make_window, pay

pytestmark = pytest.mark.django_db(transaction=True)

YESTERDAY = datetime.date(2026, 11, 22)


def close(shift: Shift) -> Shift:
    """Count the float and nothing else."""
    return close_shift(
        shift,
        pieces=pieces_of(Decimal("200.00")),
        reason="点钞",
        approved_by=None,
        closed_by=shift.cashier,
        at=MORNING,
    )


class TestAPaymentDuringTheClose:
    def test_is_in_the_count_or_is_not_taken(self, branch: Branch) -> None:
        for _ in range(8):
            shift, account = make_shift(make_staff(branch=branch)), make_account(branch=branch)
            bill = make_bill(account, total="5.00")

            closed, paid = at_once(partial(close, shift), partial(pay, shift, account, [bill], cash("5.00")))

            assert isinstance(closed, Shift)
            assert (closed.expected, *outcomes([paid])) in {
                (Decimal("205.00"), "Payment"),
                (Decimal("200.00"), "not_open"),
            }
        assert broken_invariants() == []

    def test_without_locks_is_in_neither(
        self, shift: Shift, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        bill = make_bill(account, total="5.00")
        added_up, taken = Event(), Event()

        def let_somebody_pay(*_: object) -> None:
            added_up.set()
            taken.wait(timeout=20)

        def pay_meanwhile() -> Payment:
            added_up.wait(timeout=20)
            payment = pay(shift, account, [bill], cash("5.00"))
            taken.set()
            return payment

        monkeypatch.setattr("counters.services.shifts._check_difference", let_somebody_pay)
        results = at_once(partial(close, shift), pay_meanwhile)

        assert outcomes(results) == {"Shift": 1, "Payment": 1}
        assert "closed_shift_expects_its_float_and_entries" in broken_invariants()


class TestTwoCloses:
    def test_one_wins(self, shift: Shift) -> None:
        results = at_once(partial(close, shift), partial(close, shift))

        assert outcomes(results) == {"Shift": 1, "not_open": 1}
        assert broken_invariants() == []

    def test_without_locks_both_mean_to(self, shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "counters.services.shifts._check_difference", 2)

        results = at_once(partial(close, shift), partial(close, shift))

        # Only the uniqueness of the count sheet and the trigger on the closed shift are left.
        assert outcomes(results) == {"Shift": 1, "IntegrityError": 1}


class TestTwoOpenings:
    def begin(self, *pairs: tuple[Window, Staff]) -> list[Shift | Exception]:
        return at_once(
            *(
                partial(open_shift, window, cashier=cashier, opening_float=Decimal("0.00"), at=MORNING)
                for window, cashier in pairs
            )
        )

    def test_of_one_window_are_one_shift(self, branch: Branch) -> None:
        window = make_window(branch)
        people = [make_staff(branch=branch), make_staff(branch=branch)]

        assert outcomes(self.begin(*((window, one) for one in people))) == {"Shift": 1, "window_taken": 1}

    def test_of_one_cashier_are_one_shift(self, branch: Branch, cashier: Staff) -> None:
        windows = [make_window(branch), make_window(branch)]

        assert outcomes(self.begin(*((one, cashier) for one in windows))) == {"Shift": 1, "shift_open": 1}

    @pytest.mark.parametrize(("windows", "people"), [(1, 2), (2, 1)])
    def test_without_locks_both_mean_to(
        self, branch: Branch, monkeypatch: pytest.MonkeyPatch, windows: int, people: int
    ) -> None:
        pairs = list(
            zip(
                [make_window(branch) for _ in range(windows)] * people,
                [make_staff(branch=branch) for _ in range(people)] * windows,
                strict=True,
            )
        )
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "counters.services.shifts._letters", 2)

        # Only the uniqueness of the open shift is left.
        assert outcomes(self.begin(*pairs)) == {"Shift": 1, "IntegrityError": 1}


class TestTwoClosesOfABusinessDay:
    def close_twice(self, finance: Staff) -> list[BusinessDay | Exception]:
        close = partial(close_business_day, YESTERDAY, closed_by=finance, at=MORNING)
        return at_once(close, close)

    def test_one_wins(self, supervisor: Staff) -> None:
        assert outcomes(self.close_twice(supervisor)) == {"BusinessDay": 1, "already_closed": 1}

    def test_without_the_lock_both_mean_to(self, supervisor: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
        remove(monkeypatch, "billing.services.business_days.lock_business_day")
        make_them_meet(monkeypatch, "billing.services.business_days.is_closed", 2, afterwards=True)

        # Only the key of the day is left.
        assert outcomes(self.close_twice(supervisor)) == {"BusinessDay": 1, "IntegrityError": 1}


class TestAPostingDuringTheCloseOfItsDay:
    def test_is_waited_for(self, account: Account, supervisor: Staff) -> None:
        posted = Event()

        def post_slowly() -> int:
            with transaction.atomic():
                make_bill(account, due_on=YESTERDAY + datetime.timedelta(days=15))
                posted.set()
                sleep(0.3)
            return 1

        def close_and_count() -> int:
            posted.wait(timeout=20)
            close_business_day(YESTERDAY, closed_by=supervisor, at=MORNING)
            return Posting.objects.filter(business_date=YESTERDAY).count()

        assert at_once(post_slowly, close_and_count) == [1, 1]
