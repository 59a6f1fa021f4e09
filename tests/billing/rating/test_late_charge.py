from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.rating import (
    Hold,
    LateCharge,
    PartPayment,
    TariffRefused,
    UsageRefused,
    compile_late_charge,
    due_after_notice,
    late_charge,
)

ELECTRICITY = {
    "resident_rate": "0.001",
    "other_rate_same_year": "0.002",
    "other_rate_cross_year": "0.003",
    "min_amount": "1.00",
}
WATER = {"rate": "0.005", "grace_days": 15, "cap": "principal", "min_amount": None}


def charge(
    rule: dict[str, Any], principal: str, due: str, paid: str, category: str = "", **more: Any
) -> LateCharge:
    return late_charge(
        compile_late_charge(rule),
        Decimal(principal),
        date.fromisoformat(due),
        date.fromisoformat(paid),
        category=category,
        **more,
    )


class TestLateCharge:
    @pytest.mark.parametrize(
        ("due", "paid", "days"),
        [
            ("2025-10-25", "2025-10-24", 0),
            ("2025-10-25", "2025-10-25", 0),
            ("2025-10-25", "2025-10-26", 1),
            ("2024-02-28", "2024-03-01", 2),
            ("2025-02-28", "2025-03-01", 1),
            ("2025-12-31", "2026-01-01", 1),
        ],
    )
    def test_counts_the_day_after_due_and_the_day_of_payment(self, due: str, paid: str, days: int) -> None:
        found = charge(WATER, "100.00", due, paid)

        assert (found.days, str(found.penalty)) == (days, f"{Decimal('0.50') * days:.2f}")

    def test_takes_the_dearer_rate_from_new_year_on(self) -> None:
        found = charge(ELECTRICITY, "1000.00", "2025-12-30", "2026-01-02", "nonresident")

        assert [(part.days, str(part.rate), str(part.amount)) for part in found.segments] == [
            (1, "0.002", "2.00"),
            (2, "0.003", "6.00"),
        ]

    def test_keeps_one_rate_for_residents(self) -> None:
        found = charge(ELECTRICITY, "1000.00", "2025-12-30", "2026-01-02", "resident")

        assert [(part.days, str(part.amount)) for part in found.segments] == [(3, "3.00")]

    def test_falls_the_day_after_a_part_payment(self) -> None:
        paid = [PartPayment(date(2025, 11, 5), Decimal("60.00"))]

        found = charge(WATER, "100.00", "2025-10-31", "2025-11-10", part_payments=paid)

        assert [(part.days, str(part.base), str(part.amount)) for part in found.segments] == [
            (5, "100.00", "2.50"),
            (5, "40.00", "1.00"),
        ]

    def test_counts_the_day_of_a_part_payment_in_full(self) -> None:
        paid = [PartPayment(date(2025, 11, 1), Decimal("60.00"))]

        found = charge(WATER, "100.00", "2025-10-31", "2025-11-02", part_payments=paid)

        assert [(part.days, str(part.base)) for part in found.segments] == [(1, "100.00"), (1, "40.00")]

    def test_ends_when_everything_was_paid(self) -> None:
        paid = [PartPayment(date(2025, 11, 5), Decimal("100.00"))]

        found = charge(WATER, "100.00", "2025-10-31", "2026-11-10", part_payments=paid)

        assert (found.days, str(found.penalty)) == (5, "2.50")

    @pytest.mark.parametrize(
        ("hold", "days"),
        [
            (Hold(date(2025, 11, 3), date(2025, 11, 4)), 8),
            (Hold(date(2025, 10, 1), date(2025, 11, 2)), 8),
            (Hold(date(2025, 11, 9), date(2025, 12, 31)), 8),
            (Hold(date(2025, 1, 1), date(2026, 12, 31)), 0),
            (Hold(date(2026, 1, 1), date(2026, 1, 2)), 10),
            (Hold(date(2025, 1, 1), date(2025, 1, 2)), 10),
        ],
    )
    def test_does_not_count_held_days(self, hold: Hold, days: int) -> None:
        assert charge(WATER, "100.00", "2025-10-31", "2025-11-10", holds=[hold]).days == days

    def test_counts_overlapping_holds_once(self) -> None:
        holds = [Hold(date(2025, 11, 3), date(2025, 11, 6)), Hold(date(2025, 11, 2), date(2025, 11, 4))]

        assert charge(WATER, "100.00", "2025-10-31", "2025-11-10", holds=holds).days == 5

    @pytest.mark.parametrize(
        ("principal", "paid", "penalty", "limited_by"),
        [
            ("20.00", "2025-10-28", "1.00", "minimum"),
            ("0.40", "2025-10-28", "0.40", "cap"),
            ("1000.00", "2025-10-28", "3.00", ""),
            ("1000.00", "2025-10-25", "0.00", ""),
            ("0.00", "2025-12-25", "0.00", ""),
        ],
    )
    def test_is_raised_to_the_minimum_but_not_past_the_cap(
        self, principal: str, paid: str, penalty: str, limited_by: str
    ) -> None:
        found = charge(ELECTRICITY, principal, "2025-10-25", paid, "resident")

        assert (str(found.penalty), found.limited_by) == (penalty, limited_by)

    @pytest.mark.parametrize(
        ("cap", "penalty"),
        [({}, "100.00"), ({"cap": "30.00"}, "30.00"), ({"cap": "none"}, "500.00"), ({"cap": None}, "500.00")],
    )
    def test_is_capped_at_the_principal_unless_the_rule_says_otherwise(
        self, cap: dict[str, str | None], penalty: str
    ) -> None:
        found = charge({"rate": "0.005", **cap}, "100.00", "2020-01-01", "2022-09-27")

        assert (found.days, str(found.penalty)) == (1000, penalty)

    def test_may_be_owed_once(self) -> None:
        once = {"mode": "one_time", "pct": "5"}

        assert str(charge(once, "7130.00", "2022-10-20", "2022-10-21").penalty) == "356.50"
        assert str(charge(once, "7130.00", "2022-10-20", "2023-10-21").penalty) == "356.50"
        assert str(charge(once, "7130.00", "2022-10-20", "2022-10-20").penalty) == "0.00"

    def test_follows_a_rule_that_changes(self) -> None:
        rule = {
            "versions": [
                {"effective_from": "2020-01-01", "rate": "0.005"},
                {"effective_from": "2025-11-06", "rate": "0.001"},
            ]
        }

        found = charge(rule, "100.00", "2025-10-31", "2025-11-10")

        assert [(part.days, str(part.amount)) for part in found.segments] == [(5, "2.50"), (5, "0.50")]

    def test_needs_a_rate_on_every_day(self) -> None:
        rule = {"versions": [{"effective_from": "2025-11-06", "rate": "0.001"}]}

        with pytest.raises(UsageRefused) as refusal:
            charge(rule, "100.00", "2025-10-31", "2025-11-10")

        assert refusal.value.code == "no_version"

    def test_starts_after_the_days_of_grace_of_a_notice(self) -> None:
        assert due_after_notice(compile_late_charge(WATER), date(2025, 1, 16)) == date(2025, 1, 31)


class TestSentences:
    def test_show_days_times_rate_times_base(self) -> None:
        found = charge(ELECTRICITY, "326.50", "2025-10-25", "2025-11-30", "resident")

        assert found.sentence_zh == "36 天 × 0.1% × 326.50 元"
        assert found.sentence_en == "36 days × 0.1% × 326.50 yuan"

    def test_add_the_years_up(self) -> None:
        found = charge(ELECTRICITY, "10000.00", "2025-11-25", "2026-01-31", "other")

        assert found.sentence_zh == "36 天 × 0.2% × 10000.00 元 + 31 天 × 0.3% × 10000.00 元"

    @pytest.mark.parametrize(
        ("rule", "principal", "paid", "sentence"),
        [
            (ELECTRICITY, "20.00", "2025-10-28", "3 天 × 0.1% × 20.00 元，不足 1.00 元按 1.00 元收取"),
            (WATER, "100.00", "2026-07-02", "250 天 × 0.5% × 100.00 元，以 100.00 元为限"),
            (WATER, "100.00", "2025-10-25", "未逾期，无违约金"),
            ({"mode": "one_time", "pct": "5"}, "80.00", "2025-11-01", "逾期一次性收取 5% × 80.00 元"),
        ],
    )
    def test_say_what_limited_the_charge(
        self, rule: dict[str, Any], principal: str, paid: str, sentence: str
    ) -> None:
        assert charge(rule, principal, "2025-10-25", paid, "resident").sentence_zh == sentence


class TestRefusedRules:
    @pytest.mark.parametrize(
        ("rule", "code"),
        [
            ({}, "missing"),
            ({"rate": "NaN"}, "not_a_number"),
            ({"rate": 0.005}, "not_a_number"),
            ({"rate": "-0.005"}, "negative"),
            ({"rate": "0.005", "cap": "house"}, "not_a_number"),
            ({"rate": "0.005", "compound": True}, "compound"),
            ({"rate": "0.005", "mode": "weekly"}, "unknown_rule"),
            ({"rate": "0.005", "rat": "1"}, "unknown_rule"),
            ({"mode": "one_time"}, "missing"),
            ({"resident_rate": "0.001"}, "missing"),
            ({"versions": []}, "missing"),
            (
                {
                    "versions": [
                        {"effective_from": "2025-01-01", "rate": "0.1"},
                        {"effective_from": "2025-01-01", "rate": "0.2"},
                    ]
                },
                "unsorted",
            ),
            ("0.005", "not_an_object"),
        ],
    )
    def test_have_a_code(self, rule: Any, code: str) -> None:
        with pytest.raises(TariffRefused) as refusal:
            compile_late_charge(rule)

        assert refusal.value.code == code
