"""What was due and what came in, by district and month, against figures added up by hand."""

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.models import Account, Branch, District, Staff
from accounts.services.districts import give_district
from billing.queries.recovery import (
    RecoveryBills,
    recovery_by_collector,
    recovery_by_district,
)
from billing.recovery_rates import achievement_of, target_of
from billing.services.arrears.write_offs import approve_write_off, propose_write_off
from counters.services.payments import void_payment_at_counter
from tests.factories.accounts import make_account, make_district, make_premises, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, pay

pytestmark = pytest.mark.django_db

A_DAY = datetime.timedelta(days=1)
NOVEMBER = datetime.date(2026, 11, 1)
DECEMBER = datetime.date(2026, 12, 1)
OVERDUE, DUE = datetime.date(2026, 10, 15), datetime.date(2026, 11, 15)


@pytest.fixture
def district(branch: Branch) -> District:
    return make_district(branch=branch)


@pytest.fixture
def account(district: District) -> Account:
    return make_account(premises=make_premises(district=district))


@pytest.fixture
def cashier(branch: Branch) -> Staff:
    return make_staff(branch=branch)


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


def figures(district: District, month: datetime.date = NOVEMBER) -> tuple[str, str, str, str]:
    """What was due and came in: current, then old."""
    (row,) = (one for one in recovery_by_district(None, month) if one.district_id == district.pk)
    return str(row.current.due), str(row.current.received), str(row.old.due), str(row.old.received)


class TestTheRates:
    def test_let_a_hard_district_win_as_published(self) -> None:
        hard, easy = target_of(Decimal("96"), Decimal("0.94")), target_of(Decimal("96"), Decimal("1.00"))
        assert target_of(Decimal("96"), Decimal("0.98")) == Decimal("94.08")
        assert (hard, easy) == (Decimal("90.24"), Decimal("96.00"))
        assert achievement_of(Decimal("91.00"), hard) == Decimal("100.84")
        assert achievement_of(Decimal("96.50"), easy) == Decimal("100.52")


class TestRecoveryByDistrict:
    def test_keeps_this_months_bills_apart_from_old_debts(
        self, account: Account, district: District, cashier: Staff
    ) -> None:
        old, new = (
            make_bill(account, total="200.00", due_on=OVERDUE),
            make_bill(account, total="100.00", due_on=DUE),
        )
        shift = make_shift(cashier)

        pay(shift, account, [old], cash("50.00"))
        assert figures(district) == ("100.00", "0.00", "200.00", "50.00")
        pay(shift, account, [old, new], cash("190.00"))

        assert figures(district) == ("100.00", "40.00", "200.00", "200.00")

    def test_shows_next_month_what_this_one_left(
        self, account: Account, district: District, cashier: Staff
    ) -> None:
        old = make_bill(account, total="200.00", due_on=OVERDUE)
        pay(make_shift(cashier), account, [old], cash("50.00"))

        assert figures(district, DECEMBER) == ("0.00", "0.00", "150.00", "0.00")

    def test_walks_back_over_what_was_paid_later(
        self, account: Account, district: District, cashier: Staff
    ) -> None:
        new = make_bill(account, total="100.00", due_on=DUE)
        later = MORNING + 10 * A_DAY
        pay(make_shift(cashier, at=later), account, [new], cash("60.00"), at=later)

        assert figures(district) == ("100.00", "0.00", "0.00", "0.00")
        assert figures(district, DECEMBER) == ("0.00", "0.00", "100.00", "60.00")

    def test_takes_off_what_was_undone(self, account: Account, district: District, cashier: Staff) -> None:
        old = make_bill(account, total="200.00", due_on=OVERDUE)
        shift = make_shift(cashier)
        payment = pay(shift, account, [old], cash("50.00"))

        void_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="WRONG_AMOUNT", note="", voided_by=cashier, at=MORNING
        )  # fmt: skip

        assert figures(district) == ("0.00", "0.00", "200.00", "0.00")

    def test_does_not_take_a_write_off_for_money(
        self, account: Account, district: District, supervisor: Staff
    ) -> None:
        old = make_bill(account, total="200.00", due_on=OVERDUE)
        proposed = propose_write_off(
            old, kind="DOUBTFUL", reason="DEMOLISHED", note="查无此人", at=MORNING,
            proposed_by=make_staff(role="collector", branch=account.branch),
        )  # fmt: skip
        approve_write_off(proposed, approved_by=supervisor, at=MORNING)
        approve_write_off(proposed, approved_by=make_staff(role="manager", branch=account.branch), at=MORNING)

        assert figures(district) == ("0.00", "0.00", "200.00", "0.00")
        assert figures(district, DECEMBER) == ("0.00", "0.00", "0.00", "0.00")

    def test_shows_the_districts_of_the_branch_alone(self, district: District) -> None:
        elsewhere = make_district()

        seen = {one.district_id for one in recovery_by_district([district.branch_id], NOVEMBER)}

        assert district.pk in seen
        assert elsewhere.pk not in seen

    def test_opens_the_bills_that_add_up_to_its_figures(
        self, account: Account, district: District, cashier: Staff
    ) -> None:
        old = make_bill(account, total="200.00", due_on=OVERDUE)
        make_bill(account, total="30.00", due_on=OVERDUE)
        pay(make_shift(cashier), account, [old], cash("50.00"))

        rows = RecoveryBills(district.pk, NOVEMBER, is_old=True)

        assert len(rows) == 2
        assert [(str(one.due), str(one.received), str(one.left)) for one in rows[0:10]] == [
            ("200.00", "50.00", "150.00"), ("30.00", "0.00", "30.00"),
        ]  # fmt: skip


class TestRecoveryByCollector:
    def test_counts_for_who_had_the_district_on_that_day(
        self, account: Account, district: District, cashier: Staff, supervisor: Staff
    ) -> None:
        first, second = (make_staff(role="collector", branch=district.branch) for _ in range(2))
        old = make_bill(account, total="200.00", due_on=OVERDUE)
        give_district(district, owner=first, by=supervisor, at=MORNING - A_DAY)
        pay(make_shift(cashier), account, [old], cash("50.00"))
        give_district(district, owner=second, by=supervisor, at=MORNING + A_DAY)
        after = MORNING + A_DAY
        evening_shift = make_shift(make_staff(branch=district.branch), at=after)
        pay(evening_shift, account, [old], cash("20.00"), at=after)

        rows = {one.staff_id: (one.old, one.current) for one in recovery_by_collector(None, NOVEMBER)}

        assert rows == {first.pk: (Decimal("50.00"), Decimal(0)), second.pk: (Decimal("20.00"), Decimal(0))}
