import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Branch
from billing.models import Bill
from billing.queries.late_charges import debts_on
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, make_shift, pay

pytestmark = pytest.mark.django_db

DUE = datetime.date(2026, 10, 31)


def day(date: str) -> datetime.date:
    return datetime.date.fromisoformat(date)


def asked(bill: Bill, on: str) -> tuple[str, str]:
    """Principal and late charge that the bill asks for on the day."""
    bill.refresh_from_db()
    (debt,) = debts_on([bill], day(on))
    return str(debt.principal), str(debt.late_charge)


def pay_on(bill: Bill, amount: str, date: str) -> None:
    at = datetime.datetime.combine(day(date), MORNING.timetz())
    pay(make_shift(make_staff(branch=bill.account.branch), at=at), bill.account, [bill], cash(amount), at=at)


class TestDebtsOn:
    @pytest.fixture(autouse=True)
    def rule(self) -> None:
        make_late_charge_rule(service="HEAT")

    @pytest.mark.parametrize(
        ("on", "late_charge"),
        [
            ("2026-10-01", "0.00"),
            ("2026-10-31", "0.00"),
            ("2026-11-01", "0.50"),
            ("2026-11-23", "11.50"),
            ("2027-05-18", "99.50"),
            ("2027-05-19", "100.00"),
            ("2036-10-31", "100.00"),
        ],
    )
    def test_grows_day_by_day_up_to_the_principal(self, account: Account, on: str, late_charge: str) -> None:
        assert asked(make_bill(account, due_on=DUE), on) == ("100.00", late_charge)

    def test_is_charged_on_less_from_the_day_after_a_part_payment(self, account: Account) -> None:
        bill = make_bill(account, due_on=DUE)

        pay_on(bill, "60.00", "2026-11-10")

        # 10 days × 0.50, then 10 days × 0.20.
        assert asked(bill, "2026-11-10") == ("40.00", "5.00")
        assert asked(bill, "2026-11-20") == ("40.00", "7.00")

    def test_counts_a_part_that_was_paid_in_time_as_never_owed(self, account: Account) -> None:
        bill = make_bill(account, due_on=DUE)

        pay_on(bill, "60.00", "2026-10-31")

        assert asked(bill, "2026-11-10") == ("40.00", "2.00")
        assert asked(bill, "2036-11-10") == ("40.00", "40.00")

    def test_is_never_charged_on_a_late_charge(self, account: Account) -> None:
        bill = make_bill(account, due_on=DUE)
        pay_on(bill, "100.00", "2026-11-10")

        assert asked(bill, "2026-11-10") == ("0.00", "5.00")
        assert asked(bill, "2027-11-10") == ("0.00", "5.00")

    def test_asks_only_for_what_is_left_of_it(self, account: Account) -> None:
        bill = make_bill(account, due_on=DUE)
        pay_on(bill, "102.00", "2026-11-10")
        pay_on(bill, "1.25", "2026-11-12")

        assert asked(bill, "2026-12-31") == ("0.00", "1.75")

    def test_takes_any_number_of_bills_in_two_queries(self, account: Account) -> None:
        bills = [make_bill(account, due_on=DUE) for _ in range(5)]

        with CaptureQueriesContext(connection) as queries:
            debts = debts_on(bills, day("2026-11-23"))

        assert [debt.late_charge for debt in debts] == [Decimal("11.50")] * 5
        assert len(queries) == 2

    def test_asks_the_database_nothing_when_nothing_is_overdue(self, account: Account) -> None:
        bills = [make_bill(account, due_on=DUE)]

        with CaptureQueriesContext(connection) as queries:
            debts_on(bills, DUE)

        assert len(queries) == 0


class TestRules:
    def test_of_the_own_branch_goes_before_the_one_for_all(self, account: Account, branch: Branch) -> None:
        make_late_charge_rule(service="HEAT")
        make_late_charge_rule(service="HEAT", branch=branch, terms={"rate": "0.001"})
        elsewhere = make_account(branch=make_branch())

        assert asked(make_bill(account, due_on=DUE), "2026-11-10") == ("100.00", "1.00")
        assert asked(make_bill(elsewhere, due_on=DUE), "2026-11-10") == ("100.00", "5.00")

    def test_is_the_one_in_force_on_the_due_date(self, account: Account) -> None:
        make_late_charge_rule(service="HEAT", effective_until=day("2026-10-30"), terms={"rate": "0.001"})
        make_late_charge_rule(service="HEAT", effective_from=day("2026-10-31"), terms={"rate": "0.002"})

        assert asked(make_bill(account, due_on=day("2026-10-30")), "2026-11-09") == ("100.00", "1.00")
        assert asked(make_bill(account, due_on=day("2026-10-31")), "2026-11-10") == ("100.00", "2.00")

    def test_of_another_service_charges_nothing(self, account: Account) -> None:
        make_late_charge_rule(service="WATER")

        assert asked(make_bill(account, due_on=DUE), "2026-11-10") == ("100.00", "0.00")

    def test_may_differ_by_category(self, branch: Branch) -> None:
        terms = {
            "resident_rate": "0.001",
            "other_rate_same_year": "0.002",
            "other_rate_cross_year": "0.003",
        }
        make_late_charge_rule(service="HEAT", terms=terms)
        shop = make_bill(make_account(branch=branch, category="NONRESIDENT"), due_on=DUE)
        home = make_bill(make_account(branch=branch), due_on=DUE)

        assert asked(home, "2027-01-10") == ("100.00", "7.10")
        assert asked(shop, "2026-12-31") == ("100.00", "12.20")
        assert asked(shop, "2027-01-10") == ("100.00", "15.20")
