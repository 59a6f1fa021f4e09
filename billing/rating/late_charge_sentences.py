"""The sentence that explains a late charge: days × rate × base, and what limited it."""

from typing import TYPE_CHECKING

from billing.rating.plain import plain
from billing.rating.sentences import price_text

if TYPE_CHECKING:
    from billing.rating.late_charge import LateCharge


def late_charge_zh(charge: "LateCharge") -> str:
    """“36 天 × 0.1% × 326.50 元”."""
    if not charge.days:
        return "未逾期，无违约金"
    sentence = _sum(charge, "天", "元")
    if charge.one_time_pct is not None:
        sentence = f"逾期一次性收取 {plain(charge.one_time_pct)}% × {price_text(charge.base)} 元"
    limit = price_text(charge.penalty)
    asides = {"cap": f"，以 {limit} 元为限", "minimum": f"，不足 {limit} 元按 {limit} 元收取"}
    return sentence + asides.get(charge.limited_by, "")


def late_charge_en(charge: "LateCharge") -> str:
    """“36 days × 0.1% × 326.50 yuan”."""
    if not charge.days:
        return "Not overdue, no late charge"
    sentence = _sum(charge, "days", "yuan")
    if charge.one_time_pct is not None:
        sentence = f"Once when late: {plain(charge.one_time_pct)}% × {price_text(charge.base)} yuan"
    limit = price_text(charge.penalty)
    asides = {"cap": f", at most {limit} yuan", "minimum": f", at least {limit} yuan"}
    return sentence + asides.get(charge.limited_by, "")


def _sum(charge: "LateCharge", days: str, yuan: str) -> str:
    return " + ".join(
        f"{segment.days} {days} × {plain(segment.rate * 100)}% × {price_text(segment.base)} {yuan}"
        for segment in charge.segments
    )
