import datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, Branch
from billing.queries.tier_standing import TierStanding, tier_standing
from billing.rating.plain import plain
from billing.services.bill_run import run_billing
from tests.billing.metering import RESIDENT, make_heating_tariff, make_tariff, make_water_account
from tests.billing.published_office import CASES, Office, prove
from tests.factories.accounts import make_account
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 23)


def billed(branch: Branch, value: str, **fields: Any) -> Account:
    """An account whose meter has counted so much in 2026, all of it billed."""
    account = make_water_account(branch=branch, readings={"2026-10-10": value}, **fields)
    run_billing(
        service="WATER", period="2026-10", issued_on=datetime.date(2026, 10, 16), started_by=None, at=MORNING
    )
    return account


def standing(account: Account, on: datetime.date = TODAY) -> TierStanding:
    found = tier_standing(account, on)
    assert found is not None
    return found


class TestTheStanding:
    @pytest.mark.parametrize(
        ("used", "tier", "left"),
        [
            ("0", 1, "180"),
            ("180", 1, "0"),
            ("181", 2, "79"),
            ("260", 2, "0"),
            ("261", 3, None),
            ("900", 3, None),
        ],
    )
    def test_says_the_tier_and_what_is_left_in_it(
        self, branch: Branch, used: str, tier: int, left: str | None
    ) -> None:
        make_tariff()

        found = standing(billed(branch, used))

        assert (found.used, found.tier) == (Decimal(used), tier)
        assert found.left == (None if left is None else Decimal(left))

    def test_adds_all_components_up_to_the_price_of_a_unit(self, branch: Branch) -> None:
        make_tariff()

        assert standing(billed(branch, "10")).prices == (Decimal("3.43"), Decimal("5.43"), Decimal("7.43"))

    def test_is_a_sentence(self, branch: Branch) -> None:
        make_tariff()

        sentence = standing(billed(branch, "195")).sentence

        assert sentence.zh == (
            "2026 年已用 195 立方米，在第二阶梯，每立方米 5.43 元；本档还剩 65 立方米，"
            "超过 260 立方米后为第三阶梯，每立方米 7.43 元。2026-12-31 后重新计算。"
        )
        assert sentence.en == (
            "195 m³ used in 2026: tier 2 at 5.43 yuan a m³; 65 m³ left in it, "
            "above 260 m³ tier 3 at 7.43 yuan a m³. The count begins again after 2026-12-31."
        )

    def test_of_the_highest_tier_is_a_sentence_too(self, branch: Branch) -> None:
        make_tariff()

        assert "在第三阶梯，每立方米 7.43 元，已是最高一档。" in standing(billed(branch, "300")).sentence.zh

    def test_begins_again_in_the_new_year(self, branch: Branch) -> None:
        make_tariff()
        account = billed(branch, "300")

        assert standing(account, datetime.date(2026, 12, 31)).used == 300
        found = standing(account, datetime.date(2027, 1, 1))
        assert (found.period, found.used, found.ends_on) == ("2027", Decimal(0), datetime.date(2027, 12, 31))

    @pytest.mark.parametrize(
        ("period", "on", "ends_on", "words"),
        [
            ({"tier_period": "half_year"}, "2026-06-30", "2026-06-30", "2026 年上半年"),
            ({"tier_period": "half_year"}, "2026-07-01", "2026-12-31", "2026 年下半年"),
            ({"tier_period": "quarter"}, "2026-09-30", "2026-09-30", "2026 年第三季度"),
            ({"tier_period": "quarter"}, "2026-12-01", "2026-12-31", "2026 年第四季度"),
            (
                {"tier_period": "year_from", "year_starts_on": "11-01"},
                "2026-10-31", "2026-10-31", "2025 年 11 月起的一年",
            ),
            (
                {"tier_period": "year_from", "year_starts_on": "11-15"},
                "2026-11-23", "2027-11-14", "2026 年 11 月起的一年",
            ),
        ],
    )  # fmt: skip
    def test_ends_with_the_tier_period(
        self, branch: Branch, period: dict[str, str], on: str, ends_on: str, words: str
    ) -> None:
        make_tariff(prices={"categories": {"resident": {**RESIDENT, **period}}})

        found = standing(make_water_account(branch=branch), datetime.date.fromisoformat(on))

        assert found.ends_on == datetime.date.fromisoformat(ends_on)
        assert found.sentence.zh.startswith(words)

    def test_has_the_thresholds_of_a_large_household_as_long_as_it_is_proved(self, branch: Branch) -> None:
        rule = {"mode": "add_per_person", "base_persons": 4, "add_each_threshold": "60"}
        make_tariff(prices={"categories": {"resident": {**RESIDENT, "household": rule}}})
        account = billed(branch, "10")
        prove(account, "HOUSEHOLD_SIZE", datetime.date(2026, 2, 1), TODAY, 6)

        assert standing(account).thresholds == tuple(map(Decimal, (300, 380)))
        assert standing(account, TODAY + datetime.timedelta(days=1)).thresholds == tuple(
            map(Decimal, (180, 260))
        )

    def test_does_not_name_a_price_that_the_register_decides(self, branch: Branch) -> None:
        tariff = CASES["P15a"]["tariff"]
        tou = (tariff.get("versions") or [tariff])[0]["categories"]["resident_tou"]
        make_tariff(prices={"categories": {"resident": tou}})

        found = standing(make_water_account(branch=branch))

        assert set(found.prices) == {None}
        assert "元" not in found.sentence.zh

    def test_follows_the_bills_of_a_published_case(self, branch: Branch) -> None:
        office = Office(CASES["P01"], branch)
        for entry, expected in zip(CASES["P01"]["inputs"], CASES["P01"]["expected"]["bills"], strict=True):
            office.bill(entry)
            on = datetime.date.fromisoformat(entry["read_date"])
            assert plain(standing(office.account, on).used) == expected["cumulative_after"][str(on.year)]


class TestNoStanding:
    def test_is_said_of_heat(self, branch: Branch) -> None:
        make_heating_tariff()

        assert tier_standing(make_account(branch=branch), TODAY) is None

    def test_is_said_where_nothing_adds_up(self, branch: Branch) -> None:
        make_tariff(prices={"categories": {"resident": {**RESIDENT, "tier_period": "billing_months"}}})

        assert tier_standing(make_water_account(branch=branch), TODAY) is None

    def test_is_said_of_a_flat_price_and_of_no_price_at_all(self, branch: Branch) -> None:
        account = make_water_account(branch=branch)
        assert tier_standing(account, TODAY) is None

        flat = {"components": [{"code": "supply", "unit_price": "3"}]}
        make_tariff(prices={"categories": {"nonresident": flat}})

        assert tier_standing(make_water_account(branch=branch, category="NONRESIDENT"), TODAY) is None
        assert tier_standing(account, TODAY) is None
        assert tier_standing(account, datetime.date(1999, 1, 1)) is None

    def test_of_a_branch_with_its_own_price_list_is_taken_from_that(self, branch: Branch) -> None:
        make_tariff()
        own = {"categories": {"resident": {**RESIDENT, "tier_upto": ["50", "60"]}}}
        make_tariff(branch=branch, prices=own)

        assert standing(make_water_account(branch=branch)).thresholds == tuple(map(Decimal, (50, 60)))


class TestTheStrip:
    @pytest.mark.parametrize(
        ("used", "filled"), [("0", "0"), ("130", "190"), ("260", "380"), ("390", "430"), ("9000", "480")]
    )
    def test_is_filled_as_far_as_was_used(self, branch: Branch, used: str, filled: str) -> None:
        make_tariff()

        assert standing(billed(branch, used)).strip["filled"] == filled

    def test_marks_each_threshold(self, branch: Branch) -> None:
        make_tariff()

        marks = standing(make_water_account(branch=branch)).strip["marks"]

        assert marks == [{"x": "263", "label": "180"}, {"x": "380", "label": "260"}]
