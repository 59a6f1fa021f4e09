from decimal import Decimal
from typing import Any

import pytest

from accounts.models import AuditEntry, Branch, Staff
from counters.models import Shift, Window
from counters.services.shifts import close_shift, open_shift
from tests.counters.days import close_short
from tests.counters.rows import refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, make_window

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(branch: Branch) -> Window:
    return make_window(branch, hall_number=501)


def begin(window: Window, cashier: Staff, opening_float: str = "200.00", **changes: Any) -> Shift:
    return open_shift(
        window, **{"cashier": cashier, "opening_float": Decimal(opening_float), "at": MORNING, **changes}
    )


class TestOpenShift:
    def test_names_the_receipt_book_after_hall_window_day_and_letter(
        self, window: Window, cashier: Staff
    ) -> None:
        assert begin(window, cashier).code == "501-03-261123A"

    def test_gives_the_next_letter_to_the_next_shift_of_the_day(
        self, window: Window, cashier: Staff, branch: Branch
    ) -> None:
        close_short(begin(window, cashier), "0.00", MORNING)

        assert begin(window, make_staff(branch=branch)).code == "501-03-261123B"

    def test_goes_on_to_two_letters_after_twenty_six_shifts(self, window: Window, cashier: Staff) -> None:
        for _ in range(26):
            last = close_short(begin(window, cashier, "0.00"), "0.00", MORNING)
        assert last.code == "501-03-261123Z"

        assert begin(window, cashier).code == "501-03-261123AA"

    @pytest.mark.parametrize("opening_float", ["0.00", "500.00"])
    def test_takes_a_float_up_to_what_the_hall_allows(
        self, window: Window, cashier: Staff, opening_float: str
    ) -> None:
        assert begin(window, cashier, opening_float).opening_float == Decimal(opening_float)

    def test_writes_one_line_into_the_audit_trail(self, window: Window, cashier: Staff) -> None:
        shift = begin(window, cashier)

        entry = AuditEntry.objects.get(action="open_shift")
        assert (entry.actor, entry.object_id, entry.details) == (cashier, str(shift.pk), {"float": "200.00"})


class TestOpenShiftRefuses:
    @pytest.mark.parametrize(
        "opening_float", ["500.01", "-0.01", "0.001", "NaN", "sNaN", "Infinity", "-Infinity", "1E+999999"]
    )
    def test_what_is_no_float(self, window: Window, cashier: Staff, opening_float: str) -> None:
        with refused("bad_float"):
            begin(window, cashier, opening_float)

    def test_a_window_that_is_worked_already(self, window: Window, cashier: Staff, branch: Branch) -> None:
        begin(window, cashier)
        colleague = make_staff(branch=branch)

        with refused("window_taken"):
            begin(window, colleague)

    def test_a_second_window(self, window: Window, cashier: Staff, branch: Branch) -> None:
        begin(window, cashier)
        other = make_window(branch, number=4)

        with refused("shift_open"):
            begin(other, cashier)

    def test_a_hall_of_another_branch(self, window: Window, stranger: Staff) -> None:
        with refused("not_your_hall"):
            begin(window, stranger)

    def test_a_window_that_takes_no_money(self, window: Window, cashier: Staff) -> None:
        Window.objects.filter(pk=window.pk).update(takes_money=False)

        with refused("takes_no_money"):
            begin(window, cashier)


class TestAnAdviser:
    """Takes no cash: the same shift, at a window of their own kind, with nothing in the drawer."""

    @pytest.fixture
    def adviser(self, branch: Branch) -> Staff:
        return make_staff(role="adviser", branch=branch)

    @pytest.fixture
    def advice(self, window: Window) -> Window:
        window.takes_money = False
        window.save(update_fields=["takes_money"])
        return window

    def test_works_a_window_that_takes_no_money(self, advice: Window, adviser: Staff) -> None:
        shift = begin(advice, adviser, "0.00")

        closed = close_shift(shift, pieces={}, reason="", approved_by=None, closed_by=adviser, at=MORNING)

        assert (closed.counted, closed.expected, closed.difference_reason) == (0, 0, "")

    def test_has_no_float(self, advice: Window, adviser: Staff) -> None:
        with refused("bad_float"):
            begin(advice, adviser, "0.01")

    def test_leaves_the_windows_with_a_drawer_to_the_cashiers(self, window: Window, adviser: Staff) -> None:
        with refused("takes_money"):
            begin(window, adviser, "0.00")

    def test_is_alone_at_the_window(self, advice: Window, adviser: Staff, branch: Branch) -> None:
        begin(advice, adviser, "0.00")
        another = make_staff(role="adviser", branch=branch)

        with refused("window_taken"):
            begin(advice, another, "0.00")
