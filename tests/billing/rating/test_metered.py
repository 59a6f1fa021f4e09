"""Rules in combination: each convention is worked out by hand beside its test."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.rating import Facts, Segment, Usage, UsageRefused, compile_tariff, consumption, reverse
from tests.billing.rating.builders import (
    RESIDENT,
    component,
    definition,
    flat,
    lines,
    mix,
    split,
    tariff,
    tiered,
    two_versions,
    usage,
)


class TestComponents:
    def test_keep_the_order_of_the_tariff_and_rise_inside_one(self) -> None:
        category = tiered(["10"], ["1", "2"])
        category["components"] = [
            component("0.5", "sewage"),
            component(["1", "2"], "supply"),
            component(["0", "0.1"], "surcharge"),
            component("0", "abolished"),
        ]

        rated = tariff(category).rate(usage("2025-01-31", "15"), RESIDENT)

        assert [(line.component, line.tier) for line in rated.lines] == [
            ("sewage", None),
            ("supply", 1),
            ("supply", 2),
            ("surcharge", 2),
        ]

    def test_are_rounded_line_by_line_or_once(self) -> None:
        category = flat("0.335")
        category["components"].append(component("0.335", "sewage"))

        by_line = tariff(category).rate(usage("2025-01-31", "1"), RESIDENT)
        by_bill = tariff(category, rounding={"level": "bill"}).rate(usage("2025-01-31", "1"), RESIDENT)

        assert (str(by_line.total), str(by_bill.total)) == ("0.68", "0.67")
        assert sum(line.amount for line in by_bill.lines) == by_bill.total

    @pytest.mark.parametrize(
        ("mode", "scale", "total"),
        [
            ("half_up", 2, "0.13"),
            ("half_even", 2, "0.12"),
            ("down", 2, "0.12"),
            ("up", 2, "0.13"),
            ("half_up", 1, "0.10"),
        ],
    )
    def test_are_rounded_the_way_of_the_tariff(self, mode: str, scale: int, total: str) -> None:
        rounding = {"level": "line", "mode": mode, "scale": scale}

        rated = tariff(flat("0.125"), rounding=rounding).rate(usage("2025-01-31", "1"), RESIDENT)

        assert str(rated.total) == total


class TestFreeUnits:
    def test_come_off_tier_1_and_still_count(self) -> None:
        rated = tariff(tiered(["10"], ["1", "2"], free_per_month="3")).rate(
            usage("2025-02-28", "15", months="2"), RESIDENT
        )

        assert lines(rated) == [(1, "4", "1", "4.00"), (2, "5", "2", "10.00")]
        assert rated.position_after == {"2025": Decimal("15")}

    def test_are_never_more_than_tier_1_of_the_bill(self) -> None:
        rated = tariff(tiered(["10"], ["1", "2"], free_per_month="5")).rate(
            usage("2025-02-28", "4"), RESIDENT, {"2025": Decimal("8")}
        )

        assert lines(rated) == [(2, "2", "2", "4.00")]

    def test_leave_flat_components_beside_tiers_whole(self) -> None:
        category = tiered(["10"], ["1", "2"], free_per_month="3")
        category["components"].append(component("0.5", "sewage"))

        rated = tariff(category).rate(usage("2025-01-31", "8"), RESIDENT)

        assert lines(rated) == [(1, "5", "1", "5.00"), (None, "8", "0.5", "4.00")]

    def test_come_off_the_flat_price_where_tier_1_has_none(self) -> None:
        category = tiered(["10"], ["0", "0.05"], free_per_month="3")
        category["components"].insert(0, component("0.5", "energy"))

        rated = tariff(category).rate(usage("2025-01-31", "12"), RESIDENT)

        assert lines(rated) == [(None, "9", "0.5", "4.50"), (2, "2", "0.05", "0.10")]

    def test_come_off_the_registers_in_their_order(self) -> None:
        category = {
            "free_per_month": "15",
            "components": [{"code": "energy", "by_register": {"valley": "0.3", "peak": "0.6"}}],
        }

        rated = tariff(category).rate(usage("2025-01-31", "30", peak="20", valley="10"), RESIDENT)

        assert [(line.register, line.quantity) for line in rated.lines] == [("peak", Decimal("15"))]

    def test_can_be_given_to_a_component_by_name(self) -> None:
        category = tiered(["10"], ["1", "2"], free_per_month="3")
        category["components"].append(component("0.5", "sewage", free_units=True))

        rated = tariff(category).rate(usage("2025-01-31", "8"), RESIDENT)

        assert lines(rated)[1] == (None, "5", "0.5", "2.50")


class TestPriceChange:
    OLD = tiered(["100"], ["1", "2"])
    NEW = tiered(["100"], ["3", "4"])

    def test_by_read_date_prices_the_whole_reading_and_goes_on_counting(self) -> None:
        changed = two_versions(self.OLD, self.NEW, "read_date")

        rated = changed.rate(usage("2025-07-01", "50", since="2025-04-30"), RESIDENT, {"2025": Decimal("80")})

        assert lines(rated) == [(1, "20", "3", "60.00"), (2, "30", "4", "120.00")]

    @pytest.mark.parametrize(
        ("quantity", "halves"), [("70", ("35", "35")), ("71", ("35", "36")), ("1", ("1",))]
    )
    def test_half_half_gives_the_odd_unit_to_the_new_price(
        self, quantity: str, halves: tuple[str, ...]
    ) -> None:
        changed = two_versions(flat("1"), flat("3"), "half_half")

        rated = changed.rate(usage("2025-07-31", quantity, "2", since="2025-05-31"), RESIDENT)

        assert tuple(str(line.quantity) for line in rated.lines) == halves

    def test_half_half_counts_both_halves_in_an_annual_tier(self) -> None:
        changed = two_versions(self.OLD, self.NEW, "half_half")

        rated = changed.rate(
            usage("2025-07-31", "60", "2", since="2025-05-31"), RESIDENT, {"2025": Decimal("80")}
        )

        # 30 old: 20 still in tier 1; 30 new: all in tier 2.
        assert lines(rated) == [
            (1, "20", "1", "20.00"),
            (2, "10", "2", "20.00"),
            (2, "30", "4", "120.00"),
        ]
        assert split(rated) == ["20", "40"]
        assert rated.position_after == {"2025": Decimal("140")}

    def test_half_half_gives_each_half_one_month_of_two(self) -> None:
        old, new = (tiered(["25"], prices, "billing_months") for prices in (["1", "2"], ["3", "4"]))
        changed = two_versions(old, new, "half_half")

        rated = changed.rate(usage("2025-07-31", "60", "2", since="2025-05-31"), RESIDENT)

        assert split(rated) == ["50", "10"]
        assert rated.thresholds == (Decimal("25"),)

    def test_half_half_asks_for_a_span(self) -> None:
        changed = two_versions(flat("1"), flat("3"), "half_half")

        rated = changed.rate(usage("2025-09-30", "70", "2", since="2025-07-31"), RESIDENT)

        assert lines(rated) == [(None, "70", "3", "210.00")]

    def test_by_days_divides_whole_units(self) -> None:
        changed = two_versions(flat("1"), flat("3"), "by_days")

        # 1 June to 31 July: 30 days old, 31 days new; 100 x 30/61 = 49.18.
        rated = changed.rate(usage("2025-07-31", "100", "2", since="2025-05-31"), RESIDENT)

        assert lines(rated) == [(None, "49", "1", "49.00"), (None, "51", "3", "153.00")]
        assert [line.terms.priced_from for line in rated.lines] == [date(2020, 1, 1), date(2025, 7, 1)]

    def test_by_days_passes_through_every_version_between(self) -> None:
        versions = [
            {"effective_from": start, "categories": {"resident": flat(price)}}
            for start, price in (("2020-01-01", "1"), ("2025-07-01", "2"), ("2025-07-11", "3"))
        ]
        changed = compile_tariff({"rules": {"price_change": "by_days"}, "versions": versions})

        # 21 June to 20 July: ten days each.
        rated = changed.rate(usage("2025-07-20", "31", since="2025-06-20"), RESIDENT)

        assert [str(line.quantity) for line in rated.lines] == ["10", "10", "11"]

    def test_by_days_leaves_no_crumbs_in_the_thresholds(self) -> None:
        old, new = (tiered(["30"], prices, "billing_months") for prices in (["1", "2"], ["3", "4"]))
        changed = two_versions(old, new, "by_days")

        # 10 and 20 of 30 days.
        rated = changed.rate(usage("2025-07-20", "45", since="2025-06-20"), RESIDENT)

        assert split(rated) == ["30", "15"]
        assert rated.thresholds == (Decimal("20"),)

    def test_by_days_divides_the_months_of_the_thresholds(self) -> None:
        old, new = (tiered(["30"], prices, "billing_months") for prices in (["1", "2"], ["3", "4"]))
        changed = two_versions(old, new, "by_days")

        # 15 of 30 days each: half a month of thresholds each.
        rated = changed.rate(usage("2025-07-15", "40", since="2025-06-15"), RESIDENT)

        assert lines(rated) == [
            (1, "15", "1", "15.00"),
            (2, "5", "2", "10.00"),
            (1, "15", "3", "45.00"),
            (2, "5", "4", "20.00"),
        ]


class TestRegisters:
    TOU: dict[str, Any] = {
        "tier_period": "calendar_year",
        "tier_upto": ["100"],
        "components": [
            {"code": "energy", "by_register": {"peak": "0.6", "flat": "0.5", "valley": "0.3"}},
            component(["0", "0.1"], "surcharge"),
        ],
    }

    def test_are_priced_one_by_one_and_surcharged_together(self) -> None:
        rated = tariff(self.TOU).rate(usage("2025-01-31", "120", peak="70", valley="50"), RESIDENT)

        assert [(line.register, line.tier, str(line.amount)) for line in rated.lines] == [
            ("peak", None, "42.00"),
            ("valley", None, "15.00"),
            ("", 2, "2.00"),
        ]

    @pytest.mark.parametrize(
        "reading",
        [
            usage("2025-01-31", "120"),
            usage("2025-01-31", "120", peak="70", night="50"),
            usage("2025-01-31", "120", peak="70"),
        ],
    )
    def test_must_be_read_where_they_are_priced(self, reading: Usage) -> None:
        with pytest.raises(UsageRefused) as refusal:
            tariff(self.TOU).rate(reading, RESIDENT)

        assert refusal.value.code == "no_register"

    def test_are_summed_where_they_have_no_price(self) -> None:
        rated = tariff(flat("2")).rate(usage("2025-01-31", "120", peak="70", valley="50"), RESIDENT)

        assert lines(rated) == [(None, "120", "2", "240.00")]

    def test_share_a_mixed_meter_register_by_register(self) -> None:
        categories = {"resident": self.TOU, "shop": flat("1")}
        mixed = compile_tariff({"categories": categories})

        rated = mixed.rate(
            usage("2025-01-31", "121", peak="71", valley="50"), mix(resident="0.5", shop="0.5")
        )

        # 71 x 0.5 = 35.5, up to 36; 50 x 0.5 = 25; the shop has the rest: 35 + 25.
        assert [(line.category, line.register, str(line.quantity)) for line in rated.lines] == [
            ("resident", "peak", "36"),
            ("resident", "valley", "25"),
            ("shop", "", "60"),
        ]


class TestMixedUse:
    CATEGORIES = {
        "resident": tiered(["20"], ["1", "2"]),
        "shop": flat("5"),
        "farm": tiered(["10"], ["0.5", "0.9"]),
    }

    def test_gives_the_remainder_to_the_last_category(self) -> None:
        mixed = compile_tariff({"categories": self.CATEGORIES})

        rated = mixed.rate(usage("2025-01-31", "33"), mix(resident="0.5", farm="0.25", shop="0.25"))

        # 16.5 up to 17; 8.25 down to 8; 8 are left.
        assert [(line.category, str(line.quantity)) for line in rated.lines] == [
            ("resident", "17"),
            ("farm", "8"),
            ("shop", "8"),
        ]
        assert rated.counted == {"2025/resident": Decimal("17"), "2025/farm": Decimal("8")}

    def test_never_gives_more_than_was_used(self) -> None:
        mixed = compile_tariff({"categories": self.CATEGORIES})

        rated = mixed.rate(usage("2025-01-31", "1"), mix(resident="0.5", farm="0.5", shop="0"))

        assert [(line.category, str(line.quantity)) for line in rated.lines] == [("resident", "1")]

    def test_may_charge_everything_at_the_highest_price(self) -> None:
        mixed = compile_tariff({"categories": self.CATEGORIES, "rules": {"mixed_use": "highest"}})

        rated = mixed.rate(usage("2025-01-31", "10"), mix(resident="0.9", shop="0.1"))

        assert lines(rated) == [(None, "10", "5", "50.00")]

    @pytest.mark.parametrize(
        "facts", [mix(resident="0.5", shop="0.4"), mix(resident="0.5", shop="0.6"), mix(resident="0.9")]
    )
    def test_refuses_ratios_that_do_not_make_one(self, facts: Facts) -> None:
        with pytest.raises(UsageRefused) as refusal:
            compile_tariff({"categories": self.CATEGORIES}).rate(usage("2025-01-31", "10"), facts)

        assert refusal.value.code == "mix"


class TestEverythingAtOnce:
    def test_half_years_per_head_two_prices_free_units_and_a_large_household(self) -> None:
        def category(prices: list[str]) -> dict[str, Any]:
            return tiered(
                ["156", "228"],
                prices,
                "half_year",
                free_per_month="5",
                household={"mode": "per_capita_from", "min_persons": 5, "per_person_upto": ["40", "60"]},
            )

        changed = two_versions(
            category(["2.70", "3.15", "3.83"]), category(["2.94", "3.39", "4.07"]), "read_date"
        )
        six = Facts("resident", persons=6)

        june = changed.rate(usage("2025-06-30", "300", "2"), six)
        july = changed.rate(usage("2025-07-31", "400", "1"), six, june.position_after)

        # 40 x 6 = 240, 60 x 6 = 360. June: 240 less 10 free, and 60; July starts a new half-year.
        assert lines(june) == [(1, "230", "2.70", "621.00"), (2, "60", "3.15", "189.00")]
        assert lines(july) == [
            (1, "235", "2.94", "690.90"),
            (2, "120", "3.39", "406.80"),
            (3, "40", "4.07", "162.80"),
        ]
        assert july.position_after == {"2025H1": Decimal("300"), "2025H2": Decimal("400")}


class TestReversal:
    def test_mirrors_the_lines_and_restores_the_position(self) -> None:
        card = tariff(tiered(["280", "360"], ["3.16", "3.63", "4.74"]))
        before = {"2025": Decimal("250")}
        sold = card.rate(usage("2025-11-03", "150"), RESIDENT, before)

        undone = reverse(sold, sold.position_after)

        assert undone.position_after == before
        assert [-line.amount for line in undone.lines] == [line.amount for line in sold.lines]
        assert undone.total == -sold.total

    def test_gives_back_to_every_category_of_a_mix(self) -> None:
        mixed = compile_tariff({"categories": TestMixedUse.CATEGORIES})
        before = {"2025/resident": Decimal("5"), "2025/farm": Decimal("3")}
        rated = mixed.rate(usage("2025-01-31", "33"), mix(resident="0.5", farm="0.25", shop="0.25"), before)

        assert reverse(rated, rated.position_after).position_after == before

    def test_happens_once(self) -> None:
        sold = tariff(tiered(["280"], ["1", "2"])).rate(usage("2025-11-03", "150"), RESIDENT)
        undone = reverse(sold, sold.position_after)

        for bill in (sold, undone):
            with pytest.raises(UsageRefused) as refusal:
                reverse(bill, undone.position_after)
            assert refusal.value.code == "already_reversed"


class TestConsumption:
    @pytest.mark.parametrize(
        ("segment", "used"),
        [
            (Segment(Decimal("18"), Decimal("61")), "43"),
            (Segment(Decimal("99962"), Decimal("18"), 5, rollover=True), "56"),
            (Segment(Decimal("9999.9"), Decimal("0.1"), 4, rollover=True), "0.2"),
            (Segment(Decimal("10"), Decimal("12"), multiplier=Decimal("40")), "80"),
            (Segment(Decimal("5"), Decimal("5")), "0"),
        ],
    )
    def test_is_the_difference_of_two_readings(self, segment: Segment, used: str) -> None:
        assert consumption(segment) == Decimal(used)

    @pytest.mark.parametrize(
        ("segment", "code"),
        [
            (Segment(Decimal("99962"), Decimal("18")), "reading_fell"),
            (Segment(Decimal("99962"), Decimal("18"), 5), "reading_fell"),
            (Segment(Decimal("99962"), Decimal("18"), rollover=True), "digits"),
            (Segment(Decimal("99962"), Decimal("18"), 4, rollover=True), "reading_too_long"),
            (Segment(Decimal("18"), Decimal("99962"), 5, rollover=True), "not_a_rollover"),
            (Segment(Decimal("18"), Decimal("19"), 99), "digits"),
        ],
    )
    def test_refuses_what_no_meter_shows(self, segment: Segment, code: str) -> None:
        with pytest.raises(UsageRefused) as refusal:
            consumption(segment)

        assert refusal.value.code == code


class TestRefusedUsage:
    @pytest.mark.parametrize(
        ("reading", "facts", "code"),
        [
            (usage("2025-01-31", "-1"), RESIDENT, "negative_quantity"),
            (usage("2025-01-31", "1", months="0"), RESIDENT, "months"),
            (usage("2019-12-31", "1"), RESIDENT, "no_version"),
            (usage("2025-01-31", "1"), Facts("special"), "no_category"),
            (usage("2025-01-31", "1"), Facts(), "no_category"),
        ],
    )
    def test_has_a_code(self, reading: Usage, facts: Facts, code: str) -> None:
        with pytest.raises(UsageRefused) as refusal:
            tariff(flat("1")).rate(reading, facts)

        assert refusal.value.code == code

    def test_includes_a_period_that_ends_before_it_begins(self) -> None:
        changed = two_versions(flat("1"), flat("2"), "by_days")

        with pytest.raises(UsageRefused) as refusal:
            changed.rate(usage("2025-07-31", "1", since="2025-07-31"), RESIDENT)

        assert refusal.value.code == "period_turned_round"

    def test_never_rates_a_float(self) -> None:
        with pytest.raises(TypeError):
            tariff(flat("1")).rate(Usage(date(2025, 1, 31), 1.5), RESIDENT)  # type: ignore[arg-type]


class TestVersions:
    def test_may_be_left_out_of_a_definition(self) -> None:
        alone = compile_tariff({"unit": "m3", "categories": {"resident": flat("2")}})

        rated = alone.rate(usage("1999-01-01", "3"), RESIDENT)

        assert (str(rated.total), rated.lines[0].version_from) == ("6.00", None)

    def test_are_named_by_every_line(self) -> None:
        rated = compile_tariff(definition(flat("2"))).rate(usage("2025-01-31", "3"), RESIDENT)

        assert rated.lines[0].version_from == date(2020, 1, 1)
