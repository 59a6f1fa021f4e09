import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from billing.models import Tariff
from billing.queries.price_board import price_boards
from billing.queries.price_board.board import notes_of, tables_of
from billing.tariff_file.reading import read_tariffs
from tests.billing.metering import make_heating_tariff, make_tariff
from tests.factories.billing import make_late_charge_rule
from tests.factories.tariffs import make_approved, make_bare_tariff, make_draft, make_submitted, water_prices

CASES = Path(__file__).parents[1] / "data" / "tariff_cases"
TODAY = datetime.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with override("en"):
        yield


def cells(kind: str, rules: dict[str, Any], prices: dict[str, Any]) -> list[list[tuple[str, ...]]]:
    """Every table as rows of words: label, detail, prices, total."""
    return [
        [(row.label, row.detail, *row.prices, row.total if table.total else "") for row in table.rows]
        for table in tables_of(kind, rules, prices)
    ]


def cases(*files: str) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Id, kind, rules and prices of the newest version of every worked case."""
    found = []
    for file in files:
        for case in json.loads((CASES / f"{file}.json").read_text("utf-8"))["cases"]:
            (entry,) = read_tariffs(json.dumps({"cases": [{**case, "utility": "water"}]}))
            prices = {key: one for key, one in entry.versions[-1].items() if key != "effective_from"}
            found.append((case["id"], entry.kind, entry.rules, prices))
    return found


class TestAMeteredTariff:
    def test_shows_each_tier_with_its_components_and_their_sum(self) -> None:
        tables = tables_of("metered", {"unit": "m3"}, water_prices())

        assert cells("metered", {"unit": "m3"}, water_prices()) == [
            [
                ("Tier 1", "up to 180", "2.07", "1.36", "3.43"),
                ("Tier 2", "above 180, up to 260", "4.07", "1.36", "5.43"),
                ("Tier 3", "above 260", "6.07", "1.36", "7.43"),
            ]
        ]
        assert (tables[0].title, tables[0].unit) == ("resident", "yuan per m³")
        assert tables[0].columns == ["water charge", "sewage treatment fee"]

    def test_shows_a_fourth_tier_and_every_decimal_of_a_price(self) -> None:
        prices = water_prices()
        resident = prices["categories"]["resident"]
        resident["tier_upto"] = ["180", "260", "400"]
        resident["components"][0]["unit_price"] = ["2.07", "4.07", "6.07", "9.1542"]

        (table,) = cells("metered", {"unit": "m3"}, prices)

        assert table[3] == ("Tier 4", "above 400", "9.1542", "1.36", "10.5142")

    def test_puts_flat_categories_into_one_table_in_the_order_of_the_hall(self) -> None:
        flat = {"components": [{"code": "supply", "unit_price": "4.20"}]}
        prices = {"categories": {"special": flat, "nonresident": flat, "resident_shared": flat}}

        assert cells("metered", {"unit": "m3"}, prices) == [
            [
                ("shared-meter households", "", "4.20", ""),
                ("non-resident", "", "4.20", ""),
                ("special use", "", "4.20", ""),
            ]
        ]

    def test_shows_the_registers_of_a_time_of_use_meter_and_what_the_tiers_add(self) -> None:
        prices = {
            "categories": {
                "resident": {
                    "tier_period": "calendar_year",
                    "tier_upto": ["2400"],
                    "components": [
                        {"code": "energy", "by_register": {"peak": "0.56", "valley": "0.30"}},
                        {"code": "tier_surcharge", "unit_price": ["0", "0.05"]},
                    ],
                }
            }
        }

        assert cells("metered", {"unit": "kWh"}, prices) == [
            [("Peak", "", "0.56", ""), ("Valley", "", "0.30", "")],
            [("Tier 1", "up to 2400", "0.00", ""), ("Tier 2", "above 2400", "0.05", "")],
        ]

    @pytest.mark.parametrize(
        ("rule", "sentence"),
        [
            (
                {"mode": "add_per_person", "base_persons": 4, "add_each_threshold": "60"},
                "Households of more than 4: every bound rises by 60 m³ for each further person.",
            ),
            (
                {"mode": "add_if_at_least", "min_persons": 5, "add_each_threshold": ["60", "90"]},
                "Households of 5 or more: every bound rises by 60 / 90 m³.",
            ),
            (
                {"mode": "per_capita_from", "min_persons": 5, "per_person_upto": ["40", "60"]},
                "Households of 5 or more: the bounds are 40 / 60 m³ for each person.",
            ),
        ],
    )
    def test_says_what_a_large_household_gets(self, rule: dict[str, Any], sentence: str) -> None:
        prices = water_prices()
        prices["categories"]["resident"]["household"] = rule

        (table,) = tables_of("metered", {"unit": "m3"}, prices)

        assert list(table.notes) == [sentence]


class TestAHeatingTariff:
    def test_shows_the_price_of_every_category_and_the_rules_around_it(self) -> None:
        rules = {
            "unit": "m2",
            "season": {"from": "11-01", "to": "03-31"},
            "rules": {"due": "11-15", "suspension": {"fee_pct": "15"}},
        }
        prices = {
            "categories": {
                "nonresident": {
                    "area_price": "32",
                    "height": {
                        "over_m": "3.5",
                        "step_m": "0.3",
                        "pct_per_step": "10",
                        "partial_step": "counts",
                    },
                },
                "resident": {"area_price": "26"},
            }
        }

        (table,) = tables_of("heating_area", rules, prices)

        assert [(row.label, list(row.prices)) for row in table.rows] == [
            ("resident", ["26.00 per m² and season"]),
            ("non-resident", ["32.00 per m² and season"]),
        ]
        assert list(table.notes) == ["non-resident: storeys above 3.5 m: 10% more for each 0.3 m"]
        assert notes_of("heating_area", rules, prices) == [
            "Heating season: 11-01 to 03-31.",
            "The season's bill is due by 11-15.",
            "Suspended premises pay 15% of the season.",
        ]

    def test_shows_base_and_metered_price_side_by_side(self) -> None:
        prices = {"area_price": "30", "base_price": "18", "metered_price": "0.16", "metered_unit": "kWh"}
        rules = {"rules": {"settlement": "lower_of"}}

        (table,) = tables_of("heating_two_part", rules, prices)

        assert list(table.columns) == ["By area", "Base charge by area", "By heat meter"]
        (row,) = table.rows
        assert list(row.prices) == [
            "30.00 per m² and season",
            "18.00 per m² and season",
            "0.16 per kWh",
        ]
        assert notes_of("heating_two_part", rules, prices) == [
            "Metered heat: the smaller of both bills is paid."
        ]

    def test_shows_what_is_refunded_for_cold_rooms(self) -> None:
        rules = {
            "rules": {
                "temp_refund": {
                    "bands": [
                        {"max": "14", "pct": "100"},
                        {"min": "14", "max": "16", "pct": "50"},
                        {"min": "16", "max": "18", "pct": "20"},
                    ]
                }
            }
        }

        tables = cells("heating_area", rules, {"area_price": "26"})

        assert tables[1] == [
            ("below 14 ℃", "", "100%", ""),
            ("from 14 to below 16 ℃", "", "50%", ""),
            ("from 16 to below 18 ℃", "", "20%", ""),
        ]


class TestAListOfFees:
    def test_shows_each_fee_with_its_measure(self) -> None:
        prices = {
            "residential": "122",
            "noncommercial_basement_pct": "50",
            "industrial_first_ton": "400000",
            "industrial_each_more_ton": "80000",
            "steam_per_ton": "213",
        }

        (table,) = cells("one_off", {}, prices)

        assert table == [
            ("network construction fee", "residential buildings", "122.00 per m²", ""),
            ("network construction fee, basement", "residential buildings", "61.00 per m²", ""),
            (
                "network construction fee, first ton",
                "industrial connections, up to 1 t/h",
                "400,000.00 per t/h",
                "",
            ),
            (
                "network construction fee, each further ton",
                "industrial connections, above 1 t/h",
                "80,000.00 per t/h",
                "",
            ),
            ("steam", "steam users", "213.00 per t", ""),
        ]


class TestEveryKind:
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_of_the_worked_cases_has_a_board(self, language: str) -> None:
        with override(language):
            for name, kind, rules, prices in cases("metered", "heating", "one_off", "one_off_price_list"):
                tables = tables_of(kind, rules, prices)

                assert tables, name
                for table in tables:
                    assert table.rows, name
                    assert {len(row.prices) for row in table.rows} == {len(table.columns)}, name
                assert all(notes_of(kind, rules, prices)), name


@pytest.mark.django_db
class TestTheBoard:
    def test_shows_the_version_of_the_day_and_what_comes(self) -> None:
        tariff = make_tariff(source="京发改 885 号")
        make_approved(tariff, "2027-01-01", prices={**water_prices("2.37"), "decision": "京发改 18 号"})

        (board,) = price_boards(TODAY)
        (later,) = price_boards(datetime.date(2027, 1, 1))

        assert board.now is not None
        assert (board.now.effective_from, board.now.document) == (datetime.date(2020, 1, 1), "京发改 885 号")
        assert [(one.effective_from, one.document) for one in board.coming] == [
            (datetime.date(2027, 1, 1), "京发改 18 号")
        ]
        assert board.coming[0].tables[0].rows[0].prices[0] == "2.37"
        assert later.now is not None
        assert (later.now.effective_from, list(later.coming)) == (datetime.date(2027, 1, 1), [])
        assert [(one.effective_from, one.effective_until) for one in later.history] == [
            (datetime.date(2020, 1, 1), datetime.date(2026, 12, 31))
        ]

    def test_shows_nothing_that_nobody_approved(self) -> None:
        tariff = make_tariff()
        make_draft(tariff, "2026-11-22", prices=water_prices("9.99"))
        make_submitted(tariff, "2027-01-01", prices=water_prices("9.99"))
        make_draft(make_bare_tariff(service="GAS"), "2027-01-01")

        (board,) = price_boards(TODAY)

        assert board.now is not None
        assert board.now.effective_from == datetime.date(2020, 1, 1)
        assert list(board.coming) == []

    def test_before_the_first_version_says_that_no_price_is_in_force(self) -> None:
        make_tariff()

        (board,) = price_boards(datetime.date(2019, 12, 31))

        assert board.now is None
        assert len(board.coming) == 1

    @pytest.mark.parametrize(
        ("terms", "sentence"),
        [
            ({"rate": "0.005", "cap": "principal"}, "Late: 0.5% a day, never more than the bill."),
            ({"rate": "0.001", "cap": "none", "min_amount": "1"}, "Late: 0.1% a day, at least 1.00 yuan."),
            (
                {"resident_rate": "0.001", "other_rate_same_year": "0.002", "other_rate_cross_year": "0.003",
                 "cap": "500"},
                "Late: 0.1% a day for residents, 0.2% for others, 0.3% in later years, at most 500.00 yuan.",
            ),
            ({"mode": "one_time", "pct": "5"}, "Late: 5% once, never more than the bill."),
        ],
    )  # fmt: skip
    def test_says_what_being_late_costs(self, terms: dict[str, Any], sentence: str) -> None:
        make_tariff()
        make_late_charge_rule(terms=terms)

        (board,) = price_boards(TODAY)

        assert board.late_charge == sentence

    def test_takes_the_late_charge_rule_of_the_day(self) -> None:
        make_tariff()
        make_late_charge_rule(effective_until=datetime.date(2020, 12, 31))

        (board,) = price_boards(TODAY)

        assert board.late_charge == ""

    def test_can_be_of_one_service(self) -> None:
        make_tariff()
        make_heating_tariff()

        assert [board.tariff.service for board in price_boards(TODAY)] == ["HEAT", "WATER"]
        assert [board.tariff.service for board in price_boards(TODAY, "HEAT")] == ["HEAT"]

    def test_asks_no_more_of_the_database_for_many_versions(self) -> None:
        tariff = make_tariff()
        with CaptureQueriesContext(
            connection,
        ) as few:
            price_boards(TODAY)
        for year in range(2027, 2031):
            make_approved(Tariff.objects.get(pk=tariff.pk), f"{year}-01-01")

        with CaptureQueriesContext(connection) as many:
            price_boards(TODAY)

        assert len(many) == len(few)
