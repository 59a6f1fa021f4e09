"""What the ledgers and the components of a bill are called in the books that people read."""

from django.utils.translation import gettext as _


def ledger_name(ledger: str) -> str:
    """revenue:supply → what finance calls it; what follows the colon is a component, a shift or a channel."""
    kind, _colon, part = ledger.partition(":")
    names = {
        "receivable": _("receivable"),
        "prepaid": _("prepaid credit"),
        "revenue": _("revenue"),
        "cash": _("cash in the drawer"),
        "clearing": _("to be cleared"),
        "late_charge": _("late charge"),
        "refund_payable": _("refunds payable"),
        "write_off": _("written off"),
        "cash_difference": _("cash over and short"),
        "opening": _("opening balance"),
        "donation": _("donations to be given"),
    }
    channels = {"pos": _("POS card"), "wechat": _("WeChat"), "alipay": _("Alipay"), "bank": _("bank")}
    name = names.get(kind, kind)
    if kind == "revenue":
        part = component_name(part)
    return f"{name} · {channels.get(part, part)}" if part else name


def measure_name(measure: str) -> str:
    """What a one-off fee is measured in."""
    names = {
        "area": _("area, m²"),
        "basement_area": _("not commercial, below ground, m²"),
        "tons": _("steam, t"),
        "gigajoules": _("steam by heat, GJ"),
        "tons_per_hour": _("connected load, t/h"),
    }
    return names.get(measure, measure)


def component_name(component: str) -> str:
    """The usual components in words; a company's own under its code, as the tariff names it."""
    names = {
        "energy": _("electricity charge"),
        "gas": _("gas charge"),
        "card_fee": _("fee for a lost card"),
        "supply": _("water charge"),
        "resource_fee": _("water resource fee"),
        "sewage": _("sewage treatment fee"),
        "area_heat": _("heating charge"),
        "base_heat": _("basic heating charge"),
        "metered_heat": _("metered heating charge"),
        "suspension_fee": _("network basic fee while suspended"),
        "temp_refund": _("refund for rooms below standard"),
        "network_construction": _("network construction fee"),
        "network_construction_basement": _("network construction fee, basement"),
        "network_construction_first": _("network construction fee, first ton an hour"),
        "network_construction_more": _("network construction fee, further tons an hour"),
        "steam": _("steam"),
        "steam_heat": _("steam by heat"),
        "household_conversion": _("household conversion fee"),
    }
    return names.get(component, component.replace("_", " "))
