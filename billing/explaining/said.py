"""What is said of a bill: the same sentence in Chinese and in English."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from accounts.models.organisation import in_current_language
from billing.money import to_money
from billing.rating.plain import plain
from billing.rating.sentences import UNITS_EN, UNITS_ZH, ordinal_zh


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in both languages; str() is that of the page."""

    zh: str
    en: str

    def __str__(self) -> str:
        return in_current_language(self.zh, self.en)


def yuan(amount: Decimal) -> str:
    """1234567.89 is 1,234,567.89, as on every page."""
    return f"{to_money(amount):,.2f}"


def units_zh(quantity: Decimal, unit: str) -> str:
    return f"{plain(quantity)} {UNITS_ZH.get(unit, unit)}".rstrip()


def units_en(quantity: Decimal, unit: str) -> str:
    return f"{plain(quantity)} {UNITS_EN.get(unit, unit)}".rstrip()


def tier_zh(tier: int) -> str:
    return f"{ordinal_zh(tier)}阶梯"


def listed_zh(quantities: list[Decimal]) -> str:
    return "、".join(plain(quantity) for quantity in quantities)


def listed_en(quantities: list[Decimal]) -> str:
    return " and ".join(plain(quantity) for quantity in quantities)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)
