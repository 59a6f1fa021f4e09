import datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, Branch
from billing.models import Bill, Tariff, TariffVersion
from billing.services.bill_run import run_billing
from billing.services.simulations import Simulation, simulate_bill
from tests.billing.metering import RESIDENT, make_heating_tariff, make_tariff, make_water_account, read
from tests.billing.published_office import CASES, Office, prove
from tests.counters.rows import all_rows, refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 23)


@pytest.fixture
def tariff() -> Tariff:
    return make_tariff()


@pytest.fixture
def account(branch: Branch, tariff: Tariff) -> Account:
    """170 billed in 2026 until 10 October; 5 more were read on 10 November."""
    account = make_water_account(branch=branch, readings={"2026-10-10": "170"})
    bill(account, "2026-10")
    read(account.installations.get(), "2026-11-10", "175")
    return account


def bill(account: Account, period: str) -> Bill:
    run_billing(
        service="WATER", period=period, issued_on=datetime.date(2026, 10, 16), started_by=None, at=MORNING
    )
    found: Bill = account.bills.get(period=period)
    return found


def simulate(account: Account, units: str | None = None, **changes: Any) -> Simulation:
    wanted = {"units": None if units is None else Decimal(units), "on": TODAY, **changes}
    return simulate_bill(account, **wanted)


def zh(simulation: Simulation) -> str:
    return "".join(said.zh for said in simulation.sentences)


class TestSimulateBill:
    def test_adds_to_what_is_read_and_not_billed_yet(self, account: Account) -> None:
        found = simulate(account, "20")

        # 10 are left in the first tier at 3.43, then 5.43.
        assert (found.then.total, found.now.total) == (Decimal("115.75"), Decimal("17.15"))
        assert (
            "再用 20 立方米，下一张账单是 115.75 元；按现在已抄的 5 立方米是 17.15 元，多 98.60 元。"
            in zh(found)
        )

    def test_points_out_that_a_tier_is_crossed(self, account: Account) -> None:
        assert "会跨阶梯：多用的部分里，5 立方米在第一阶梯，15 立方米在第二阶梯。" in zh(
            simulate(account, "20")
        )

    @pytest.mark.parametrize("units", ["0", "5"])
    def test_says_nothing_of_crossing_where_none_is(self, account: Account, units: str) -> None:
        assert "会跨阶梯" not in zh(simulate(account, units))

    def test_is_what_the_bill_run_makes_of_it_afterwards(self, account: Account) -> None:
        found = simulate(account, "20", on=datetime.date(2026, 11, 25))
        read(account.installations.get(), "2026-11-25", "195")

        made = bill(account, "2026-11")

        assert (made.amount, made.quantity) == (found.then.total, found.then.quantity)
        assert [line.sentence for line in made.lines.order_by("position")] == [
            line.sentence_zh for line in found.then.lines
        ]

    def test_writes_nothing(self, account: Account) -> None:
        before = all_rows()

        simulate(account, "20")

        assert all_rows() == before

    def test_goes_up_to_a_reading(self, account: Account) -> None:
        found = simulate(account, reading=Decimal("195"))

        assert (found.more, found.then.total) == (Decimal(20), Decimal("115.75"))

    def test_goes_up_to_a_reading_of_a_meter_never_read(self, branch: Branch, tariff: Tariff) -> None:
        assert simulate(make_water_account(branch=branch), reading=Decimal("10")).more == 10

    def test_goes_on_from_the_reading_that_was_billed(self, account: Account) -> None:
        bill(account, "2026-11")

        assert simulate(account, reading=Decimal("185")).more == 10

    def test_begins_in_the_first_tier_in_the_new_year(self, account: Account) -> None:
        assert simulate(account, "20", on=datetime.date(2027, 1, 5)).then.total == Decimal("85.75")

    def test_knows_what_the_household_has_proved_on_the_day(self, branch: Branch) -> None:
        rule = {"mode": "add_per_person", "base_persons": 4, "add_each_threshold": "60"}
        make_tariff(prices={"categories": {"resident": {**RESIDENT, "household": rule}}})
        account = make_water_account(branch=branch)
        prove(account, "HOUSEHOLD_SIZE", datetime.date(2026, 2, 1), TODAY, 6)

        assert simulate(account, "300").then.total == Decimal("1029.00")
        assert simulate(account, "300", on=TODAY + datetime.timedelta(days=1)).then.total > Decimal("1029.00")

    def test_tells_what_the_next_price_list_would_make_of_it(self, account: Account, tariff: Tariff) -> None:
        dearer = {**RESIDENT, "components": [{"code": "supply", "unit_price": "10"}]}
        del dearer["tier_upto"], dearer["tier_period"]
        tariff.versions.update(effective_until=datetime.date(2026, 12, 31))
        TariffVersion.objects.create(
            tariff=tariff, effective_from=datetime.date(2027, 1, 1), prices={"categories": {"resident": dearer}},
            made_by=make_staff(role="finance"), approved_by=make_staff(role="manager"), approved_at=MORNING,
        )  # fmt: skip

        found = simulate(account, "20")

        assert found.then.total == Decimal("115.75")
        assert found.next_price is not None
        assert found.next_price.total == Decimal("250.00")
        assert "2027-01-01 起执行新价格；同样的用量按新价格是 250.00 元，多 134.25 元。" in zh(found)

    def test_knows_no_price_that_nobody_has_approved(self, account: Account, tariff: Tariff) -> None:
        TariffVersion.objects.create(
            tariff=tariff, effective_from=datetime.date(2027, 1, 1), made_by=make_staff(role="finance"),
            prices={"categories": {"resident": RESIDENT}},
        )  # fmt: skip

        assert simulate(account, "20").next_price is None

    def test_of_a_published_case_is_the_published_bill(self, branch: Branch) -> None:
        office = Office(CASES["P01"], branch)
        for entry, expected in zip(CASES["P01"]["inputs"], CASES["P01"]["expected"]["bills"], strict=True):
            on = datetime.date.fromisoformat(entry["read_date"])
            found = simulate(office.account, expected["quantity"], on=on)
            assert str(found.then.total) == expected["total"]
            office.bill(entry)

    def test_refuses_a_reading_below_the_last_one(self, account: Account) -> None:
        with refused("reading_fell"):
            simulate(account, reading=Decimal("174"))

    def test_refuses_a_day_that_is_billed(self, account: Account) -> None:
        with refused("billed_later"):
            simulate(account, "20", on=datetime.date(2026, 10, 10))

    def test_refuses_heat_by_area(self, branch: Branch) -> None:
        make_heating_tariff()
        account = make_account(branch=branch)

        with refused("not_metered"):
            simulate(account, "20")

    def test_refuses_a_reading_where_no_meter_hangs(self, branch: Branch, tariff: Tariff) -> None:
        account = make_account(branch=branch, service="WATER", billed_area=None)

        with refused("no_meter"):
            simulate(account, reading=Decimal("20"))

    def test_refuses_a_category_without_a_price(self, branch: Branch, tariff: Tariff) -> None:
        account = make_water_account(branch=branch, category="SPECIAL")

        with refused("no_category"):
            simulate(account, "20")
