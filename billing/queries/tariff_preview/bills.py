"""One typical household's bill of a year or a season under one definition."""

import datetime
from calendar import monthrange
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from billing.money import NO_MONEY
from billing.rating import (
    NOTHING_YET,
    Facts,
    HeatedPremises,
    HeatingTariff,
    Position,
    Tariff,
    Usage,
    UsageRefused,
    area_bill,
    two_part_bill,
)
from billing.rating.heating import ANY_CATEGORY
from billing.rating.refusal import gettext_noop

Household = Mapping[str, Any]
# The first register of a time-of-use meter counts most of the day; the others share the rest.
DAY_SHARE = Decimal("0.6")
# What a square metre of a flat takes in a season, by the unit of the heat meter.
HEAT_PER_M2 = {"GJ": Decimal("0.30"), "kWh": Decimal("83")}


def year_of_use(tariff: Tariff, household: Household, year: int) -> Decimal:
    """Twelve monthly readings of one year, the place in the tiers carried from month to month."""
    (version,) = tariff.history.versions
    category = _category(household, version.categories)
    facts = Facts(category, household["persons"])
    position: Position = NOTHING_YET
    total = NO_MONEY
    for month in range(1, 13):
        quantity = Decimal(household["monthly"])
        on = datetime.date(year, month, monthrange(year, month)[1])
        registers = _registers(version.categories[category].registers, quantity)
        rated = tariff.rate(Usage(on, quantity, registers=registers), facts, position)
        total, position = total + rated.total, rated.position_after
    return total


def season_of_heat(tariff: HeatingTariff, household: Household, on: datetime.date) -> Decimal:
    """The season's bill by area; where heat is metered, with the usual heat of the area."""
    (version,) = tariff.versions
    low_income = tariff.rules.low_income
    known = {*version, low_income.category} if low_income is not None else {*version}
    category = ANY_CATEGORY if ANY_CATEGORY in known else _category(household, known)
    premises = HeatedPremises(
        Decimal(household["area"]),
        category,
        Decimal(household["height_m"]) if "height_m" in household else None,
        next(iter(tariff.coefficients), ""),
    )
    price = tariff.price(category, 0)
    if price.base is None or price.metered is None:
        return area_bill(tariff, premises, on).total
    used = premises.area * HEAT_PER_M2.get(price.metered_unit, HEAT_PER_M2["GJ"])
    return two_part_bill(tariff, premises, used, None, on).total


def _category(household: Household, known: Collection[str]) -> str:
    """The first of the household's categories that the price decision names, or names a kind of."""
    exact = [category for category in household["category"] if category in known]
    kinds = [
        name
        for category in household["category"]
        for name in sorted(known)
        if name.startswith(f"{category}_")
    ]
    if not exact and not kinds:
        raise UsageRefused(gettext_noop("There is no price for this kind of use."), code="no_category")
    return str([*exact, *kinds][0])


def _registers(names: frozenset[str], quantity: Decimal) -> tuple[tuple[str, Decimal], ...]:
    if not names:
        return ()
    ordered = sorted(names, key=lambda name: (name != "peak", name))
    if len(ordered) == 1:
        return ((ordered[0], quantity),)
    first = (quantity * DAY_SHARE).to_integral_value()
    each = ((quantity - first) / (len(ordered) - 1)).to_integral_value()
    rest = [each] * (len(ordered) - 2)
    used = [first, *rest]
    return tuple(zip(ordered, [*used, quantity - sum(used)], strict=True))
