"""Factors of a line besides quantity and price."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What else was multiplied or divided to reach the amount of a line."""

    priced_from: date | None = None
    months: int | None = None
    days: int | None = None
    season_days: int | None = None
    pct: Decimal | None = None
    share_pct: Decimal | None = None
    height_steps: int | None = None
    segment: tuple[date, date] | None = None
    heat_fee: Decimal | None = None
    weighted_days: Decimal | None = None


NO_TERMS = LineTerms()
