"""The sentence that explains a line, in Chinese and in English: quantity × price × whatever else counted."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from billing.rating.plain import plain
from billing.rating.terms import NO_TERMS, LineTerms

if TYPE_CHECKING:
    from billing.rating.lines import RatedLine

UNITS_ZH = {"m3": "立方米", "kWh": "千瓦时", "m2": "平方米", "GJ": "吉焦", "t": "吨", "t/h": "吨/小时"}
UNITS_EN = {"m3": "m³", "m2": "m²"}
REGISTERS_ZH = {"critical": "尖峰", "peak": "峰段", "flat": "平段", "valley": "谷段"}
_DIGITS_ZH = "零一二三四五六七八九十"


def ordinal_zh(number: int) -> str:
    """第一 to 第十, then 第11."""
    return f"第{_DIGITS_ZH[number] if 0 < number <= 10 else number}"


def price_text(price: Decimal) -> str:
    """At least two decimals, as a price tag has: 26 is 26.00, 0.1542 stays."""
    whole, _, decimals = plain(price).partition(".")
    return f"{whole}.{decimals:0<2}"


def quantity_text(quantity: Decimal, unit: str) -> str:
    """Areas have two decimals, as on the property certificate; everything else what was measured."""
    return price_text(quantity) if unit == "m2" else plain(quantity)


@dataclass(frozen=True, slots=True)
class Words:
    """One language: how its pieces of a sentence are written."""

    quantity: Callable[[Decimal, str], str]
    price: Callable[[Decimal], str]
    tier: Callable[[int], str]
    register: Callable[[str], str]
    months: Callable[[int], str]
    days: Callable[[int], str]
    part_of_season: Callable[[int, int], str]
    refund: Callable[[LineTerms], str]
    aside: Callable[[list[str]], str]
    height: Callable[[int], str]
    since: Callable[[str], str]


def _explain(line: "RatedLine", words: Words) -> str:
    terms = line.terms
    if terms is NO_TERMS:
        before, after = _around(words is ZH, line.tier, line.register, line.unit, line.unit_price)
        return f"{before}{quantity_text(line.quantity, line.unit)}{after}"
    if terms.weighted_days is not None:
        return words.refund(terms)
    lead = "" if line.tier is None else words.tier(line.tier)
    lead += words.register(line.register) if line.register else ""
    factors = [words.quantity(line.quantity, line.unit), words.price(line.unit_price), *_time(terms, words)]
    factors += [f"{plain(pct)}%" for pct in (terms.pct, terms.share_pct) if pct is not None and pct != 100]
    return lead + " × ".join(factors) + words.aside(_asides(terms, words))


@lru_cache(maxsize=4096)
def _around(in_zh: bool, tier: int | None, register: str, unit: str, unit_price: Decimal) -> tuple[str, str]:
    """What stands before and after the quantity: the same in thousands of bills."""
    words = ZH if in_zh else EN
    lead = "" if tier is None else words.tier(tier)
    lead += words.register(register) if register else ""
    of_unit = words.quantity(Decimal(0), unit).removeprefix(quantity_text(Decimal(0), unit))
    return lead, f"{of_unit} × {words.price(unit_price)}"


def _time(terms: LineTerms, words: Words) -> list[str]:
    """The time a price was multiplied with; the days of a split season are inside the price already."""
    factors = [words.months(terms.months)] if terms.months is not None else []
    if terms.days is not None and terms.season_days is not None:
        factors.append(words.part_of_season(terms.days, terms.season_days))
    elif terms.days is not None and terms.segment is None:
        factors.append(words.days(terms.days))
    return factors


def _asides(terms: LineTerms, words: Words) -> list[str]:
    asides = [words.height(terms.height_steps)] if terms.height_steps else []
    if terms.priced_from is not None:
        asides.append(words.since(terms.priced_from.isoformat()))
    if terms.segment is not None:
        first, last = terms.segment
        asides.append(f"{first.isoformat()} – {last.isoformat()}")
    return asides


def _refund_zh(terms: LineTerms) -> str:
    fee, days = terms.heat_fee or Decimal(0), terms.weighted_days or Decimal(0)
    return f"全季热费 {price_text(fee)} 元 ÷ {terms.season_days} 天 × 折算 {plain(days)} 天，退还"


def _refund_en(terms: LineTerms) -> str:
    fee, days = terms.heat_fee or Decimal(0), terms.weighted_days or Decimal(0)
    season = f"Season fee {price_text(fee)} yuan ÷ {terms.season_days} days"
    return f"{season} × {plain(days)} weighted days, refunded"


ZH = Words(
    quantity=lambda quantity, unit: f"{quantity_text(quantity, unit)} {UNITS_ZH.get(unit, unit)}".rstrip(),
    price=lambda price: f"{price_text(price)} 元",
    tier=lambda tier: f"{ordinal_zh(tier)}阶梯 ",
    register=lambda register: f"{REGISTERS_ZH.get(register, register)} ",
    months=lambda months: f"{months} 个月",
    days=lambda days: f"{days} 天",
    part_of_season=lambda days, season: f"{days}/{season} 天",
    refund=_refund_zh,
    aside=lambda asides: f"（{'，'.join(asides)}）" if asides else "",
    height=lambda steps: f"含层高加价 {steps} 档",
    since=lambda day: f"{day} 起执行的价格",
)
EN = Words(
    quantity=lambda quantity, unit: f"{quantity_text(quantity, unit)} {UNITS_EN.get(unit, unit)}".rstrip(),
    price=lambda price: f"{price_text(price)} yuan",
    tier=lambda tier: f"Tier {tier}: ",
    register=lambda register: f"{register.capitalize()}: ",
    months=lambda months: f"{months} months",
    days=lambda days: f"{days} days",
    part_of_season=lambda days, season: f"{days}/{season} days",
    refund=_refund_en,
    aside=lambda asides: f" ({', '.join(asides)})" if asides else "",
    height=lambda steps: f"with {steps} steps of height surcharge",
    since=lambda day: f"price from {day}",
)


def explain_zh(line: "RatedLine") -> str:
    """“第二阶梯 15 立方米 × 7.00 元”."""
    return _explain(line, ZH)


def explain_en(line: "RatedLine") -> str:
    """“Tier 2: 15 m³ × 7.00 yuan”."""
    return _explain(line, EN)
