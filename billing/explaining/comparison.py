"""The bill beside the one before it and that of a year ago, in words."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from billing.explaining.said import Said, units_en, units_zh, yuan
from billing.models import Bill

A_YEAR = datetime.timedelta(days=365)
# A reader comes on another day of the month every year.
NEAR = datetime.timedelta(days=20)


def bill_before(bill: Bill, history: Sequence[Bill]) -> Bill | None:
    """The latest bill of the history that ended before this one."""
    earlier = [one for one in history if one.pk != bill.pk and one.period_to < bill.period_to]
    return max(earlier, key=lambda one: (one.period_to, one.pk), default=None)


def bill_a_year_before(bill: Bill, history: Sequence[Bill]) -> Bill | None:
    """The bill that ended at about the same time of the year before."""
    wanted = bill.period_to - A_YEAR
    near = [one for one in history if one.pk != bill.pk and abs(one.period_to - wanted) <= NEAR]
    return min(near, key=lambda one: abs(one.period_to - wanted), default=None)


def said_comparison(bill: Bill, history: Sequence[Bill]) -> list[Said]:
    before, year = bill_before(bill, history), bill_a_year_before(bill, history)
    said = []
    if before is not None and before is not year:
        said.append(_compared(bill, before, Said("上期", "The bill before")))
    if year is not None:
        said.append(_compared(bill, year, Said("去年同期", "A year ago the bill")))
    return said


def _compared(bill: Bill, other: Bill, name: Said) -> Said:
    unit = bill.basis.get("unit", "m2" if bill.kind == Bill.Kind.HEATING else "")
    more_units, more_money = bill.quantity - other.quantity, bill.amount - other.amount
    zh = f"{name.zh}（{other.period}）{_had_zh(other, unit)}"
    en = f"{name.en} ({other.period}) {_had_en(other, unit)}"
    if not more_units and not more_money:
        return Said(f"{zh}，本期一样。", f"{en}; this one is the same.")
    zh_units = (
        f"{_used_zh(bill)}{_more_zh(more_units)} {units_zh(abs(more_units), unit)}，" if more_units else ""
    )
    zh_money = f"金额{_more_zh(more_money)} {yuan(abs(more_money))} 元" if more_money else "金额一样"
    en_units = f"{units_en(abs(more_units), unit)} {_more_en(more_units)} and " if more_units else ""
    en_money = f"{yuan(abs(more_money))} yuan {_more_en(more_money)}" if more_money else "the same amount"
    return Said(f"{zh}；本期{zh_units}{zh_money}。", f"{en}; this one is {en_units}{en_money}.")


def _used_zh(bill: Bill) -> str:
    return "面积" if bill.kind == Bill.Kind.HEATING else "用量"


def _had_zh(other: Bill, unit: str) -> str:
    return f"是 {units_zh(other.quantity, unit)}、{yuan(other.amount)} 元"


def _had_en(other: Bill, unit: str) -> str:
    return f"was for {units_en(other.quantity, unit)} and {yuan(other.amount)} yuan"


def _more_zh(difference: Decimal) -> str:
    return "多" if difference > 0 else "少"


def _more_en(difference: Decimal) -> str:
    return "more" if difference > 0 else "less"
