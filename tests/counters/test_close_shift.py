import datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, AuditEntry, Staff
from billing.models import Posting
from billing.services.business_days import close_business_day
from counters.models import CashCount, Shift
from counters.services.shifts import close_shift, count_cash, total_of
from tests.counters.days import pieces_of
from tests.counters.rows import broken_invariants, refused
from tests.counters.test_take_payment_at_counter import ONE_DAY
from tests.factories.accounts import make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay, pos

pytestmark = pytest.mark.django_db

EVENING = MORNING.replace(hour=17)


@pytest.fixture
def worked(shift: Shift, account: Account) -> Shift:
    """A shift that should hold 286.20: its float of 200.00 and one cash payment."""
    pay(shift, account, [make_bill(account, total="96.20")], cash("86.20"), pos("10.00"))
    return shift


def close(shift: Shift, counted: str, **changes: Any) -> Shift:
    return close_shift(
        shift,
        **{
            "pieces": pieces_of(Decimal(counted)),
            "reason": "",
            "approved_by": None,
            "closed_by": shift.cashier,
            "at": EVENING,
            **changes,
        },
    )


def differences() -> list[tuple[str, str, str]]:
    rows = Posting.objects.filter(bill=None, payment=None)
    return [(row.debit.partition(":")[0], row.credit.partition(":")[0], str(row.amount)) for row in rows]


class TestCloseShift:
    def test_without_a_difference_books_nothing(self, worked: Shift) -> None:
        closed = close(worked, "286.20")

        assert (closed.state, closed.counted, closed.expected) == (
            "CLOSED",
            Decimal("286.20"),
            Decimal("286.20"),
        )
        assert differences() == []
        assert broken_invariants() == []

    def test_keeps_the_count_sheet(self, worked: Shift) -> None:
        closed = close(worked, "286.20")

        sheet = dict(CashCount.objects.filter(shift=closed).values_list("denomination", "pieces"))
        assert sheet == {
            Decimal("100.00"): 2,
            Decimal("50.00"): 1,
            Decimal("20.00"): 1,
            Decimal("10.00"): 1,
            Decimal("5.00"): 1,
            Decimal("1.00"): 1,
            Decimal("0.10"): 2,
        }

    def test_books_what_is_short_against_the_drawer(self, worked: Shift) -> None:
        closed = close(worked, "280.00", reason="找零时多付")

        assert closed.difference == Decimal("-6.20")
        assert differences() == [("cash_difference", "cash", "6.20")]
        assert broken_invariants() == []

    def test_books_what_is_over_into_the_drawer(self, worked: Shift) -> None:
        close(worked, "290.00", reason="顾客未取找零")

        assert differences() == [("cash", "cash_difference", "3.80")]
        assert broken_invariants() == []

    @pytest.mark.parametrize("counted", ["276.20", "296.20"])
    def test_needs_nobody_else_up_to_the_limit(self, worked: Shift, counted: str) -> None:
        assert close(worked, counted, reason="找零有误").approved_by is None

    @pytest.mark.parametrize("counted", ["276.10", "296.30"])
    def test_above_the_limit_keeps_who_approved(self, worked: Shift, supervisor: Staff, counted: str) -> None:
        assert close(worked, counted, reason="找零有误", approved_by=supervisor).approved_by == supervisor

    def test_books_on_the_day_of_the_shift_even_after_midnight(self, worked: Shift) -> None:
        close(worked, "280.00", reason="找零时多付", at=EVENING + ONE_DAY)

        assert Posting.objects.get(bill=None).business_date == MORNING.date()

    def test_books_on_the_open_day_once_the_own_day_is_closed(self, worked: Shift, supervisor: Staff) -> None:
        close_business_day(MORNING.date(), closed_by=supervisor, at=EVENING + ONE_DAY)

        close(worked, "280.00", reason="找零时多付", at=EVENING + ONE_DAY)

        assert Posting.objects.get(bill=None).business_date == datetime.date(2026, 11, 24)
        assert broken_invariants() == []

    def test_writes_one_line_into_the_audit_trail(self, worked: Shift, supervisor: Staff) -> None:
        close(worked, "200.00", reason="短款待查", approved_by=supervisor)

        entry = AuditEntry.objects.get(action="close_shift")
        assert entry.details == {
            "counted": "200.00",
            "expected": "286.20",
            "approved_by": supervisor.number,
        }


class TestCloseShiftRefuses:
    @pytest.mark.parametrize(
        ("counted", "changes", "code"),
        [
            ("280.00", {}, "reason_needed"),
            ("280.00", {"reason": "   "}, "reason_needed"),
            ("280.00", {"reason": "长" * 201}, "reason_too_long"),
            ("276.10", {"reason": "短款"}, "approval_needed"),
            ("296.30", {"reason": "长款"}, "approval_needed"),
            ("0.00", {"pieces": {Decimal("3"): 1}}, "bad_count"),
            ("0.00", {"pieces": {Decimal("100"): -1}}, "bad_count"),
            ("0.00", {"pieces": {Decimal("NaN"): 1}}, "bad_count"),
            ("0.00", {"pieces": {Decimal("100"): 100_001}}, "bad_count"),
        ],
    )
    def test_and_leaves_the_shift_open(
        self, worked: Shift, counted: str, changes: dict[str, Any], code: str
    ) -> None:
        with refused(code):
            close(worked, counted, **changes)

    @pytest.mark.parametrize(
        ("role", "code"), [("cashier", "may_not_approve"), ("manager", "may_not_approve")]
    )
    def test_a_second_person_who_may_not(self, worked: Shift, role: str, code: str) -> None:
        second = make_staff(role=role)

        with refused(code):
            close(worked, "200.00", reason="短款", approved_by=second)

    def test_oneself_as_the_second_person(self, worked: Shift) -> None:
        with refused("same_person"):
            close(worked, "200.00", reason="短款", approved_by=worked.cashier)

    def test_the_shift_of_somebody_else(self, worked: Shift, supervisor: Staff) -> None:
        with refused("not_yours"):
            close(worked, "286.20", closed_by=supervisor)

    def test_the_second_time(self, worked: Shift) -> None:
        close(worked, "286.20")

        with refused("not_open"):
            close(worked, "286.20")


class TestCountCash:
    def test_tells_the_difference_only_after_the_count(self, worked: Shift) -> None:
        difference = count_cash(
            worked, pieces=pieces_of(Decimal("280.00")), counted_by=worked.cashier, at=EVENING
        )

        assert difference == Decimal("-6.20")
        assert AuditEntry.objects.get(action="count_cash").details["counted"] == "280.00"

    def test_leaves_a_trace_of_every_count(self, worked: Shift) -> None:
        for counted in ("280.00", "286.20"):
            count_cash(worked, pieces=pieces_of(Decimal(counted)), counted_by=worked.cashier, at=EVENING)

        assert AuditEntry.objects.filter(action="count_cash").count() == 2

    def test_of_somebody_elses_drawer_is_refused(self, worked: Shift, supervisor: Staff) -> None:
        with refused("not_yours"):
            count_cash(worked, pieces={}, counted_by=supervisor, at=EVENING)

    def test_of_a_closed_shift_is_refused(self, worked: Shift) -> None:
        close(worked, "286.20")

        with refused("not_open"):
            count_cash(worked, pieces={}, counted_by=worked.cashier, at=EVENING)


class TestTotalOf:
    def test_adds_up_notes_and_coins(self) -> None:
        assert total_of({Decimal("100"): 3, Decimal("0.5"): 1, Decimal("0.1"): 7}) == Decimal("301.20")

    def test_of_an_empty_drawer_is_nothing(self) -> None:
        assert total_of({}) == Decimal("0.00")
