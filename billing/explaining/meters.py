"""What the meters counted, and where that left the account in its tiers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billing.explaining.said import (
    Said,
    listed_en,
    listed_zh,
    tier_zh,
    units_en,
    units_zh,
)
from billing.explaining.tier_periods import said_period
from billing.models import Bill
from billing.rating.plain import plain


def said_readings(bill: Bill) -> Said | None:
    """From which figure to which, meter by meter, and what that makes."""
    segments = bill.basis.get("segments") or []
    if not segments:
        return None
    unit = bill.basis.get("unit", "")
    zh = [
        f"{segment['meter']} 号表上次 {_figure(segment, 'from')}，这次 {_figure(segment, 'to')}"
        + ("（表已走满一圈）" if segment.get("rollover") else "")
        for segment in segments
    ]
    en = [
        f"meter {segment['meter']} stood at {_figure(segment, 'from')} and now at {_figure(segment, 'to')}"
        + (" after passing zero" if segment.get("rollover") else "")
        for segment in segments
    ]
    sentence = "; ".join(en)
    return Said(
        f"{'；'.join(zh)}，共用 {units_zh(bill.quantity, unit)}{_multiplied(bill, segments, '（已乘倍率）')}。",
        f"{sentence[0].upper()}{sentence[1:]}: {units_en(bill.quantity, unit)} used"
        f"{_multiplied(bill, segments, ', multiplied as the meter says')}.",
    )


def said_tiers(bill: Bill) -> list[Said]:
    """The thresholds, and for each tier period what was used before this bill and after it."""
    thresholds = [Decimal(one) for one in bill.basis.get("thresholds", ())]
    if not thresholds:
        return []
    unit = bill.basis.get("unit", "")
    if not bill.tier_uses:
        return [
            Said(
                f"阶梯按账期计算，这一期各档上限是 {listed_zh(thresholds)} {_unit_zh(unit)}。",
                f"The tiers count for this bill alone; they end at {listed_en(thresholds)} {_unit_en(unit)}.",
            )
        ]
    return [
        _said_position(bill, key, Decimal(used), thresholds, unit) for key, used in bill.tier_uses.items()
    ]


def _said_position(bill: Bill, key: str, used: Decimal, thresholds: list[Decimal], unit: str) -> Said:
    before = Decimal(bill.basis.get("used_before", {}).get(key, "0"))
    after, period = before + used, said_period(key)
    tier = sum(after > threshold for threshold in thresholds) + 1
    zh = (
        f"阶梯按 {period.zh}累计，各档上限是 {listed_zh(thresholds)} {_unit_zh(unit)}："
        f"此前已用 {plain(before)}，加上本期 {plain(used)}，累计 {plain(after)} {_unit_zh(unit)}，在{tier_zh(tier)}"
    )
    en = (
        f"Tiers add up over {period.en} and end at {listed_en(thresholds)} {_unit_en(unit)}: "
        f"{plain(before)} before, {plain(used)} on this bill, {plain(after)} now, in tier {tier}"
    )
    return Said(f"{zh}。", f"{en}.")


def _figure(segment: Mapping[str, Any], end: str) -> str:
    return plain(Decimal(segment[end]))


def _multiplied(bill: Bill, segments: list[Mapping[str, Any]], words: str) -> str:
    """A transformer meter counts in multiples: its figures do not add up to the quantity by themselves."""
    if any(segment.get("rollover") for segment in segments):
        return ""
    counted = sum((Decimal(one["to"]) - Decimal(one["from"]) for one in segments), Decimal(0))
    return "" if counted == bill.quantity else words


def _unit_zh(unit: str) -> str:
    return units_zh(Decimal(0), unit)[2:]


def _unit_en(unit: str) -> str:
    return units_en(Decimal(0), unit)[2:]
