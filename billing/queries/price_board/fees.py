"""The board of one-off fees: every fee with its measure, its price and from what amount on."""

from django.utils.translation import gettext as _

from billing.queries.price_board.parts import Row, Table
from billing.queries.price_board.words import Json, price, unit_word
from billing.rating import compile_one_off
from billing.rating.one_off import NAMES_ZH, FeeItem
from billing.rating.plain import plain
from billing.tariff_file.kinds import Kind, undated_document

_UNITS = {"area": "m2", "basement_area": "m2", "tons": "t", "tons_per_hour": "t/h", "gigajoules": "GJ"}


def fee_tables(rules: Json, prices: Json) -> list[Table]:
    """One table: the fee, for whom, and its price per unit."""
    tariff = compile_one_off(undated_document(Kind.ONE_OFF, rules, prices))
    rows = [
        Row(_name(item), _for_whom(fee, item), [_price(item)])
        for fee, items in tariff.fees.items()
        for item in items
    ]
    return [
        Table(_("One-off fees"), _("Fee"), [_("Unit price")], rows, "", detail=_("For")),
    ]


def _name(item: FeeItem) -> str:
    names = {
        "network_construction": _("network construction fee"),
        "network_construction_basement": _("network construction fee, basement"),
        "network_construction_first": _("network construction fee, first ton"),
        "network_construction_more": _("network construction fee, each further ton"),
        "steam": _("steam"),
        "steam_heat": _("steam by heat"),
    }
    if item.name_zh and item.name_zh != NAMES_ZH.get(item.component):
        return item.name_zh
    return names.get(item.component, item.component.replace("_", " "))


def fee_word(fee: str) -> str:
    """For whom a fee is, in words."""
    words = {
        "new_building": _("new buildings"),
        "existing_vertical": _("existing buildings, risers"),
        "existing_individual": _("existing buildings, own control"),
        "industrial_connection": _("industrial connections"),
        "steam": _("steam users"),
        "steam_heat": _("steam users"),
        "household_conversion": _("households with risers"),
        "residential": _("residential buildings"),
        "public": _("public buildings"),
    }
    return words.get(fee, fee.replace("_", " "))


def _for_whom(fee: str, item: FeeItem) -> str:
    said = fee_word(fee)
    unit = unit_word(_UNITS.get(item.measure, item.measure))
    if item.above:
        said += _(", above %(from)s %(unit)s") % {"from": plain(item.above), "unit": unit}
    if item.at_most is not None:
        said += _(", up to %(to)s %(unit)s") % {"to": plain(item.at_most), "unit": unit}
    return said


def _price(item: FeeItem) -> str:
    unit = unit_word(_UNITS.get(item.measure, item.measure))
    return _("%(price)s per %(unit)s") % {"price": price(item.unit_price), "unit": unit}
