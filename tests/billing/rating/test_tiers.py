from decimal import Decimal

import pytest

from billing.rating import Facts
from billing.rating.tiers import split_into_tiers
from tests.billing.rating.builders import RESIDENT, lines, opened, split, tariff, tiered, usage

THREE = tiered(["180", "260"], ["5", "7", "9"])


class TestThresholds:
    """Bounds are inclusive (含); three public systems have this wrong by one unit or by the whole band."""

    @pytest.mark.parametrize(
        ("before", "quantity", "parts"),
        [
            ("0", "179.999", ["179.999", "0", "0"]),
            ("0", "180", ["180", "0", "0"]),
            ("0", "180.001", ["180", "0.001", "0"]),
            ("0", "260", ["180", "80", "0"]),
            ("0", "260.001", ["180", "80", "0.001"]),
            ("180", "0.001", ["0", "0.001", "0"]),
            ("180", "80", ["0", "80", "0"]),
            ("260", "1", ["0", "0", "1"]),
            ("179", "100", ["1", "80", "19"]),
            ("1000", "5", ["0", "0", "5"]),
            ("50", "0", ["0", "0", "0"]),
        ],
    )
    def test_belong_to_the_tier_they_close(self, before: str, quantity: str, parts: list[str]) -> None:
        found = split_into_tiers(Decimal(before), Decimal(quantity), (Decimal("180"), Decimal("260")))

        assert list(found) == [Decimal(part) for part in parts]

    def test_can_both_be_crossed_in_one_bill(self) -> None:
        rated = tariff(THREE).rate(usage("2025-06-30", "300"), RESIDENT)

        assert lines(rated) == [
            (1, "180", "5", "900.00"),
            (2, "80", "7", "560.00"),
            (3, "40", "9", "360.00"),
        ]

    @pytest.mark.parametrize(("quantity", "total"), [("10", "10.00"), ("25", "45.00"), ("30", "60.00")])
    def test_price_the_bands_that_a_public_system_gets_wrong(self, quantity: str, total: str) -> None:
        rated = tariff(tiered(["10", "20"], ["1", "2", "3"])).rate(usage("2025-01-31", quantity), RESIDENT)

        assert str(rated.total) == total

    def test_give_a_fourth_tier_its_own_price(self) -> None:
        four = tariff(tiered(["10", "20", "30"], ["1", "2", "3", "7"]))

        rated = four.rate(usage("2025-01-31", "41"), RESIDENT)

        assert lines(rated)[3] == (4, "11", "7", "77.00")

    def test_may_be_as_many_as_the_town_likes(self) -> None:
        many = tariff(tiered([str(10 * n) for n in range(1, 12)], [str(n) for n in range(1, 13)]))

        rated = many.rate(usage("2025-01-31", "120"), RESIDENT)

        assert str(rated.total) == f"{10 * sum(range(1, 13))}.00"


class TestTierPeriods:
    @pytest.mark.parametrize("month", range(1, 13))
    def test_keep_each_month_in_the_half_year_it_lies_in(self, month: int) -> None:
        rated = tariff(tiered(["156"], ["1", "2"], "half_year")).rate(
            usage(f"2025-{month:02}-28", "1"), RESIDENT
        )

        assert list(rated.counted) == ["2025H1" if month <= 6 else "2025H2"]

    @pytest.mark.parametrize("month", range(1, 13))
    def test_keep_each_month_in_the_quarter_it_lies_in(self, month: int) -> None:
        rated = tariff(tiered(["60"], ["1", "2"], "quarter")).rate(
            usage(f"2025-{month:02}-28", "1"), RESIDENT
        )

        assert list(rated.counted) == [
            ["2025Q1", "2025Q2", "2025Q3", "2025Q4"][[3, 6, 9, 12].index(-(-month // 3) * 3)]
        ]

    @pytest.mark.parametrize(
        ("on", "key"), [("2025-12-31", "2025"), ("2026-01-01", "2026"), ("2025-01-01", "2025")]
    )
    def test_end_with_the_calendar_year(self, on: str, key: str) -> None:
        rated = tariff(THREE).rate(usage(on, "40"), RESIDENT, {"2025": Decimal("300")})

        assert rated.counted == {key: Decimal("40")}
        assert split(rated) == (["0", "0", "40"] if key == "2025" else ["40", "0", "0"])

    @pytest.mark.parametrize(("on", "key"), [("2025-10-31", "2024-11"), ("2025-11-01", "2025-11")])
    def test_may_start_on_another_day(self, on: str, key: str) -> None:
        gas_year = tariff(tiered(["400"], ["1", "2"], "year_from", year_starts_on="11-01"))

        assert list(gas_year.rate(usage(on, "1"), RESIDENT).counted) == [key]

    def test_of_billing_months_multiply_and_never_accumulate(self) -> None:
        monthly = tariff(tiered(["25", "33"], ["1", "2", "3"], "billing_months"))

        rated = monthly.rate(usage("2025-03-31", "110", months="3"), RESIDENT, {"2025": Decimal("999")})

        assert split(rated) == ["75", "24", "11"]
        assert rated.counted == {}


class TestHousehold:
    PER_PERSON = {"mode": "add_per_person", "base_persons": 4, "add_each_threshold": "70"}
    FROM_BASE_3 = {"mode": "add_per_person", "base_persons": 3, "add_each_threshold": "60"}
    ONE_STEP = {"mode": "add_if_at_least", "min_persons": 5, "add_each_threshold": "100"}
    PER_HEAD = {"mode": "per_capita_from", "min_persons": 5, "per_person_upto": ["40", "60"]}

    @pytest.mark.parametrize(
        ("rule", "persons", "thresholds"),
        [
            (PER_PERSON, 3, ("180", "260")),
            (PER_PERSON, 4, ("180", "260")),
            (PER_PERSON, 5, ("250", "330")),
            (PER_PERSON, 7, ("390", "470")),
            (FROM_BASE_3, 4, ("240", "320")),
            (ONE_STEP, 4, ("180", "260")),
            (ONE_STEP, 5, ("280", "360")),
            (ONE_STEP, 9, ("280", "360")),
            (PER_HEAD, 4, ("180", "260")),
            (PER_HEAD, 5, ("200", "300")),
            (PER_HEAD, 6, ("240", "360")),
            (PER_PERSON, None, ("180", "260")),
        ],
    )
    def test_moves_the_thresholds(
        self, rule: dict[str, object], persons: int | None, thresholds: tuple[str, ...]
    ) -> None:
        large = tariff({**THREE, "household": rule})

        rated = large.rate(usage("2025-05-31", "1"), Facts("resident", persons=persons))

        assert rated.thresholds == tuple(Decimal(bound) for bound in thresholds)

    def test_may_add_differently_to_each_threshold(self) -> None:
        rule = {"mode": "add_per_person", "base_persons": 4, "add_each_threshold": ["60", "100"]}

        rated = tariff({**THREE, "household": rule}).rate(
            usage("2025-05-31", "1"), Facts("resident", persons=6)
        )

        assert rated.thresholds == (Decimal("300"), Decimal("460"))

    def test_multiplies_with_the_months_of_the_bill(self) -> None:
        monthly = tiered(["25", "33"], ["1", "2", "3"], "billing_months")
        rule = {"mode": "per_capita_from", "min_persons": 5, "per_person_upto": ["6.25", "8.25"]}

        rated = tariff({**monthly, "household": rule}).rate(
            usage("2025-05-31", "1", months="2"), Facts("resident", persons=6)
        )

        assert rated.thresholds == (Decimal("75"), Decimal("99"))


class TestOpeningInsideThePeriod:
    def test_prorates_the_thresholds_by_months(self) -> None:
        rated = tariff(tiered(["2640", "3720"], ["1", "2", "3"])).rate(usage("2025-10-31", "1"), opened("4"))

        assert rated.thresholds == (Decimal("880"), Decimal("1240"))

    @pytest.mark.parametrize(("on", "first"), [("2025-12-31", "60"), ("2026-02-28", "180")])
    def test_ends_with_the_period_of_the_opening(self, on: str, first: str) -> None:
        rated = tariff(THREE).rate(usage(on, "1"), opened("4", on="2025-09-10"))

        assert rated.thresholds is not None
        assert rated.thresholds[0] == Decimal(first)

    def test_counts_the_months_of_a_half_year_where_the_site_says_so(self) -> None:
        half = tariff(tiered(["156", "228"], ["1", "2", "3"], "half_year"))

        rated = half.rate(usage("2025-12-31", "1"), opened("4", on="2025-09-10", of="6"))

        assert rated.thresholds == (Decimal("104"), Decimal("152"))

    def test_comes_after_the_household(self) -> None:
        rule = {"mode": "add_per_person", "base_persons": 4, "add_each_threshold": "60"}

        rated = tariff({**THREE, "household": rule}).rate(
            usage("2025-12-31", "1"),
            Facts("resident", persons=5, proration=opened("6").proration),
        )

        assert rated.thresholds == (Decimal("120"), Decimal("160"))

    def test_keeps_four_decimals_of_a_threshold_without_end(self) -> None:
        rated = tariff(THREE).rate(usage("2025-12-31", "152"), opened("7"))

        assert rated.thresholds == (Decimal("105"), Decimal("151.6667"))
        assert split(rated) == ["105", "46.6667", "0.3333"]

    def test_has_no_meaning_for_monthly_tiers(self) -> None:
        monthly = tariff(tiered(["25"], ["1", "2"], "billing_months"))

        assert monthly.rate(usage("2025-12-31", "1"), opened("4")).thresholds == (Decimal("25"),)


class TestState:
    def test_is_not_shared_between_accounts(self) -> None:
        shared = tariff(THREE)

        shared.rate(usage("2025-06-30", "500"), RESIDENT)
        rated = shared.rate(usage("2025-06-30", "100"), RESIDENT)

        assert split(rated) == ["100", "0", "0"]

    def test_of_the_caller_is_left_as_it_was(self) -> None:
        position = {"2025": Decimal("100")}

        rated = tariff(THREE).rate(usage("2025-06-30", "50"), RESIDENT, position)

        assert position == {"2025": Decimal("100")}
        assert rated.position_after == {"2025": Decimal("150")}

    def test_keeps_the_other_periods(self) -> None:
        rated = tariff(THREE).rate(usage("2026-01-31", "50"), RESIDENT, {"2025": Decimal("100")})

        assert rated.position_after == {"2025": Decimal("100"), "2026": Decimal("50")}


class TestAmounts:
    def test_keep_four_decimals_of_a_price(self) -> None:
        rated = tariff(tiered(["2880"], ["0.1542", "0.4884"])).rate(usage("2025-06-30", "1001"), RESIDENT)

        assert lines(rated) == [(1, "1001", "0.1542", "154.35")]

    def test_may_pass_a_million(self) -> None:
        rated = tariff(tiered(["10"], ["1", "4.05"])).rate(usage("2025-06-30", "1000010"), RESIDENT)

        assert str(rated.total) == "4050010.00"
