"""Faults that were seen in public systems of this trade (domain.md section 8), each under its number.

More of each stands with its noun: 1 and 2 in rating/test_tiers.py, 5 in counters/test_walls.py and
test_matrix.py, 8 in counters/test_payment_races.py and test_cancel_bill.py.
"""

import datetime
import hashlib
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection

from accounts.models import Account, Branch, Staff
from billing.models import Allocation, Bill, Payment, Posting
from billing.queries.late_charges import debts_on
from billing.rating import Facts, Usage, compile_tariff
from billing.services.adjustments import approve_adjustment, propose_adjustment
from billing.services.bill_run import run_billing
from billing.services.cancellations import cancel_bill
from counters.models import ReaderToken, Shift
from counters.services.payments import void_payment_at_counter
from counters.services.reader_tokens import issue_reader_token
from tests.billing.metering import RESIDENT, make_tariff, make_water_account
from tests.counters.rows import broken_invariants, refused
from tests.database import run_together
from tests.factories.accounts import make_account, make_customer, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, pay, pos
from tests.gas import make_reader_window

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


def bill_water(period: str) -> None:
    year, month = int(period[:4]), int(period[5:])
    run_billing(
        service="WATER", period=period, issued_on=datetime.date(year, month, 28), started_by=None, at=MORNING
    )


class TestFault1TierPeriodByDivision:
    """Months 3, 6 and 9 fell into the next tier period; December was patched by hand."""

    @pytest.mark.parametrize(
        ("tier_period", "periods"),
        [
            ("quarter", ["Q1", "Q1", "Q1", "Q2", "Q2", "Q2", "Q3", "Q3", "Q3", "Q4", "Q4", "Q4"]),
            ("half_year", ["H1"] * 6 + ["H2"] * 6),
            ("calendar_year", [""] * 12),
        ],
    )
    def test_every_month_is_counted_in_the_period_it_closes(
        self, branch: Branch, tier_period: str, periods: list[str]
    ) -> None:
        make_tariff(prices={"categories": {"resident": {**RESIDENT, "tier_period": tier_period}}})
        days = [datetime.date(2027, month, 28) for month in range(1, 13)]
        account = make_water_account(
            branch=branch,
            opened_on=datetime.date(2026, 12, 28),
            readings={day.isoformat(): str(10 * day.month) for day in days},
        )

        for day in days:
            bill_water(f"{day:%Y-%m}")

        used = [tuple(bill.tier_uses) for bill in account.bills.order_by("period_to")]
        assert used == [(f"2027{period}",) for period in periods]


FOUR_TIERS = {
    "tier_period": "calendar_year",
    "tier_upto": ["10", "20", "30"],
    "components": [{"code": "supply", "unit_price": ["1", "2", "4", "8"]}],
}


class TestFault2TheFourthTierAndSharedState:
    """The fourth price was read from the third's field; the dates of a request stood in static fields."""

    def test_the_fourth_tier_has_its_own_price(self, branch: Branch) -> None:
        make_tariff(prices={"categories": {"resident": FOUR_TIERS}})
        account = make_water_account(branch=branch, readings={"2026-11-10": "45"})

        bill_water("2026-11")

        lines = account.bills.get().lines.order_by("position")
        assert [(line.tier, line.unit_price, line.amount) for line in lines] == [
            (1, Decimal(1), Decimal("10.00")),
            (2, Decimal(2), Decimal("20.00")),
            (3, Decimal(4), Decimal("40.00")),
            (4, Decimal(8), Decimal("120.00")),
        ]

    def test_two_tariffs_priced_by_many_threads_never_mix(self) -> None:
        def priced(price: int, year: int) -> set[tuple[str, str]]:
            definition = {"effective_from": "2000-01-01", "categories": {"resident": {
                "tier_period": "calendar_year", "tier_upto": ["10"],
                "components": [{"code": "supply", "unit_price": [str(price), str(10 * price)]}],
            }}}  # fmt: skip
            tariff = compile_tariff(definition)
            found = set()
            for day in range(300):
                on = datetime.date(year, 1, 1) + datetime.timedelta(days=day)
                rated = tariff.rate(Usage(on, Decimal(12)), Facts("resident", 3))
                found.add((str(rated.total), *rated.counted))
            return found  # type: ignore[return-value]

        answers = run_together(
            *(lambda price=price, year=year: priced(price, year)
              for price in (1, 2) for year in (2025, 2026))
        )  # fmt: skip

        assert answers == [
            {("30.00", "2025")}, {("30.00", "2026")}, {("60.00", "2025")}, {("60.00", "2026")},
        ]  # fmt: skip

    def test_one_compiled_tariff_is_shared_by_threads_without_harm(self) -> None:
        tariff = compile_tariff({"effective_from": "2000-01-01", "categories": {"resident": FOUR_TIERS}})

        def totals(quantity: int) -> set[str]:
            usage = Usage(TODAY, Decimal(quantity))
            return {str(tariff.rate(usage, Facts("resident", 3)).total) for _ in range(300)}

        answers = run_together(*(lambda quantity=q: totals(quantity) for q in (5, 15, 25, 45)))

        assert answers == [{"5.00"}, {"20.00"}, {"50.00"}, {"190.00"}]


class TestFault3PagesThatSkip:
    """The nightly job turned to pages 1, 2, 4, 7: most accounts never had a late charge."""

    def test_every_overdue_bill_has_its_late_charge(self, branch: Branch) -> None:
        make_late_charge_rule()
        due_on = TODAY - datetime.timedelta(days=10)
        bills = [make_bill(make_account(branch=branch, service="WATER"), due_on=due_on) for _ in range(60)]

        debts = debts_on(bills, TODAY)

        assert {debt.bill_id for debt in debts} == {bill.pk for bill in bills}
        assert {debt.late_charge for debt in debts} == {Decimal("5.00")}


class TestFault4NumbersThatDoNotFit:
    """Amounts ended at 999,999.99; prices of two decimals could not hold 0.1542; or they were floats."""

    @pytest.fixture
    def factory(self, branch: Branch) -> Account:
        """A works that uses so much that its bill has seven digits before the point."""
        prices = {"categories": {"nonresident": {"components": [{"code": "supply", "unit_price": "0.1542"}]}}}
        make_tariff(prices=prices)
        # × 0.1542 = 1234567.8899616
        account = make_water_account(branch=branch, category="NONRESIDENT")
        account.installations.get().readings.create(
            read_on=datetime.date(2026, 11, 10), value=Decimal("8006276.848")
        )
        meter = account.installations.get().meter
        meter.digits = 9
        meter.save()
        return account

    def test_a_bill_of_1234567_89_is_made_and_paid(self, factory: Account, shift: Shift) -> None:
        bill_water("2026-11")
        bill = factory.bills.get()
        assert bill.amount == Decimal("1234567.89")

        payment = pay(shift, factory, [bill], pos("1234567.89"))

        bill.refresh_from_db()
        assert (bill.state, bill.outstanding) == (Bill.State.PAID, 0)
        assert payment.allocated == Decimal("1234567.89")
        assert Posting.objects.get(payment=payment).amount == Decimal("1234567.89")
        assert broken_invariants() == []

    def test_the_same_in_cash_gives_exact_change(self, factory: Account, shift: Shift) -> None:
        bill_water("2026-11")

        payment = pay(shift, factory, [factory.bills.get()], cash("1234600.00"))

        assert payment.change_given == Decimal("32.11")
        assert broken_invariants() == []

    def test_a_price_of_four_decimals_survives_the_row(self, factory: Account) -> None:
        bill_water("2026-11")

        line = factory.bills.get().lines.get()
        assert (line.unit_price, line.quantity) == (Decimal("0.1542"), Decimal("8006276.848"))
        assert "× 0.1542 元" in line.sentence

    def test_no_column_of_money_is_small_or_a_float(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT table_name || '.' || column_name, data_type, numeric_precision, numeric_scale
                FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name ~ '^(accounts|billing|counters)_'
                    AND (data_type IN ('real', 'double precision')
                         OR column_name IN ('amount', 'outstanding', 'allocated', 'tendered', 'unit_price'))
                """
            )
            columns = {name: (kind, digits, scale) for name, kind, digits, scale in cursor.fetchall()}

        assert {kind for kind, _, _ in columns.values()} == {"numeric"}
        assert min(digits for _, digits, _ in columns.values()) >= 14
        assert columns["billing_billline.unit_price"] == ("numeric", 14, 6)


class TestFault5DeletedPaymentsAndClearPasswords:
    """An endpoint deleted payment rows; passwords went in clear."""

    @pytest.mark.parametrize(
        "table", ["payment", "tender", "allocation", "posting", "receipt", "bill", "billline"]
    )
    def test_the_application_has_no_right_to_delete_what_was_paid(self, table: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(current_user, %s, 'DELETE')", [f"billing_{table}"])
            assert cursor.fetchone() == (False,)

    def test_a_password_is_kept_as_its_hash_alone(self) -> None:
        staff = make_staff(password="暖窗 nuanchuang 1")

        stored = Staff.objects.values().get(pk=staff.pk)
        assert "nuanchuang" not in str(stored["password"])
        assert "暖窗 nuanchuang 1" not in list(stored.values())
        assert check_password("暖窗 nuanchuang 1", stored["password"])

    def test_a_token_of_a_window_is_kept_as_its_hash_alone(self, branch: Branch) -> None:
        administrator = make_staff(role="administrator")

        token = issue_reader_token(make_reader_window(branch), issued_by=administrator, at=MORNING)

        stored = ReaderToken.objects.values().get()
        assert token not in str(stored)
        assert stored["digest"] == hashlib.sha256(token.encode()).hexdigest()


class TestFault6OneDebtorStopsAll:
    """A payment for several accounts was refused as a whole when one of them had older arrears."""

    def test_accounts_are_paid_together_although_one_owes_more(self, branch: Branch, shift: Shift) -> None:
        customer = make_customer()
        first, second = (make_account(branch=branch, customer=customer) for _ in range(2))
        bill = make_bill(first, total="50.00", due_on=TODAY)
        older = make_bill(second, total="30.00", due_on=TODAY - datetime.timedelta(days=400))
        newer = make_bill(second, total="20.00", due_on=TODAY)

        pay(shift, first, [bill, older], cash("80.00"))

        states = dict(Bill.objects.values_list("pk", "state"))
        assert states == {bill.pk: "PAID", older.pk: "PAID", newer.pk: "OPEN"}
        assert broken_invariants() == []


class TestFault7ALateChargeWithoutATrace:
    """One line a year was overwritten: nobody could say for which days and on what it was charged."""

    def test_a_late_charge_that_was_paid_keeps_its_days_rate_and_base(
        self, branch: Branch, shift: Shift
    ) -> None:
        make_late_charge_rule()
        account = make_account(branch=branch, service="WATER")
        bill = make_bill(account, due_on=TODAY - datetime.timedelta(days=10))

        pay(shift, account, [bill], cash("105.00"))

        share = Allocation.objects.get()
        assert (share.late_charge, share.principal) == (Decimal("5.00"), Decimal("100.00"))
        assert share.late_charge_sentence == "10 天 × 0.5% × 100.00 元"
        assert Posting.objects.get(credit="late_charge").bill == bill


class TestFault8ADoubleNegative:
    """Voiding and reversing the same payment took the money back twice."""

    def void(self, payment: Payment, shift: Shift) -> Any:
        return void_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="",
            voided_by=shift.cashier, at=MORNING,
        )  # fmt: skip

    def test_a_payment_is_undone_once(self, branch: Branch, shift: Shift) -> None:
        account = make_account(branch=branch)
        bill = make_bill(account, due_on=TODAY)
        payment = pay(shift, account, [bill], cash("100.00"))
        self.void(payment, shift)

        with refused("already_reversed"):
            self.void(payment, shift)

        bill.refresh_from_db()
        assert bill.outstanding == Decimal("100.00")
        assert broken_invariants() == []

    def test_a_bill_and_what_was_given_back_on_it_are_undone_once(
        self, branch: Branch, finance: Staff
    ) -> None:
        bill = make_bill(make_account(branch=branch), total="100.00", due_on=TODAY)
        supervisor = make_staff(role="supervisor", branch=branch)
        given = propose_adjustment(
            bill.account, bill=bill, amount=Decimal("-30.00"), component="heating", reason="LEAK", note="暗漏",
            proposed_by=finance, at=MORNING,
        )  # fmt: skip
        approve_adjustment(given, approved_by=supervisor, at=MORNING)
        wrong = {
            "reason": "DOUBLE", "note": "", "cancelled_by": finance, "approved_by": supervisor, "at": MORNING
        }  # fmt: skip
        cancel_bill(bill, **wrong, request_id=uuid4())

        with refused("already_cancelled"):
            cancel_bill(bill, **wrong, request_id=uuid4())

        mirrored = Posting.objects.filter(adjustment=given, reverses__isnull=False)
        assert [one.amount for one in mirrored] == [Decimal("30.00")]
        assert broken_invariants() == []
