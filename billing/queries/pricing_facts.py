"""An account as the rating engine takes it: category, household and opening on the day of a reading."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billing.queries.households import Household
from billing.rating.metered import Tariff
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
    rules: Mapping[str, Any],
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
        proration=_proration(account, rules),
    )


def _category(account: Mapping[str, Any], tariff: Tariff, since: datetime.date, on: datetime.date) -> str:
    """A resident who has proved a low income on the day of the reading pays that price, if there is one."""
    category: str = account["category"].lower()
    if category != RESIDENT or not account["household"].has_low_income_on(on):
        return category
    return LOW_INCOME_PRICE if tariff.prices(LOW_INCOME_PRICE, since, on) else category


def _proration(account: Mapping[str, Any], rules: Mapping[str, Any]) -> Proration | None:
    if "new_account" not in rules.get("rules", {}):
        return None
    opened_on: datetime.date = account["opened_on"]
    return Proration(Decimal(13 - opened_on.month), opened_on=opened_on)
