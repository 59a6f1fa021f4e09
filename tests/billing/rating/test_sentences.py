from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.rating import LineTerms, RatedLine


def line(
    quantity: str, price: str, unit: str, tier: int | None = None, register: str = "", **terms: Any
) -> RatedLine:
    return RatedLine(
        component="supply",
        component_name="水费",
        tier=tier,
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        amount=Decimal("0.00"),
        category="resident",
        unit=unit,
        register=register,
        terms=LineTerms(**terms),
    )


CHANGED = date(2010, 9, 1)
SEGMENT = (date(2005, 11, 16), date(2005, 12, 31))


class TestSentences:
    @pytest.mark.parametrize(
        ("rated", "chinese", "english"),
        [
            (line("15", "7", "m3", 2), "第二阶梯 15 立方米 × 7.00 元", "Tier 2: 15 m³ × 7.00 yuan"),
            (line("15", "7", "m3", 11), "第11阶梯 15 立方米 × 7.00 元", "Tier 11: 15 m³ × 7.00 yuan"),
            (line("0.50", "2.74", "m3", 3), "第三阶梯 0.5 立方米 × 2.74 元", "Tier 3: 0.5 m³ × 2.74 yuan"),
            (line("40", "1.57", "m3"), "40 立方米 × 1.57 元", "40 m³ × 1.57 yuan"),
            (line("89.6", "26", "m2"), "89.60 平方米 × 26.00 元", "89.60 m² × 26.00 yuan"),
            (
                line("200", "0.5583", "kWh", None, "peak"),
                "峰段 200 千瓦时 × 0.5583 元",
                "Peak: 200 kWh × 0.5583 yuan",
            ),
            (
                line("35", "1", "m3", priced_from=CHANGED),
                "35 立方米 × 1.00 元（2010-09-01 起执行的价格）",
                "35 m³ × 1.00 yuan (price from 2010-09-01)",
            ),
            (
                line("110.5", "3.6", "m2", months=5, pct=Decimal("30")),
                "110.50 平方米 × 3.60 元 × 5 个月 × 30%",
                "110.50 m² × 3.60 yuan × 5 months × 30%",
            ),
            (
                line("12", "3.6", "m2", months=5, share_pct=Decimal("100")),
                "12.00 平方米 × 3.60 元 × 5 个月",
                "12.00 m² × 3.60 yuan × 5 months",
            ),
            (
                line("98.76", "26", "m2", days=76, season_days=151, pct=Decimal("85")),
                "98.76 平方米 × 26.00 元 × 76/151 天 × 85%",
                "98.76 m² × 26.00 yuan × 76/151 days × 85%",
            ),
            (
                line("94.6", "0.054", "m2", days=121),
                "94.60 平方米 × 0.054 元 × 121 天",
                "94.60 m² × 0.054 yuan × 121 days",
            ),
            (
                line("200", "35.65", "m2", height_steps=3),
                "200.00 平方米 × 35.65 元（含层高加价 3 档）",
                "200.00 m² × 35.65 yuan (with 3 steps of height surcharge)",
            ),
            (
                line("80", "7.82", "m2", days=46, segment=SEGMENT),
                "80.00 平方米 × 7.82 元（2005-11-16 – 2005-12-31）",
                "80.00 m² × 7.82 yuan (2005-11-16 – 2005-12-31)",
            ),
            (
                line(
                    "1",
                    "-95.79",
                    "",
                    season_days=131,
                    heat_fee=Decimal("2024.00"),
                    weighted_days=Decimal("6.2"),
                ),
                "全季热费 2024.00 元 ÷ 131 天 × 折算 6.2 天，退还",
                "Season fee 2024.00 yuan ÷ 131 days × 6.2 weighted days, refunded",
            ),
            (line("1", "-80", ""), "1 × -80.00 元", "1 × -80.00 yuan"),
        ],
    )
    def test_explain_a_line_in_both_languages(self, rated: RatedLine, chinese: str, english: str) -> None:
        assert (rated.sentence_zh, rated.sentence_en) == (chinese, english)
