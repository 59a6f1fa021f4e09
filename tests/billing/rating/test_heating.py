from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.rating import (
    AreaPart,
    Failure,
    HeatBill,
    HeatedPremises,
    UsageRefused,
    area_bill,
    compile_heating,
    late_heating,
    resume_fee,
    suspension_fee,
    temp_refund,
    two_part_bill,
)
from billing.rating.heating_price import HeightRule
from billing.rating.seasons import Season

Json = dict[str, Any]
SEASON = {"from": "11-01", "to": "03-31"}
SHOP = {"over_m": "3.5", "step_m": "0.3", "pct_per_step": "10", "partial_step": "counts"}


def home(area: str = "100", category: str = "resident", **more: Any) -> HeatedPremises:
    return HeatedPremises(Decimal(area), category, **more)


def bill(tariff: Json, premises: HeatedPremises, on: str = "") -> HeatBill:
    return area_bill(compile_heating(tariff), premises, date.fromisoformat(on) if on else None)


def amounts(found: Any) -> list[str]:
    return [str(line.amount) for line in found.lines]


class TestHeight:
    """(4.4 - 3.5) / 0.3 is three steps exactly; binary floats make it 3.0000000000000013."""

    @pytest.mark.parametrize(
        ("height", "counts", "ignored"),
        [
            ("3.5", 0, 0),
            ("2.8", 0, 0),
            ("3.51", 1, 0),
            ("3.79", 1, 0),
            ("3.8", 1, 1),
            ("4.3", 3, 2),
            ("4.4", 3, 3),
            ("4.5", 4, 3),
            ("6.0", 9, 8),
        ],
    )
    def test_is_counted_in_steps(self, height: str, counts: int, ignored: int) -> None:
        rules = [
            HeightRule(Decimal("3.5"), Decimal("0.3"), Decimal("10"), partial) for partial in (True, False)
        ]

        assert [rule.steps(Decimal(height)) for rule in rules] == [counts, ignored]

    def test_is_capped(self) -> None:
        capped = {"area_price": "31", "height": SHOP | {"cap_pct": "50"}}

        found = bill(capped, home(height_m=Decimal("9")))

        assert (str(found.lines[0].unit_price), str(found.total)) == ("46.5", "4650.00")

    def test_is_negotiated_above_a_limit(self) -> None:
        negotiated = {"area_price": "32", "height": SHOP | {"negotiate_over_m": "6"}}

        assert str(bill(negotiated, home(height_m=Decimal("6"))).total) == "6080.00"
        with pytest.raises(UsageRefused) as refusal:
            bill(negotiated, home(height_m=Decimal("6.01")))
        assert refusal.value.code == "negotiated"

    def test_costs_nothing_where_it_was_not_measured(self) -> None:
        assert str(bill({"area_price": "32", "height": SHOP}, home()).total) == "3200.00"


class TestArea:
    def test_is_rounded_once_per_line(self) -> None:
        assert str(bill({"area_price": "26"}, home("89.605")).total) == "2329.73"

    def test_is_multiplied_by_the_coefficient_of_the_building(self) -> None:
        tariff = {"area_price": "20", "coefficients": {"mid_rise": "0.86"}}

        found = bill(tariff, home("110", building="mid_rise"))

        assert (str(found.billed_area), str(found.total)) == ("94.60", "1892.00")

    @pytest.mark.parametrize("building", ["", "tower"])
    def test_needs_a_known_building_where_coefficients_exist(self, building: str) -> None:
        with pytest.raises(UsageRefused) as refusal:
            bill({"area_price": "20", "coefficients": {"mid_rise": "0.86"}}, home(building=building))

        assert refusal.value.code == "coefficient"

    def test_counts_parts_by_their_own_coefficient(self) -> None:
        tariff = {"area_price": "20", "part_coefficients": {"loft": "0.5", "under_1_2_m": "0"}}
        parts = (AreaPart("loft", Decimal("30")), AreaPart("under_1_2_m", Decimal("8")))

        found = bill(tariff, home("80", parts=parts))

        assert (str(found.billed_area), str(found.total)) == ("95.0", "1900.00")

    def test_has_the_price_of_its_category(self) -> None:
        tariff = {"categories": {"resident": {"area_price": "27"}, "nonresident": {"area_price": "31"}}}

        assert str(bill(tariff, home(category="nonresident")).total) == "3100.00"
        with pytest.raises(UsageRefused) as refusal:
            bill(tariff, home(category="school"))
        assert refusal.value.code == "no_category"

    def test_is_partly_paid_by_the_government(self) -> None:
        found = bill({"area_price": "23.3", "government_pays_per_m2": "2.7"}, home("88.5"))

        assert (str(found.total), str(found.government_pays)) == ("2062.05", "238.95")

    @pytest.mark.parametrize(
        ("area", "own", "government"),
        [("50", "135.00", "765.00"), ("60", "162.00", "918.00"), ("72", "378.00", "918.00")],
    )
    def test_of_a_low_income_household_is_shared_up_to_a_cap(
        self, area: str, own: str, government: str
    ) -> None:
        rules = {"low_income": {"area_cap": "60", "own_share_pct": "15"}}
        tariff = {"area_price_per_month": "3.6", "months": 5, "rules": rules}

        found = bill(tariff, home(area, "low_income"))

        assert (str(found.total), str(found.government_pays)) == (own, government)

    def test_of_a_low_income_household_may_cost_nothing(self) -> None:
        tariff = {"area_price": "20", "rules": {"low_income": {"own_share_pct": "0"}}}

        found = bill(tariff, home("60", "low_income"))

        assert (found.lines, str(found.total), str(found.government_pays)) == ((), "0.00", "1200.00")


class TestPriceChange:
    VERSIONS = [
        {"effective_from": "2024-01-01", "area_price": "24"},
        {"effective_from": "2026-01-01", "area_price": "30"},
    ]

    @pytest.mark.parametrize(
        ("on", "total"), [("2025-11-15", "2400.00"), ("2026-02-01", "2400.00"), ("2026-09-01", "3000.00")]
    )
    def test_waits_for_the_next_season(self, on: str, total: str) -> None:
        tariff = {"season": SEASON, "versions": self.VERSIONS, "rules": {"price_change": "season_start"}}

        assert str(bill(tariff, home(), on).total) == total

    def test_divides_the_season_by_days(self) -> None:
        tariff = {"season": SEASON, "versions": self.VERSIONS, "rules": {"price_change": "by_days"}}

        found = bill(tariff, home(), "2025-11-15")

        # 61 of 151 days at 24, 90 at 30: 969.536... and 1788.079...
        assert amounts(found) == ["969.54", "1788.08"]
        assert [line.terms.days for line in found.lines] == [61, 90]

    def test_by_days_takes_each_version_s_height_and_category(self) -> None:
        def version(start: str, price: str) -> Json:
            return {"effective_from": start, "categories": {"shop": {"area_price": price, "height": SHOP}}}

        tariff = {
            "season": SEASON,
            "unit_price_rounding": {"mode": "down", "scale": 2},
            "versions": [version("2024-01-01", "24"), version("2026-01-01", "30")],
            "rules": {"price_change": "by_days"},
        }

        found = bill(tariff, home(category="shop", height_m=Decimal("3.8")), "2025-11-15")

        # 26.4 x 61/151 = 10.66, 33 x 90/151 = 19.66, both truncated.
        assert [str(line.unit_price) for line in found.lines] == ["10.66", "19.66"]

    def test_needs_the_season(self) -> None:
        for rule in ("by_days", "season_start"):
            with pytest.raises(UsageRefused) as refusal:
                bill({"season": SEASON, "versions": self.VERSIONS, "rules": {"price_change": rule}}, home())
            assert refusal.value.code == "no_season"


class TestSeason:
    @pytest.mark.parametrize(
        ("on", "first", "days"),
        [
            ("2025-09-20", date(2025, 11, 1), 151),
            ("2025-11-01", date(2025, 11, 1), 151),
            ("2026-03-31", date(2025, 11, 1), 151),
            ("2026-04-01", date(2026, 11, 1), 151),
            ("2027-12-01", date(2027, 11, 1), 152),
        ],
    )
    def test_is_the_one_of_the_day_or_the_next(self, on: str, first: date, days: int) -> None:
        dates = Season((11, 1), (3, 31)).around(date.fromisoformat(on))

        assert (dates.first, dates.days) == (first, days)

    def test_may_count_nights(self) -> None:
        assert Season((11, 10), (3, 20), inclusive=False).around(date(2024, 12, 1)).days == 130

    def test_may_end_on_a_leap_day(self) -> None:
        assert Season((11, 1), (2, 29)).around(date(2025, 12, 1)).last == date(2026, 2, 28)


class TestTwoParts:
    TARIFF = {"area_price": "24", "base_price": "12", "metered_price": "0.16", "metered_unit": "kWh"}

    @pytest.mark.parametrize(
        ("settlement", "heat", "total", "refund", "collect"),
        [
            ("lower_of", "6000", "2160.00", "240.00", "0.00"),
            ("lower_of", "7500", "2400.00", "0.00", "0.00"),
            ("lower_of", "8000", "2400.00", "0.00", "0.00"),
            ("refund_or_collect", "6000", "2160.00", "240.00", "0.00"),
            ("refund_or_collect", "8000", "2480.00", "0.00", "80.00"),
            ("refund_only", "6000", "2160.00", "240.00", "0.00"),
            ("refund_only", "8000", "2400.00", "0.00", "0.00"),
        ],
    )
    def test_are_settled_by_the_rule_of_the_town(
        self, settlement: str, heat: str, total: str, refund: str, collect: str
    ) -> None:
        tariff = compile_heating(self.TARIFF | {"rules": {"settlement": settlement}})

        found = two_part_bill(tariff, home(), Decimal(heat), Decimal("2400.00"))

        assert (str(found.total), str(found.refund), str(found.collect)) == (total, refund, collect)
        assert sum(line.amount for line in found.lines) == found.total

    def test_show_what_is_not_collected(self) -> None:
        tariff = compile_heating(self.TARIFF | {"rules": {"settlement": "refund_only"}})

        found = two_part_bill(tariff, home(), Decimal("8000"), Decimal("2400.00"))

        assert [(line.component, str(line.amount)) for line in found.lines] == [
            ("base_heat", "1200.00"),
            ("metered_heat", "1280.00"),
            ("shortfall_waived", "-80.00"),
        ]

    @pytest.mark.parametrize(
        "prose", ["lower_of: pay min(area bill, two-part bill) (就低不就高)", "lower_of（就低不就高）"]
    )
    def test_read_a_rule_with_its_explanation(self, prose: str) -> None:
        assert compile_heating(self.TARIFF | {"rules": {"settlement": prose}}).rules.settlement == "lower_of"

    def test_need_both_prices(self) -> None:
        with pytest.raises(UsageRefused) as refusal:
            two_part_bill(compile_heating({"area_price": "24"}), home(), Decimal("1"))

        assert refusal.value.code == "no_price"

    def test_refuse_less_heat_than_none(self) -> None:
        with pytest.raises(UsageRefused) as refusal:
            two_part_bill(compile_heating(self.TARIFF), home(), Decimal("-1"))

        assert refusal.value.code == "negative_quantity"


class TestSuspension:
    TARIFF = {
        "area_price": "26",
        "season": SEASON,
        "rules": {"suspension": {"fee_pct": "15"}, "resume_in_season": {"pct": "85"}},
    }

    @pytest.mark.parametrize(
        ("on", "days"),
        [
            ("2025-11-01", 151),
            ("2025-11-02", 150),
            ("2026-01-15", 76),
            ("2026-03-31", 1),
            ("2025-10-01", 151),
        ],
    )
    def test_ends_with_the_days_that_are_left(self, on: str, days: int) -> None:
        found = resume_fee(compile_heating(self.TARIFF), home(), date.fromisoformat(on))

        assert found.lines[0].terms.days == days

    def test_costs_nothing_where_the_town_asks_nothing(self) -> None:
        free = self.TARIFF | {"rules": {"suspension": {"fee_pct": "0"}}}

        found = suspension_fee(compile_heating(free), home())

        assert (found.lines, str(found.total)) == ((), "0.00")

    def test_in_a_split_season_charges_only_later_days(self) -> None:
        split = self.TARIFF | {
            "versions": TestPriceChange.VERSIONS,
            "rules": self.TARIFF["rules"] | {"price_change": "by_days"},  # type: ignore[operator]
        }
        split.pop("area_price")

        found = resume_fee(compile_heating(split), home(), date(2025, 12, 22))

        # 10 days at 24 and 90 at 30, of 151, and 85% of each: 135.099... and 1519.867...
        assert amounts(found) == ["135.10", "1519.87"]

    @pytest.mark.parametrize(
        ("rules", "code"), [({}, "no_suspension"), ({"suspension": {"fee_pct": "15"}}, "no_resume")]
    )
    def test_needs_its_rule(self, rules: Json, code: str) -> None:
        tariff = compile_heating(self.TARIFF | {"rules": rules})

        with pytest.raises(UsageRefused) as refusal:
            [suspension_fee(tariff, home()), resume_fee(tariff, home(), date(2026, 1, 15))]

        assert refusal.value.code == code


class TestTemperatureRefund:
    RULE = {
        "bands": [
            {"min": "16", "max": "18", "pct": "20"},
            {"min": "14", "max": "16", "pct": "50"},
            {"max": "14", "pct": "100"},
        ]
    }

    @pytest.mark.parametrize(
        ("temp", "pct"),
        [
            ("18.0", "0"),
            ("17.999", "20"),
            ("16.0", "20"),
            ("15.999", "50"),
            ("14.0", "50"),
            ("13.999", "100"),
            ("-5", "100"),
            ("30", "0"),
        ],
    )
    def test_knows_the_edges_of_its_bands(self, temp: str, pct: str) -> None:
        rule = compile_heating({"area_price": "23", "rules": {"temp_refund": self.RULE}}).rules.temp_refund

        assert rule is not None
        assert rule.pct(Decimal(temp)) == Decimal(pct)

    @pytest.mark.parametrize(
        ("temp", "pct"), [("18.0", "20"), ("16.0", "50"), ("14.0", "100"), ("18.1", "0")]
    )
    def test_may_count_the_upper_edge_instead(self, temp: str, pct: str) -> None:
        rules = {"temp_refund": self.RULE | {"min_inclusive": False, "max_exclusive": False}}

        rule = compile_heating({"area_price": "23", "rules": rules}).rules.temp_refund

        assert rule is not None
        assert rule.pct(Decimal(temp)) == Decimal(pct)

    def refund(self, rule: Json, *failures: tuple[str, int], **more: Any) -> str:
        tariff = compile_heating({"area_price": "15.1", "season": SEASON, "rules": {"temp_refund": rule}})
        measured = [Failure(Decimal(temp), days) for temp, days in failures]
        return str(temp_refund(tariff, home("100"), measured, date(2025, 12, 1), **more).total)

    def test_is_days_times_share_of_the_daily_fee(self) -> None:
        assert self.refund(self.RULE, ("16.5", 9), ("15", 4), ("10", 1)) == "-48.00"

    def test_leaves_the_base_fee_aside(self) -> None:
        assert self.refund(self.RULE | {"refundable_pct": "70"}, ("10", 10)) == "-70.00"

    def test_takes_the_fee_that_was_billed(self) -> None:
        assert self.refund(self.RULE, ("10", 10), heat_fee=Decimal("755.00")) == "-50.00"

    def test_is_nothing_in_a_warm_room(self) -> None:
        assert self.refund(self.RULE, ("20", 30)) == "0.00"

    def test_never_exceeds_the_fee(self) -> None:
        assert self.refund(self.RULE, ("10", 151), ("10", 20)) == "-1510.00"

    def test_refuses_days_below_none(self) -> None:
        with pytest.raises(UsageRefused) as refusal:
            self.refund(self.RULE, ("10", -1))

        assert refusal.value.code == "days"


class TestLatePayment:
    ONCE = {"area_price": "27", "rules": {"due": "10-20", "late": {"mode": "one_time", "pct": "5"}}}
    PER_DAY = {
        "area_price": "27",
        "rules": {"late": {"mode": "per_day", "rate": "0.0005", "first_day": "11-01"}},
    }

    @pytest.mark.parametrize(
        ("tariff", "paid", "penalty"),
        [
            (ONCE, "2022-10-20", "0.00"),
            (ONCE, "2022-10-21", "135.00"),
            (ONCE, "2023-03-01", "135.00"),
            (ONCE, "2023-09-01", "0.00"),
            (PER_DAY, "2022-10-31", "0.00"),
            (PER_DAY, "2022-11-01", "1.35"),
            (PER_DAY, "2023-01-01", "83.70"),
        ],
    )
    def test_belongs_to_the_season_year(self, tariff: Json, paid: str, penalty: str) -> None:
        compiled = compile_heating(tariff)

        charge = late_heating(compiled, area_bill(compiled, home()), date.fromisoformat(paid))

        assert str(charge.penalty) == penalty

    @pytest.mark.parametrize(
        ("tariff", "code"),
        [
            ({"area_price": "27"}, "no_late_rule"),
            ({"area_price": "27", "rules": {"late": {"mode": "one_time", "pct": "5"}}}, "no_due_date"),
        ],
    )
    def test_needs_its_rule(self, tariff: Json, code: str) -> None:
        compiled = compile_heating(tariff)

        with pytest.raises(UsageRefused) as refusal:
            late_heating(compiled, area_bill(compiled, home()), date(2022, 11, 1))

        assert refusal.value.code == code
