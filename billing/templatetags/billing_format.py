from decimal import Decimal

from django import template

from billing.capitals import capitals as in_capitals
from billing.money import to_money
from billing.rating.plain import plain

register = template.Library()


@register.filter
def money(amount: Decimal | None) -> str:
    """2437.55 → 2,437.55: two decimals, thousands separated, in either language."""
    return "" if amount is None else f"{to_money(amount):,.2f}"


@register.filter
def money_text(amount: str) -> str:
    """The same for an amount that is kept as text, as in JSON."""
    return money(Decimal(amount)) if amount else ""


@register.filter
def plain_number(number: Decimal) -> str:
    """40.0000 → 40: a quantity without the zeros that the column has."""
    return plain(number)


@register.filter
def account_no(number: str) -> str:
    """0100172364 → 0100 1723 64: groups of four, as it is read aloud."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


@register.filter
def capitals(amount: Decimal) -> str:
    return in_capitals(amount)
