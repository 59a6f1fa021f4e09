"""The board of a metered tariff: tiers down, components across; flat categories share one table."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from billing.queries.price_board.parts import Row, Table
from billing.queries.price_board.words import (
    by_note,
    category_word,
    component_word,
    in_usual_order,
    note_of,
    price,
    price_unit,
    register_word,
    tier_word,
    unit_word,
)
from billing.rating import compile_tariff
from billing.rating.components import ByRegister, Component, Flat, Tiered
from billing.rating.household import AddIfAtLeast, AddPerPerson, HouseholdRule
from billing.rating.plain import plain
from billing.rating.tiers import TierTable
from billing.rating.versions import CategoryPrice
from billing.tariff_file.kinds import Json, Kind, undated_document

ZERO = Decimal(0)


def metered_tables(rules: Json, prices: Json) -> list[Table]:
    """One table for each category with tiers or registers, one for all that have neither."""
    tariff = compile_tariff(undated_document(Kind.METERED, rules, prices))
    definitions = prices["categories"] if "categories" in prices else rules["categories"]
    (version,) = tariff.history.versions
    tables, flat = list[Table](), dict[tuple[str, ...], list[tuple[str, CategoryPrice]]]()
    for code in in_usual_order(version.categories):
        category = version.categories[code]
        if category.tiers is None and not category.registers:
            names = tuple(component_word(one) for one in definitions[code]["components"])
            flat.setdefault(names, []).append((code, category))
        else:
            tables += _tables_of(code, definitions[code], category, tariff.unit)
    return tables + [_flat_table(names, rows, definitions, tariff.unit) for names, rows in flat.items()]


def _tables_of(code: str, definition: Json, category: CategoryPrice, unit: str) -> list[Table]:
    title = category_word(code, definition)
    named = list(
        zip(
            category.components,
            [component_word(one) for one in definition["components"]],
            strict=True,
        )
    )
    tables = []
    by_register = [(part, name) for part, name in named if isinstance(part, ByRegister)]
    others = [(part, name) for part, name in named if not isinstance(part, ByRegister)]
    if by_register:
        flat = [(part, name) for part, name in others if isinstance(part, Flat)]
        tables.append(_register_table(title, by_register, flat, unit))
        others = [(part, name) for part, name in others if isinstance(part, Tiered)]
        title = _("%(category)s: added by tier") % {"category": title}
    if category.tiers is not None and others:
        tables.append(_tier_table(title, definition, category.tiers, others, unit))
    notes = (*note_of(definition), *_rules_of(definition, category, unit))
    last = tables[-1]
    tables[-1] = Table(
        last.title, last.label, last.columns, last.rows, last.unit, last.detail, last.total, notes
    )
    return tables


def _tier_table(
    title: str, definition: Json, tiers: TierTable, parts: list[tuple[Component, str]], unit: str
) -> Table:
    rows = []
    for place in range(len(tiers.upto) + 1):
        each = [_price_in(part, place) for part, _name in parts]
        rows.append(
            Row(tier_word(place + 1), _span(tiers.upto, place), [price(one) for one in each], _sum(each))
        )
    return Table(
        title, _("Tier"), [name for _part, name in parts], rows, price_unit(unit),
        detail=_period_word(str(definition.get("tier_period", "")), unit),
        total=_("Price") if len(parts) > 1 else "",
    )  # fmt: skip


def _price_in(part: Component, place: int) -> Decimal:
    if isinstance(part, Tiered):
        return part.prices[place]
    return part.price if isinstance(part, Flat) else ZERO


def _register_table(
    title: str, by_register: list[tuple[ByRegister, str]], flat: list[tuple[Any, str]], unit: str
) -> Table:
    registers = list(
        dict.fromkeys(register for part, _name in by_register for register, _price in part.prices)
    )
    rows = []
    for register in registers:
        each = [dict(part.prices).get(register, ZERO) for part, _name in by_register]
        each += [part.price for part, _name in flat]
        rows.append(Row(register_word(register), "", [price(one) for one in each], _sum(each)))
    names = [name for _part, name in (*by_register, *flat)]
    return Table(
        title, _("Time of use"), names, rows, price_unit(unit), total=_("Price") if len(names) > 1 else ""
    )


def _flat_table(
    names: tuple[str, ...], rows: list[tuple[str, CategoryPrice]], definitions: Json, unit: str
) -> Table:
    lines, said = [], list[tuple[str, str]]()
    for code, category in rows:
        each = [part.price for part in category.components if isinstance(part, Flat)]
        word = category_word(code, definitions[code])
        lines.append(Row(word, "", [price(one) for one in each], _sum(each)))
        notes = (*note_of(definitions[code]), *_rules_of(definitions[code], category, unit))
        said += [(word, note) for note in notes]
    return Table(
        _("Prices without tiers"), _("Category of use"), names, lines, price_unit(unit),
        total=_("Price") if len(names) > 1 else "", notes=by_note(said),
    )  # fmt: skip


def _sum(prices: Iterable[Decimal]) -> str:
    return price(sum(prices, ZERO))


def _span(upto: tuple[Decimal, ...], place: int) -> str:
    """The upper bound belongs to its tier (C2)."""
    if place == 0:
        return _("up to %(to)s") % {"to": plain(upto[0])}
    if place == len(upto):
        return _("above %(from)s") % {"from": plain(upto[-1])}
    return _("above %(from)s, up to %(to)s") % {"from": plain(upto[place - 1]), "to": plain(upto[place])}


def _period_word(period: str, unit: str) -> str:
    words = {
        "calendar_year": _("Use in the calendar year"),
        "half_year": _("Use in the half-year"),
        "quarter": _("Use in the quarter"),
        "billing_months": _("Use in a month"),
        "year_from": _("Use in the tariff year"),
    }
    return _("%(period)s, %(unit)s") % {"period": words.get(period, ""), "unit": unit_word(unit)}


def _rules_of(definition: Json, category: CategoryPrice, unit: str) -> list[str]:
    said = []
    if definition.get("year_starts_on"):
        said.append(_("The tariff year begins on %(day)s.") % {"day": definition["year_starts_on"]})
    if category.tiers is not None and category.tiers.household is not None:
        said.append(_household(category.tiers.household, unit))
    if category.free_per_month:
        said.append(
            _("%(quantity)s %(unit)s a month are free.")
            % {"quantity": plain(category.free_per_month), "unit": unit_word(unit)}
        )
    return said


def _household(rule: HouseholdRule, unit: str) -> str:
    if isinstance(rule, AddPerPerson):
        return _("Households of more than %(persons)s: every bound rises by %(add)s %(unit)s for each further person.") % {
            "persons": rule.base_persons, "add": _each(rule.add), "unit": unit_word(unit),
        }  # fmt: skip
    if isinstance(rule, AddIfAtLeast):
        return _("Households of %(persons)s or more: every bound rises by %(add)s %(unit)s.") % {
            "persons": rule.min_persons, "add": _each(rule.add), "unit": unit_word(unit),
        }  # fmt: skip
    return _("Households of %(persons)s or more: the bounds are %(add)s %(unit)s for each person.") % {
        "persons": rule.min_persons, "add": " / ".join(plain(one) for one in rule.per_person_upto),
        "unit": unit_word(unit),
    }  # fmt: skip


def _each(added: tuple[Decimal, ...]) -> str:
    return plain(added[0]) if len(set(added)) == 1 else " / ".join(plain(one) for one in added)
