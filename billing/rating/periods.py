"""Tier periods (计价周期): the stretch of time over which tiers accumulate.

A period is found from the date itself, by month names of its start; no index is computed by division,
so that months 3, 6, 9 and 12 stay in the period they close.
"""

from collections.abc import Callable
from datetime import date

BILLING_MONTHS = "billing_months"


def _year(day: date) -> str:
    return str(day.year)


def _half_year(day: date) -> str:
    return f"{day.year}H{1 if day.month <= 6 else 2}"


def _quarter(day: date) -> str:
    return f"{day.year}Q{1 if day.month <= 3 else 2 if day.month <= 6 else 3 if day.month <= 9 else 4}"


PeriodKey = Callable[[date], str]

ACCUMULATING: dict[str, PeriodKey] = {"calendar_year": _year, "half_year": _half_year, "quarter": _quarter}
TIER_PERIODS = (*ACCUMULATING, "year_from", BILLING_MONTHS)


def year_from(month: int, day_of_month: int) -> PeriodKey:
    """A year that starts on another day, such as the gas year of 1 November; named by its first month."""

    def key(day: date) -> str:
        year = day.year if (day.month, day.day) >= (month, day_of_month) else day.year - 1
        return f"{year}-{month:02}"

    return key
