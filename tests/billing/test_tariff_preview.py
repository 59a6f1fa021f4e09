import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from billing.queries.tariff_preview import compare, compare_version
from billing.queries.tariff_preview.comparison import HOUSEHOLDS
from billing.tariff_file.reading import read_tariffs
from tests.billing.metering import make_tariff
from tests.factories.tariffs import make_bare_tariff, make_draft, water_prices

CASES = Path(__file__).parents[1] / "data" / "tariff_cases"
DAY = datetime.date(2027, 1, 1)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with override("en"):
        yield


class TestTheTypicalHouseholds:
    def test_are_ten_for_every_service(self) -> None:
        assert {service: len(ten) for service, ten in HOUSEHOLDS.items()} == dict.fromkeys(
            ["WATER", "GAS", "ELECTRICITY", "HEAT"], 10
        )


class TestThePreview:
    def test_adds_up_a_year_of_monthly_bills_through_the_tiers(self) -> None:
        rows = compare("WATER", "metered", {"unit": "m3"}, water_prices(), water_prices("3.07"), on=DAY)

        # Four persons, 17 m³ a month: 180 m³ at 3.43 and 24 at 5.43; then a yuan more on the first 180.
        four = rows[3]
        assert (four.name, four.before, four.after) == ("Four persons", Decimal("747.72"), Decimal("927.72"))
        assert (four.difference, four.percent, four.is_dearer) == (Decimal("180.00"), Decimal("24.1"), True)
        assert (four.bar_before, four.bar_after) == (80, 100)

    def test_shows_who_pays_less(self) -> None:
        rows = compare("WATER", "metered", {"unit": "m3"}, water_prices("3.07"), water_prices(), on=DAY)

        assert rows[3].is_cheaper
        assert rows[3].difference == Decimal("-180.00")

    def test_has_nothing_to_compare_with_before_the_first_version(self) -> None:
        rows = compare("WATER", "metered", {"unit": "m3"}, None, water_prices(), on=DAY)

        assert {(row.before, row.difference, row.percent) for row in rows} == {(None, None, None)}
        assert all(row.after for row in rows)

    def test_says_for_whom_there_is_no_price(self) -> None:
        flat = {"categories": {"nonresident": {"components": [{"code": "supply", "unit_price": "4"}]}}}

        rows = compare("WATER", "metered", {}, None, flat, on=DAY)

        assert rows[0].refusal == "There is no price for this kind of use."
        assert rows[8].after == Decimal("1200.00")

    def test_prices_a_season_of_heat_with_storey_height_and_low_income(self) -> None:
        rules = {"season": {"from": "11-01", "to": "03-31"},
                 "rules": {"low_income": {"own_share_pct": "50"}}}  # fmt: skip
        prices = {
            "categories": {
                "resident": {"area_price": "26"},
                "nonresident": {
                    "area_price": "32",
                    "height": {
                        "over_m": "3.5",
                        "step_m": "0.3",
                        "pct_per_step": "10",
                        "partial_step": "counts",
                    },
                },
            }
        }

        rows = compare("HEAT", "heating_area", rules, None, prices, on=DAY)

        assert [row.after for row in rows][3] == Decimal("2329.60")
        assert [row.after for row in rows][6] == Decimal("780.00")
        # 4.2 m is three steps above 3.5 m: 32.00 × 1.3 × 120.
        assert [row.after for row in rows][8] == Decimal("4992.00")

    def test_prices_every_worked_case_without_a_fault(self) -> None:
        services = {"metered": "ELECTRICITY", "heating": "HEAT", "one_off": "HEAT"}
        for file, service in services.items():
            for case in json.loads((CASES / f"{file}.json").read_text("utf-8"))["cases"]:
                (entry,) = read_tariffs(json.dumps({"cases": [{**case, "utility": service}]}))
                prices = {key: one for key, one in entry.versions[-1].items() if key != "effective_from"}

                rows = compare(service, entry.kind, entry.rules, prices, prices, on=DAY)

                priced = [row for row in rows if row.after is not None]
                assert priced, case["id"]
                assert all(row.difference == 0 for row in priced), case["id"]


@pytest.mark.django_db
class TestThePreviewOfAVersion:
    def test_compares_with_the_version_in_force_the_day_before(self) -> None:
        draft = make_draft(make_tariff(), "2027-01-01", prices=water_prices("3.07"))

        assert compare_version(draft)[3].difference == Decimal("180.00")

    def test_of_a_new_tariff_has_no_before(self) -> None:
        draft = make_draft(make_bare_tariff(), "2027-01-01")

        assert compare_version(draft)[3].before is None
