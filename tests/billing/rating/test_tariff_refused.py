"""A definition that contradicts itself is refused when it is read, not when a bill is wrong."""

from typing import Any

import pytest

from billing.rating import TariffRefused, compile_heating, compile_one_off, compile_tariff
from tests.billing.rating.builders import component, definition, flat, tiered

Json = dict[str, Any]
OK = tiered(["10", "20"], ["1", "2", "3"])
HOUSEHOLD = {"mode": "add_per_person", "base_persons": 4, "add_each_threshold": "10"}


def refused(tariff: Any) -> TariffRefused:
    with pytest.raises(TariffRefused) as refusal:
        compile_tariff(tariff)
    return refusal.value


class TestMeteredCategory:
    @pytest.mark.parametrize(
        ("category", "code"),
        [
            (tiered(["20", "10"], ["1", "2", "3"]), "unsorted"),
            (tiered(["10", "10"], ["1", "2", "3"]), "unsorted"),
            (tiered(["0", "10"], ["1", "2", "3"]), "unsorted"),
            (tiered(["10", "20"], ["1", "2"]), "price_missing"),
            (tiered(["10", "20"], ["1", "2", "3", "4"]), "price_missing"),
            (tiered(["10"], ["1", "NaN"]), "not_a_number"),
            (tiered(["10"], ["1", "Infinity"]), "not_a_number"),
            (tiered(["10"], ["1", "1e3"]), "not_a_number"),
            (tiered(["10"], ["1", "１"]), "not_a_number"),
            (tiered(["10"], ["1", "1_0"]), "not_a_number"),
            (tiered(["10"], ["1", "-2"]), "negative"),
            (tiered(["10"], ["1", "9" * 16]), "not_a_number"),
            (tiered(["10"], ["1", "2"], "lunar_year"), "unknown_rule"),
            (tiered(["10"], ["1", "2"], "year_from"), "missing"),
            (tiered(["10"], ["1", "2"], "year_from", year_starts_on="13-01"), "not_a_date"),
            ({"tier_upto": ["10"], "components": [component(["1", "2"])]}, "missing"),
            ({"tier_period": "calendar_year", "components": [component("1")]}, "missing"),
            (flat("1") | {"household": HOUSEHOLD}, "tiers_missing"),
            ({"components": [component(["1", "2"])]}, "tiers_missing"),
            ({"components": []}, "missing"),
            ({}, "missing"),
            ({"components": "supply"}, "not_a_list"),
            ({"components": [component("1"), component("2")]}, "duplicate"),
            ({"components": [{"code": "supply"}]}, "missing"),
            ({"components": [{"code": "supply", "unit_price": 1.5}]}, "not_a_number"),
            ({"components": [{"code": "supply", "unit_price": True}]}, "not_a_number"),
            ({"components": [component("1", by_register={"peak": "1"})]}, "two_prices"),
            ({"components": [{"code": "energy", "by_register": {}}]}, "missing"),
            ({"components": [{"code": "energy", "by_register": {"peak": ["1", "2"]}}]}, "not_a_number"),
            (OK | {"free_per_month": "-5"}, "negative"),
            (OK | {"free_per_moon": "5"}, "unknown_rule"),
            (OK | {"household": {**HOUSEHOLD, "mode": "add_per_pet"}}, "unknown_rule"),
            (OK | {"household": {"mode": "add_per_person", "base_persons": 4}}, "missing"),
            (OK | {"household": {**HOUSEHOLD, "base_persons": "4.5"}}, "not_whole"),
            (OK | {"household": {**HOUSEHOLD, "add_each_threshold": ["10"]}}, "wrong_length"),
            (OK | {"household": {**HOUSEHOLD, "add_each_threshold": ["20", "10"]}}, "unsorted"),
            (
                OK | {"household": {"mode": "per_capita_from", "min_persons": 5, "per_person_upto": ["3"]}},
                "wrong_length",
            ),
            (
                OK
                | {"household": {"mode": "per_capita_from", "min_persons": 5, "per_person_upto": ["3", "2"]}},
                "unsorted",
            ),
        ],
    )
    def test_is_refused(self, category: Json, code: str) -> None:
        assert refused(definition(category)).code == code

    def test_names_the_place(self) -> None:
        refusal = refused(definition(tiered(["10"], ["1", "NaN"])))

        assert "tariff.versions[0].categories.resident.components[0].unit_price[1]" in str(refusal)
        assert refusal.message % refusal.params == str(refusal)

    def test_may_carry_a_remark(self) -> None:
        remarked = compile_tariff(definition(OK | {"decided": "by letter of the price bureau", "旧档": None}))

        assert remarked.history.starts == compile_tariff(definition(OK)).history.starts


class TestMeteredTariff:
    @pytest.mark.parametrize(
        ("tariff", "code"),
        [
            ([], "not_an_object"),
            (None, "not_an_object"),
            ({}, "missing"),
            ({"versions": []}, "missing"),
            ({"categories": {}}, "missing"),
            ({"versions": [{"categories": {"resident": OK}}]}, "missing"),
            ({"versions": [{"effective_from": "2025-02-30", "categories": {"resident": OK}}]}, "not_a_date"),
            ({"versions": [{"effective_from": "20250101", "categories": {"resident": OK}}]}, "not_a_date"),
            (definition(OK, rules={"price_change": "by_moon"}), "unknown_rule"),
            (definition(OK, rules={"price_chnage": "by_days"}), "unknown_rule"),
            (definition(OK, rules={"mixed_use": "hihgest"}), "unknown_rule"),
            (definition(OK, rules={"surcharge": {"pct": "5"}}), "unknown_rule"),
            (definition(OK, rounding={"level": "page"}), "unknown_rule"),
            (definition(OK, rounding={"mode": "random"}), "unknown_rule"),
            (definition(OK, rounding={"scale": 3}), "out_of_range"),
            (definition(OK, rounding={"scale": "two"}), "not_a_number"),
            (definition(OK, discount="5"), "unknown_rule"),
        ],
    )
    def test_is_refused(self, tariff: Any, code: str) -> None:
        assert refused(tariff).code == code

    @pytest.mark.parametrize("later", ["2020-01-01", "2019-12-31"])
    def test_is_refused_with_versions_out_of_order(self, later: str) -> None:
        versions = [
            {"effective_from": start, "categories": {"resident": OK}} for start in ("2020-01-01", later)
        ]

        assert refused({"versions": versions}).code == "unsorted"


class TestHeatingTariff:
    BAND = {"min": "14", "max": "16", "pct": "50"}

    @pytest.mark.parametrize(
        ("tariff", "code"),
        [
            ({}, "price_missing"),
            ({"area_price": "NaN"}, "not_a_number"),
            ({"area_price": "24", "area_price_per_day": "0.18"}, "two_prices"),
            ({"price_per_month": "3.6"}, "missing"),
            ({"base_price": "12"}, "price_missing"),
            ({"area_price": "24", "surprise": "1"}, "unknown_rule"),
            ({"area_price": "24", "season": {"from": "11-01", "to": "13-31"}}, "not_a_date"),
            ({"area_price": "24", "season": {"from": "2025-11-01", "to": "2025-03-31"}}, "unsorted"),
            ({"area_price": "24", "season": {"from": "11-01", "to": "03-31", "days": 0}}, "out_of_range"),
            ({"area_price": "24", "season_days": 0}, "out_of_range"),
            ({"area_price": "24", "coefficients": {"high": "x"}}, "not_a_number"),
            ({"area_price": "24", "height": {"over_m": "3"}}, "missing"),
            (
                {
                    "area_price": "24",
                    "height": {"over_m": "3", "step_m": "0", "pct_per_step": "5", "partial_step": "counts"},
                },
                "out_of_range",
            ),
            ({"area_price": "24", "rules": {"settlement": "higher_of"}}, "unknown_rule"),
            ({"area_price": "24", "rules": {"low_income": {"own_share_pct": "115"}}}, "out_of_range"),
            (
                {"area_price": "24", "rules": {"resume_in_season": {"pct": "85", "by": "hours"}}},
                "unknown_rule",
            ),
            ({"area_price": "24", "rules": {"late": {"mode": "one_time"}}}, "missing"),
            ({"versions": []}, "missing"),
            ({"area_price": "24", "unit_price_rounding": {"scale": 9}}, "out_of_range"),
        ],
    )
    def test_is_refused(self, tariff: Json, code: str) -> None:
        with pytest.raises(TariffRefused) as refusal:
            compile_heating(tariff)

        assert refusal.value.code == code

    @pytest.mark.parametrize(
        ("rule", "code"),
        [
            ({"bands": []}, "missing"),
            ({"bands": [BAND, {"min": "15", "max": "18", "pct": "20"}]}, "overlapping"),
            ({"bands": [BAND, {"min": "15", "pct": "20"}]}, "overlapping"),
            ({"bands": [BAND, {"max": "18", "pct": "20"}]}, "overlapping"),
            ({"bands": [BAND, {"min": "17", "max": "18", "pct": "20"}]}, "gap"),
            ({"bands": [{"min": "16", "max": "14", "pct": "50"}]}, "unsorted"),
            ({"bands": [{"min": "14", "max": "16", "pct": "101"}]}, "out_of_range"),
            ({"bands": [BAND], "min_inclusive": True, "max_exclusive": False}, "overlapping"),
        ],
    )
    def test_is_refused_with_bands_that_do_not_meet(self, rule: Json, code: str) -> None:
        with pytest.raises(TariffRefused) as refusal:
            compile_heating({"area_price": "24", "rules": {"temp_refund": rule}})

        assert refusal.value.code == code


class TestOneOffTariff:
    @pytest.mark.parametrize(
        ("tariff", "code"),
        [
            ({}, "missing"),
            ({"fees": {}}, "missing"),
            ({"fees": {"new_building": []}}, "missing"),
            ({"fees": {"new_building": [{"component": "x", "measure": "area"}]}}, "missing"),
            ({"new_building": "NaN"}, "not_a_number"),
            ({"industrial_first_ton": "400000"}, "missing"),
        ],
    )
    def test_is_refused(self, tariff: Json, code: str) -> None:
        with pytest.raises(TariffRefused) as refusal:
            compile_one_off(tariff)

        assert refusal.value.code == code
