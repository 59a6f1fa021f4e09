"""Where an account stands in its tiers on a day: what was used, what is left, what comes next and at which price."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q

from accounts.models import Account
from accounts.models.account import Service
from billing.explaining.said import Said, tier_zh, units_en, units_zh
from billing.explaining.tier_periods import last_day, said_period
from billing.models import TariffVersion
from billing.queries.households import Household, household_of
from billing.queries.pricing_facts import pricing_facts
from billing.queries.unbilled import tier_positions
from billing.rating.components import ByRegister, Flat, Tiered
from billing.rating.metered import compile_tariff
from billing.rating.refusal import RatingRefused
from billing.rating.sentences import price_text
from billing.rating.usage import ONE
from billing.rating.versions import CategoryPrice, index_in_force

# The strip that is drawn: its width, and how much of it the open last tier gets.
WIDTH, LAST_TIER = 480, 100


@dataclass(frozen=True)
class TierStanding:
    """`prices` has one price a tier, all components together; None where a register decides the price."""

    period: str
    used: Decimal
    thresholds: tuple[Decimal, ...]
    prices: tuple[Decimal | None, ...]
    unit: str
    ends_on: datetime.date

    @property
    def tier(self) -> int:
        """A threshold itself still belongs to its tier; the next unit does not."""
        return sum(self.used > threshold for threshold in self.thresholds) + 1

    @property
    def left(self) -> Decimal | None:
        """What can still be used in the tier; None in the highest."""
        return self.thresholds[self.tier - 1] - self.used if self.tier <= len(self.thresholds) else None

    @cached_property
    def sentence(self) -> Said:
        """“2026 年已用 195 立方米，在第二阶梯，每立方米 7.00 元；再用 65 立方米到 260 …”."""
        period, now = said_period(self.period), self.prices[self.tier - 1]
        zh = f"{period.zh}已用 {units_zh(self.used, self.unit)}，在{tier_zh(self.tier)}{_at_zh(now, self.unit)}"
        en = f"{units_en(self.used, self.unit)} used in {period.en}: tier {self.tier}{_at_en(now, self.unit)}"
        if self.left is None:
            zh, en = f"{zh}，已是最高一档", f"{en}, the highest"
        else:
            after = self.prices[self.tier]
            upto = self.thresholds[self.tier - 1]
            zh += (
                f"；本档还剩 {units_zh(self.left, self.unit)}，"
                f"超过 {units_zh(upto, self.unit)}后为{tier_zh(self.tier + 1)}{_at_zh(after, self.unit)}"
            )
            en += (
                f"; {units_en(self.left, self.unit)} left in it, "
                f"above {units_en(upto, self.unit)} tier {self.tier + 1}{_at_en(after, self.unit)}"
            )
        return Said(
            f"{zh}。{self.ends_on} 后重新计算。", f"{en}. The count begins again after {self.ends_on}."
        )

    @cached_property
    def strip(self) -> dict[str, Any]:
        """The tiers as a bar of WIDTH: the marks of the thresholds, and how far it is filled."""
        top = self.thresholds[-1]
        scale = Decimal(WIDTH - LAST_TIER) / top
        # The open tier has no end: its part of the strip fills up within as much again.
        beyond = max(Decimal(0), min(self.used - top, top)) / top * LAST_TIER
        filled = min(self.used, top) * scale + beyond
        return {
            "width": str(WIDTH),
            "filled": f"{filled:.0f}",
            "marks": [
                {"x": f"{threshold * scale:.0f}", "label": units_zh(threshold, "")}
                for threshold in self.thresholds
            ],
        }


def tier_standing(
    account: Account, on: datetime.date, household: Household | None = None
) -> TierStanding | None:
    """The standing on a day with the account's facts of that day; None where nothing accumulates.

    Two queries, and one more where the page has not read the household yet.
    """
    if account.service == Service.HEAT:
        return None
    versions = versions_for(account)
    if not versions:
        return None
    facts_row = {
        "category": account.category,
        "opened_on": account.opened_on,
        "household": household or household_of(account),
    }
    position = tier_positions([account.pk], on).get(account.pk, {})
    try:
        return _standing(facts_row, versions, position, on)
    except RatingRefused:
        # A price list that has nothing for this account must not keep its bills from being paid.
        return None


def versions_for(account: Account) -> list[TariffVersion]:
    """The approved versions of the tariff that prices the account's meter: its branch's own, or that of all."""
    found = list(
        TariffVersion.objects.filter(
            Q(tariff__branch=account.branch_id) | Q(tariff__branch=None),
            tariff__service=account.service,
            tariff__kind="metered",
            approved_by__isnull=False,
        )
        .select_related("tariff")
        .order_by("effective_from")
    )
    own = [version for version in found if version.tariff.branch_id is not None]
    return own or found


def _standing(
    account: Mapping[str, Any],
    versions: list[TariffVersion],
    position: Mapping[str, Decimal],
    on: datetime.date,
) -> TierStanding | None:
    # Nothing was brought before the first version.
    rules = {**versions[0].tariff.rules, **(versions[0].rules or {})}
    tariff = compile_tariff({**rules, "versions": [one.definition() for one in versions]})
    facts = pricing_facts(account, tariff, on, on)
    index = index_in_force(tariff.history.starts, on)
    price = tariff.history.versions[index].price_for(facts.category)
    if price.tiers is None or price.tiers.period is None:
        return None
    key = price.tiers.period(on)
    thresholds = price.tiers.thresholds(facts, on, ONE)
    category = versions[index].prices["categories"][facts.category]
    return TierStanding(
        key, position.get(key, Decimal(0)), thresholds, _prices(price, len(thresholds) + 1), tariff.on(on).unit,
        last_day(key, category),
    )  # fmt: skip


def _prices(price: CategoryPrice, tiers: int) -> tuple[Decimal | None, ...]:
    """What one unit costs in each tier, all components together."""
    if any(isinstance(component, ByRegister) for component in price.components):
        return (None,) * tiers
    flat = sum((one.price for one in price.components if isinstance(one, Flat)), Decimal(0))
    tiered = [one.prices for one in price.components if isinstance(one, Tiered)]
    return tuple(flat + sum((prices[tier] for prices in tiered), Decimal(0)) for tier in range(tiers))


def _at_zh(price: Decimal | None, unit: str) -> str:
    return "" if price is None else f"，每{units_zh(Decimal(1), unit)[2:]} {price_text(price)} 元"


def _at_en(price: Decimal | None, unit: str) -> str:
    return "" if price is None else f" at {price_text(price)} yuan a {units_en(Decimal(1), unit)[2:]}"
