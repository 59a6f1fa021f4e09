"""Words of the price board: units, categories, tiers, registers, in the reader's language."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models.account import Category
from accounts.models.organisation import in_current_language
from billing.ledger_names import component_name
from billing.rating.plain import plain
from billing.rating.sentences import REGISTERS_ZH, UNITS_EN, UNITS_ZH, ordinal_zh, price_text

Json = dict[str, Any]


def unit_word(unit: str) -> str:
    return in_current_language(UNITS_ZH.get(unit, unit), UNITS_EN.get(unit, unit))


def price_unit(unit: str) -> str:
    """元/立方米."""
    return _("yuan per %(unit)s") % {"unit": unit_word(unit)} if unit else ""


def price(amount: Decimal) -> str:
    """At least two decimals, all that there are; thousands separated."""
    whole, _point, decimals = price_text(amount).partition(".")
    return f"{int(whole):,}.{decimals}"


def in_usual_order(categories: Iterable[str]) -> list[str]:
    """Residents first, as on every bill; a category of the tariff's own after the usual ones."""
    usual = {value.lower(): place for place, value in enumerate(Category.values)}
    return sorted(categories, key=lambda code: (usual.get(code, len(usual)), code))


def tier_word(number: int) -> str:
    return in_current_language(f"{ordinal_zh(number)}阶梯", f"Tier {number}")


def register_word(register: str) -> str:
    return in_current_language(REGISTERS_ZH.get(register, register), register.capitalize())


def category_word(code: str, definition: Json) -> str:
    """The price decision's own words, those of the account page, or the code itself."""
    named = in_current_language(
        str(definition.get("name_zh") or definition.get("name") or ""), str(definition.get("name_en") or "")
    )
    if named:
        return named
    if code.upper() in Category.values:
        return str(Category(code.upper()).label)
    return _("low-income households") if code == "low_income" else code.replace("_", " ")


def component_word(definition: Json) -> str:
    code = str(definition.get("code", ""))
    name = str(definition.get("name_zh") or definition.get("name") or "")
    known = component_name(code)
    return in_current_language(name or known, str(definition.get("name_en") or known))


def percent(pct: Decimal) -> str:
    return f"{plain(pct)}%"


def note_of(definition: Json) -> list[str]:
    """A remark in the price decision; it is written for the public."""
    note = definition.get("note")
    return [str(note)] if note else []


def by_note(said: Iterable[tuple[str, str]]) -> list[str]:
    """Each remark once, with all the categories that it is about."""
    about: dict[str, list[str]] = {}
    for category, note in said:
        about.setdefault(note, []).append(category)
    return [
        _("%(category)s: %(note)s") % {"category": _(", ").join(categories), "note": note}
        for note, categories in about.items()
    ]
