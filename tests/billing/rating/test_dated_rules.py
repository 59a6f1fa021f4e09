"""Rules that a version brings hold from its first day, and only from then on."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.rating import TariffRefused, area_bill, compile_heating, compile_tariff
from billing.rating.heating import HeatedPremises
from billing.rating.usage import NOTHING_YET
from tests.billing.rating.builders import RESIDENT, flat, usage

DOWN = {"rounding": {"level": "line", "mode": "down", "scale": 0}}


def dated(*rules: dict[str, Any] | None, **more: Any) -> Any:
    """One price of 1.99 from 2025 on; each of `rules` begins half a year after the other."""
    days = ("2025-01-01", "2025-07-01", "2026-01-01")
    versions = [
        {"effective_from": day, "categories": {"resident": flat("1.99")}, **({"rules": one} if one else {})}
        for day, one in zip(days, rules, strict=False)
    ]
    return compile_tariff({"unit": "m3", "versions": versions, **more})


def total(tariff: Any, on: str, since: str = "") -> str:
    return str(tariff.rate(usage(on, "1", since=since), RESIDENT, NOTHING_YET).total)


class TestMetered:
    def test_hold_from_the_first_day_of_their_version(self) -> None:
        tariff = dated(None, DOWN)

        assert [total(tariff, on) for on in ("2025-06-30", "2025-07-01")] == ["1.99", "1.00"]

    def test_stand_until_a_later_version_brings_its_own(self) -> None:
        kept, replaced = dated(None, DOWN, None), dated(None, DOWN, {"unit": "t"})

        assert (total(kept, "2026-01-01"), total(replaced, "2026-01-01")) == ("1.00", "1.99")
        units = [replaced.on(day).unit for day in (date(2025, 12, 31), date(2026, 1, 1))]
        assert units == ["m3", "t"]

    def test_replace_the_rule_of_a_reading_that_spans_two_prices(self) -> None:
        versions = [
            {"effective_from": "2025-01-01", "categories": {"resident": flat("1")}},
            {"effective_from": "2025-07-01", "categories": {"resident": flat("2")}},
            {
                "effective_from": "2026-01-01",
                "categories": {"resident": flat("4")},
                "rules": {"rules": {"price_change": "half_half"}},
            },
        ]
        tariff = compile_tariff({"unit": "m3", "versions": versions})

        assert tariff.rate(usage("2025-07-10", "10", since="2025-06-10"), RESIDENT).total == Decimal(20)
        assert tariff.rate(usage("2026-01-10", "10", since="2025-12-10"), RESIDENT).total == Decimal(30)

    @pytest.mark.parametrize(
        ("rules", "code", "where"),
        [
            ({"rouding": {}}, "unknown_rule", "tariff.versions[1].rules.rouding"),
            ({"categories": {}}, "unknown_rule", "tariff.versions[1].rules.categories"),
            (
                {"rules": {"price_change": "soon"}},
                "unknown_rule",
                "tariff.versions[1].rules.rules.price_change",
            ),
            (["rounding"], "not_an_object", "tariff.versions[1].rules"),
        ],
    )
    def test_are_refused_at_their_place(self, rules: Any, code: str, where: str) -> None:
        with pytest.raises(TariffRefused) as refusal:
            dated(None, rules)

        assert (refusal.value.code, refusal.value.params["where"]) == (code, where)


class TestHeating:
    TARIFF = {
        "season": {"from": "11-01", "to": "03-31"},
        "rules": {"low_income": {"category": "low_income", "own_share_pct": "50", "area_cap": "60"}},
        "versions": [
            {"effective_from": "2024-11-01", "area_price": "20"},
            {
                "effective_from": "2025-11-01",
                "area_price": "20",
                "rules": {
                    "season": {"from": "11-15", "to": "03-15"},
                    "rules": {"low_income": {"category": "low_income", "own_share_pct": "25", "area_cap": "60"}},
                },
            },
        ],
    }  # fmt: skip

    @pytest.mark.parametrize(
        ("on", "first", "owed"), [("2024-12-31", "2024-11-01", "1000"), ("2025-12-31", "2025-11-15", "700")]
    )
    def test_hold_for_the_seasons_that_begin_from_their_day(self, on: str, first: str, owed: str) -> None:
        day = date.fromisoformat(on)
        tariff = compile_heating(self.TARIFF).in_season(day)

        dates = tariff.dates(day)
        bill = area_bill(tariff, HeatedPremises(Decimal(80), "low_income"), day)

        assert dates is not None
        assert (dates.first.isoformat(), bill.total) == (first, Decimal(owed))
