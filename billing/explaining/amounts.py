"""How the amount adds up: component by component, tier by tier, each line as it stands on the bill."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from django.utils.translation import override

from billing.explaining.said import Said, tier_zh, units_en, units_zh, yuan
from billing.ledger_names import component_name
from billing.models import Bill, BillLine
from billing.money import NO_MONEY

# “第二阶梯 15 立方米 × 7.00 元”: what the engine writes where nothing else was multiplied.
_SIMPLE_ZH = re.compile(
    r"^(?P<lead>.*?)(?P<quantity>-?[0-9.]+) (?P<unit>\S+) × (?P<price>[0-9.]+) 元(?P<aside>（.*）)?$"
)
_SIMPLE_EN = re.compile(
    r"^(?P<lead>.*?)(?P<quantity>-?[0-9.]+) (?P<unit>\S+) × (?P<price>[0-9.]+) yuan(?P<aside> \(.*\))?$"
)  # fmt: skip
SERVICES = {
    "WATER": Said("水费", "water bill"),
    "GAS": Said("燃气费", "gas bill"),
    "ELECTRICITY": Said("电费", "electricity bill"),
    "HEAT": Said("采暖费", "heating bill"),
}


def said_total(bill: Bill) -> Said:
    """For what, from when to when, and how much."""
    service, amount = SERVICES[bill.service], yuan(bill.amount)
    first, last = bill.period_from.isoformat(), bill.period_to.isoformat()
    if bill.kind == Bill.Kind.OPENING:
        return Said(
            f"这笔{service.zh}是从旧系统转来的欠费，共 {amount} 元。",
            f"This {service.en} was taken over from the old system: {amount} yuan.",
        )
    if bill.kind == Bill.Kind.ONE_OFF:
        return Said(f"这笔一次性费用共 {amount} 元。", f"This fee is charged once: {amount} yuan.")
    if bill.kind == Bill.Kind.HEATING:
        season = bill.period.replace("-", "–")
        return Said(
            f"{season} 采暖季（{first} 至 {last}）的采暖费共 {amount} 元。",
            f"Heating for the season {season}, {first} to {last}, costs {amount} yuan.",
        )
    days = (bill.period_to - bill.period_from).days
    if not days:
        return Said(
            f"{last} 的{service.zh}共 {amount} 元。", f"This {service.en} of {last} is {amount} yuan."
        )
    return Said(
        f"{first} 至 {last}（{days} 天）的{service.zh}共 {amount} 元。",
        f"This {service.en} for {first} to {last}, {days} days, is {amount} yuan.",
    )


def said_components(lines: Sequence[BillLine]) -> list[Said]:
    """One sentence a component, its lines and their sum; the components sum to the bill."""
    said = [
        _said_component(list(group))
        for _, group in groupby(lines, key=lambda line: (line.component, line.category))
    ]
    if len(said) > 1:
        total = yuan(sum((line.amount for line in lines), NO_MONEY))
        said.append(Said(f"以上相加，合计 {total} 元。", f"Together that makes {total} yuan."))
    return said


def said_upper_tiers(lines: Sequence[BillLine], unit: str) -> Said | None:
    """What stands above the first tier, by the component that has the tiers: the usual reason for a dear bill."""
    tiered = [line for line in lines if line.tier]
    first = [line for line in tiered if line.component == tiered[0].component]
    above = sum((line.quantity for line in first if line.tier and line.tier > 1), Decimal(0))
    if not above:
        return None
    tiers = sorted({line.tier for line in first if line.tier and line.tier > 1})
    more = len(tiers) > 1
    where_zh = f"{tier_zh(tiers[0])}{'及以上' if more else ''}"
    where_en = f"tier {tiers[0]}{' and above' if more else ''}"
    if above == sum((line.quantity for line in first), Decimal(0)):
        return Said(
            f"本期用量全部在{where_zh}，单价较高。", f"All of it is in {where_en}, which has a higher price."
        )
    return Said(
        f"其中 {units_zh(above, unit)}进入{where_zh}，单价较高。",
        f"Of this, {units_en(above, unit)} fell into {where_en}, which has a higher price.",
    )


def _said_component(lines: Sequence[BillLine]) -> Said:
    code = lines[0].component
    name = said_component(code, lines[0].component_name)
    parts_zh = [f"{_aloud_zh(line.sentence)}，{yuan(line.amount)} 元" for line in lines]
    parts_en = [f"{_aloud_en(line.sentence_en or line.sentence)}, {yuan(line.amount)} yuan" for line in lines]
    if len(lines) > 1:
        total = yuan(sum((line.amount for line in lines), NO_MONEY))
        parts_zh.append(f"小计 {total} 元")
        parts_en.append(f"together {total} yuan")
    return Said(f"{name.zh}：{'；'.join(parts_zh)}。", f"{name.en}: {'; '.join(parts_en)}.")


def said_component(code: str, name: str) -> Said:
    """As the price list calls it; a component that has no name there by the usual one."""
    with override("en"):
        english = component_name(code)
    with override("zh-hans"):
        return Said(name or component_name(code), f"{english[0].upper()}{english[1:]}")


def _aloud_zh(sentence: str) -> str:
    """“第二阶梯 15 立方米，每立方米 7.00 元”."""
    found = _SIMPLE_ZH.match(sentence)
    if not found:
        return sentence
    return "{lead}{quantity} {unit}，每{unit} {price} 元{aside}".format(**_words(found))


def _aloud_en(sentence: str) -> str:
    found = _SIMPLE_EN.match(sentence)
    if not found:
        return sentence
    return "{lead}{quantity} {unit} at {price} yuan each{aside}".format(**_words(found))


def _words(found: re.Match[str]) -> dict[str, str]:
    return {name: words or "" for name, words in found.groupdict().items()}
