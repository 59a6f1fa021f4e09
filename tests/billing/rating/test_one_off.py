from decimal import Decimal
from typing import Any

import pytest

from billing.rating import OneOffBill, UsageRefused, compile_one_off

TAIAN = {
    "industrial_first_ton": "400000",
    "industrial_each_more_ton": "80000",
    "steam_per_ton": "213",
    "steam_per_gj": "91.5",
}
TEDA = {"residential": "122", "public": "160", "noncommercial_basement_pct": "50"}


def price(tariff: dict[str, Any], fee: str, **measures: str) -> OneOffBill:
    return compile_one_off(tariff).price(fee, {name: Decimal(value) for name, value in measures.items()})


class TestConnectionFee:
    @pytest.mark.parametrize(
        ("tons", "total"),
        [
            ("0.5", "400000.00"),
            ("1", "400000.00"),
            ("1.1", "480000.00"),
            ("2", "480000.00"),
            ("3", "560000.00"),
        ],
    )
    def test_counts_a_begun_ton_as_whole(self, tons: str, total: str) -> None:
        assert str(price(TAIAN, "industrial_connection", tons_per_hour=tons).total) == total

    @pytest.mark.parametrize(
        ("measures", "total"),
        [({"area": "2000"}, "320000.00"), ({"area": "2000", "basement_area": "500"}, "360000.00")],
    )
    def test_charges_a_basement_where_there_is_one(self, measures: dict[str, str], total: str) -> None:
        assert str(price(TEDA, "public", **measures).total) == total


class TestSteam:
    @pytest.mark.parametrize(
        ("measures", "total"), [({"tons": "10"}, "2130.00"), ({"gigajoules": "10"}, "915.00")]
    )
    def test_is_sold_by_ton_or_heat(self, measures: dict[str, str], total: str) -> None:
        assert str(price(TAIAN, "steam", **measures).total) == total


class TestRefusedFee:
    @pytest.mark.parametrize(
        ("fee", "measures", "code"),
        [
            ("palace", {"area": "1"}, "no_fee"),
            ("public", {}, "no_measure"),
            ("public", {"basement_area": "10"}, "no_measure"),
        ],
    )
    def test_has_a_code(self, fee: str, measures: dict[str, str], code: str) -> None:
        with pytest.raises(UsageRefused) as refusal:
            price(TEDA, fee, **measures)

        assert refusal.value.code == code

    def test_is_one_without_any_measure(self) -> None:
        with pytest.raises(UsageRefused) as refusal:
            price(TAIAN, "steam")

        assert refusal.value.code == "no_measure"
