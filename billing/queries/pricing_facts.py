"""An account as the rating engine takes it: category, household and opening on the day of a reading."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billing.queries.households import Household
from billing.rating.metered import Tariff
from billing.rating.periods import PeriodKey
from billing.rating.usage import Facts, Proration

# The category of use that evidence can change, and the name that tariffs give to the price it leads to.
RESIDENT = "resident"
LOW_INCOME_PRICE = "low_income"


DAYS_IN_A_MONTH = Decimal("30.4375")


def months_between(since: datetime.date, on: datetime.date) -> Decimal:
    """How many months a bill counts for thresholds and free units: whole ones, at least one."""
    return max(Decimal(1), Decimal(round((on - since).days / DAYS_IN_A_MONTH)))


def pricing_facts(
    account: Mapping[str, Any],
    tariff: Tariff,
    since: datetime.date,
    on: datetime.date,
) -> Facts:
    """What is read between two days is priced with these facts; `account` is a row of accounts_with_facts()."""
    household: Household = account["household"]
    return Facts(
        _category(account, tariff, since, on),
        household.persons,
        household.persons_history(),
        proration=_proration(account, tariff, on),
    )


def _category(account: Mapping[str, Any], tariff: Tariff, since: datetime.date, on: datetime.date) -> str:
    """A resident who has proved a low income on the day of the reading pays that price, if there is one."""
    category: str = account["category"].lower()
    if category != RESIDENT or not account["household"].has_low_income_on(on):
        return category
    return LOW_INCOME_PRICE if tariff.prices(LOW_INCOME_PRICE, since, on) else category


def _proration(account: Mapping[str, Any], tariff: Tariff, on: datetime.date) -> Proration | None:
    """An account opened inside the tier period has thresholds for the months that were left of it."""
    if not tariff.on(on).prorates_openings:
        return None
    opened_on: datetime.date = account["opened_on"]
    period = tariff.tier_period(account["category"].lower(), on)
    if period is None or period(opened_on) != period(on):
        return None
    return _opening_months(period, opened_on)


def _opening_months(period: PeriodKey, opened_on: datetime.date) -> Proration:
    """How many months of its tier period an account has, of how many: two of six, when May opens a half-year."""
    month = opened_on.year * 12 + opened_on.month - 1
    key = period(opened_on)
    last_days = [last_day_of(at // 12, at % 12 + 1) for at in range(month - 12, month + 13)]
    inside = [day for day in last_days if period(day) == key]
    left = [day for day in inside if day >= opened_on]
    return Proration(Decimal(len(left)), Decimal(len(inside)), opened_on=opened_on)


def last_day_of(year: int, month: int) -> datetime.date:
    return datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
