"""What holds for every bill and every correction of it, on the price lists of the demo company and on the books.

PROPERTY_EXAMPLES=10000 looks much longer than an ordinary run.
"""

import datetime
import json
import os
from decimal import Decimal
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Account, Branch, Staff
from billing.models import Reading
from billing.rating import Facts, Rated, reverse
from billing.rating.metered import Tariff, compile_tariff
from billing.rating.usage import Usage
from billing.services.bill_run import run_billing
from billing.services.rebills import RightReading, cancel_and_rebill
from counters.models import Shift
from tests.billing.metering import make_tariff, make_water_account
from tests.billing.test_rebill import balance_of, ledger, the_bill
from tests.counters.rows import broken_invariants
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, cash, pay

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "60"))
# A loaded machine is slow, not wrong.
patient = settings(deadline=None, max_examples=EXAMPLES)
# Every example of these writes bills and takes them back.
on_the_books = settings(
    deadline=None,
    max_examples=max(EXAMPLES // 10, 5),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

TARIFFS = Path(__file__).resolve().parents[2] / "config/demo/tariffs"
METERED = ("water", "gas", "electricity")
JULY = datetime.date(2026, 7, 20)
HALF_A_FEN = Decimal("0.005")

quantities = st.decimals("0", "900", places=2)
months = st.lists(st.integers(0, 150), min_size=1, max_size=5)
which = st.integers(0, 4)
paid = st.decimals("0", "1500", places=2)
services = st.sampled_from(METERED)


@cache
def published(service: str) -> Tariff:
    document = json.loads((TARIFFS / f"{service}.json").read_text("utf-8"))
    return compile_tariff({**document["rules"], "versions": document["versions"]}, service)


def rate(service: str, quantity: Decimal, position: dict[str, Decimal] | None = None) -> Rated:
    return published(service).rate(Usage(JULY, quantity), Facts("resident", persons=3), position or {})


class TestAPublishedPriceList:
    @patient
    @given(services, quantities, quantities)
    def test_bills_the_sum_of_its_lines(self, service: str, before: Decimal, quantity: Decimal) -> None:
        position = dict(rate(service, before).position_after)

        rated = rate(service, quantity, position)

        assert rated.total == sum((line.amount for line in rated.lines), Decimal(0))
        assert sum(rated.tier_split or (quantity,), Decimal(0)) == quantity

    @patient
    @given(services, quantities, quantities)
    def test_never_asks_less_for_more(self, service: str, less: Decimal, more: Decimal) -> None:
        less, more = sorted((less, more))

        assert rate(service, less).total <= rate(service, more).total

    @patient
    @given(services, st.lists(quantities, min_size=2, max_size=8))
    @example("water", [Decimal("0.01")] * 8)
    def test_asks_the_same_for_a_year_however_it_is_split(self, service: str, parts: list[Decimal]) -> None:
        """domain.md 8.1 and 8.2: tier periods and tier prices that hold across the bills of a year."""
        whole = rate(service, sum(parts, Decimal(0)))
        position: dict[str, Decimal] = {}
        total, lines = Decimal(0), len(whole.lines)
        for part in parts:
            rated = rate(service, part, position)
            position = dict(rated.position_after)
            total, lines = total + rated.total, lines + len(rated.lines)

        assert position == whole.position_after
        # Every line is rounded once, by half a fen at most.
        assert abs(total - whole.total) <= lines * HALF_A_FEN

    @patient
    @given(services, quantities, quantities)
    def test_reversed_and_priced_again_is_the_same_bill(
        self, service: str, before: Decimal, quantity: Decimal
    ) -> None:
        position = dict(rate(service, before).position_after)
        rated = rate(service, quantity, position)

        mirror = reverse(rated, rated.position_after)
        again = rate(service, quantity, dict(mirror.position_after))

        assert rated.total + mirror.total == 0
        assert (again.lines, again.position_after) == (rated.lines, rated.position_after)


@pytest.mark.django_db
class TestOnTheBooks:
    """An account of up to five months, some of them paid; the tiers change at 180 and 260 m³ of the year."""

    def history(self, branch: Branch, months: list[int]) -> Account:
        shown, readings = 0, {}
        for month, used in enumerate(months, 6):
            shown += used
            readings[f"2026-{month:02}-10"] = str(shown)
        account = make_water_account(branch=branch, readings=readings)
        for month in range(6, 6 + len(months)):
            run_billing(
                service="WATER",
                period=f"2026-{month:02}",
                issued_on=MORNING.date(),
                started_by=None,
                at=MORNING,
            )
        return account

    @pytest.fixture
    def supervisor(self, branch: Branch) -> Staff:
        return make_staff(role="supervisor", branch=branch)

    @pytest.fixture(autouse=True)
    def tariff(self) -> None:
        make_tariff()

    @on_the_books
    @given(months, which, paid)
    @example([60, 90, 50, 70], 1, Decimal("400.00"))
    @example([0, 0], 0, Decimal("0.00"))
    def test_cancelled_and_billed_again_with_the_same_reading_the_ledger_is_where_it_was(
        self,
        branch: Branch,
        shift: Shift,
        finance: Staff,
        supervisor: Staff,
        used: list[int],
        bill: int,
        money: Decimal,
    ) -> None:
        with transaction.atomic():
            account = self.history(branch, used)
            self.pay(account, shift, money)
            before, balance = ledger(account), balance_of(account)
            period = f"2026-{6 + bill % len(used):02}"

            self.read_again(account, period, self.shown(account, period), finance, supervisor)

            assert ledger(account) == before
            assert balance_of(account) == balance
            assert broken_invariants() == []
            transaction.set_rollback(True)

    @on_the_books
    @given(months, which, paid, st.integers(-40, 40))
    @example([60, 90, 50, 70], 0, Decimal("300.00"), 30)
    def test_corrected_and_corrected_back_nobody_owes_more_or_less(
        self,
        branch: Branch,
        shift: Shift,
        finance: Staff,
        supervisor: Staff,
        used: list[int],
        bill: int,
        money: Decimal,
        slip: int,
    ) -> None:
        with transaction.atomic():
            account = self.history(branch, used)
            self.pay(account, shift, money)
            before = owed_in_all(ledger(account))
            period = f"2026-{6 + bill % len(used):02}"
            value = self.shown(account, period)

            for read in (max(value + slip, Decimal(0)), value):
                self.read_again(account, period, read, finance, supervisor)

            # Credit may lie beside an open bill now; together they are what they were.
            assert owed_in_all(ledger(account)) == before
            assert broken_invariants() == []
            transaction.set_rollback(True)

    def pay(self, account: Account, shift: Shift, money: Decimal) -> None:
        bills = list(account.bills.open())
        if money and bills:
            pay(shift, account, bills, cash(str(money)))

    def shown(self, account: Account, period: str) -> Decimal:
        return self.reading(account, period).value

    def reading(self, account: Account, period: str) -> Reading:
        reading: Reading = Reading.objects.get(
            installation__account=account, read_on=f"{period}-10", state="ACCEPTED"
        )
        return reading

    def read_again(
        self, account: Account, period: str, value: Decimal, finance: Staff, supervisor: Staff
    ) -> None:
        try:
            cancel_and_rebill(
                the_bill(account, period),
                reason="WRONG_READING",
                note="核对",
                cancelled_by=finance,
                approved_by=supervisor,
                request_id=uuid4(),
                at=MORNING,
                right=RightReading(self.reading(account, period), value),
            )
        except ValidationError as refusal:
            # A register that runs backwards; the refusal leaves everything as it was.
            if refusal.code != "cannot_price_again":
                raise


def owed_in_all(sums: dict[str, Decimal]) -> dict[str, Decimal]:
    """The ledgers with what is owed and what was paid in advance as one figure."""
    prepaid = sums.pop("prepaid", Decimal(0))
    sums["receivable"] = sums.get("receivable", Decimal(0)) + prepaid
    return {name: amount for name, amount in sums.items() if amount}
