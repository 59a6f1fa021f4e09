"""A heating company for tests: its tariffs, its season, its customers."""

import datetime
from decimal import Decimal
from typing import Any

from accounts.models import Account, Branch
from billing.models import Bill, HeatingSeason, HeatSuspension, Tariff, TemperatureRefund
from billing.services.bill_run import run_billing
from billing.services.heat_suspensions import apply_for_suspension, approve_suspension
from tests.billing.metering import make_heating_tariff, make_tariff
from tests.factories.accounts import make_account, make_customer, make_premises, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING
from tests.hall import CANARY, Hall

# Shenyang (domain.md P26): 26 yuan, 15 % without heat, 85 % of the days after a resumption.
SHENYANG: dict[str, Any] = {
    "unit": "m2",
    "rounding": {"level": "line", "mode": "half_up", "scale": 2},
    "season": {"from": "11-01", "to": "03-31", "inclusive": True},
    "rules": {"suspension": {"fee_pct": "15"}, "resume_in_season": {"pct": "85", "by": "days"}},
}
SHENYANG_PRICES = {"area_price": "26"}

# Linyi (domain.md P28): 23 yuan, 131 days, 20 % from 16 to 18 degrees, 50 % from 14 to 16, all below 14.
LINYI: dict[str, Any] = {
    "unit": "m2",
    "rounding": {"level": "line", "mode": "half_up", "scale": 2},
    "season": {"from": "11-10", "to": "03-20", "inclusive": True},
    "rules": {
        "temp_refund": {
            "bands": [
                {"min": "16", "max": "18", "pct": "20"},
                {"min": "14", "max": "16", "pct": "50"},
                {"max": "14", "pct": "100"},
            ],
            "min_inclusive": True,
            "max_exclusive": True,
        }
    },
}
LINYI_DATES: dict[str, Any] = {
    "starts_on": datetime.date(2026, 11, 10),
    "ends_on": datetime.date(2027, 3, 20),
    "due_on": datetime.date(2026, 10, 20),
}
SEPTEMBER = MORNING.replace(month=9, day=20)


def make_season(**fields: Any) -> HeatingSeason:
    return HeatingSeason.objects.create(
        **{
            "season": "2026-27",
            "starts_on": datetime.date(2026, 11, 1),
            "ends_on": datetime.date(2027, 3, 31),
            "due_on": datetime.date(2026, 10, 31),
            "suspend_by": datetime.date(2026, 10, 10),
            "decision": "政发〔2026〕12号",
            **fields,
        }
    )


def make_shenyang(**fields: Any) -> Tariff:
    return make_heating_tariff(**{"rules": SHENYANG, "prices": SHENYANG_PRICES, **fields})


def make_household(branch: Branch, *, area: str = "98.76", **fields: Any) -> Account:
    return make_account(branch=branch, **{"billed_area": Decimal(area), **fields})


def bill_the_season(branch: Branch, *, season: str = "2026-27", at: datetime.datetime = SEPTEMBER) -> None:
    run_billing(service="HEAT", period=season, issued_on=at.date(), branch=branch, started_by=None, at=at)


def season_bill(account: Account, season: str = "2026-27") -> Bill:
    bill: Bill = Bill.objects.get(account=account, kind=Bill.Kind.HEATING, period=season)
    return bill


def apply(
    account: Account, season: HeatingSeason, at: datetime.datetime = SEPTEMBER, **fields: Any
) -> HeatSuspension:
    adviser = fields.pop("applied_by", None) or make_staff(role="adviser", branch=account.branch)
    return apply_for_suspension(account, season, applied_by=adviser, at=at, **fields)


def suspend(account: Account, season: HeatingSeason, at: datetime.datetime = SEPTEMBER) -> HeatSuspension:
    supervisor = make_staff(role="supervisor", branch=account.branch)
    return approve_suspension(apply(account, season, at), decided_by=supervisor, at=at)


def make_price_list(fees: dict[str, Any] | None = None, **fields: Any) -> Tariff:
    """Fees that are charged once, as Yantai and Tai'an publish them (P30)."""
    return make_tariff(
        **{
            "service": "HEAT",
            "kind": "one_off",
            "name": "一次性收费",
            "rules": {"rounding": {"level": "line", "mode": "half_up", "scale": 2}},
            "prices": {"fees": fees or FEES},
            **fields,
        }
    )


FEES: dict[str, Any] = {
    "new_building": [{"component": "network_construction", "measure": "area", "unit_price": "52"}],
    "existing_individual": [{"component": "network_construction", "measure": "area", "unit_price": "142"}],
    "industrial_connection": [
        {
            "component": "network_construction_first", "measure": "tons_per_hour", "unit_price": "400000",
            "whole_units": True, "at_most": "1",
        },
        {
            "component": "network_construction_more", "measure": "tons_per_hour", "unit_price": "80000",
            "whole_units": True, "above": "1",
        },
    ],
    "steam": [{"component": "steam", "measure": "tons", "unit_price": "213"}],
    "public": [
        {"component": "network_construction", "measure": "area", "unit_price": "160"},
        {
            "component": "network_construction_basement", "measure": "basement_area", "unit_price": "160",
            "pct": "50", "optional": True,
        },
    ],
}  # fmt: skip


def heating_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    """Of what the pages of the season name, one of the cashier's branch and one of another."""
    make_shenyang(rules=LINYI, prices={"area_price": "23"})
    make_price_list()
    season = make_season(suspend_by=MORNING.date())
    named: dict[str, list[str]] = {"heated account": [], "suspension": [], "refund": []}
    for branch, district, name in (
        (hall.branch, hall.account.premises.district, "王淑英"),
        (hall.stranger.branch, hall.foreign_account.premises.district, CANARY),
    ):
        assert branch is not None
        account, asking = (
            make_account(
                customer=make_customer(name=name),
                premises=make_premises(district=district, community=f"{name}小区"),
            )
            for _ in range(2)
        )
        named["heated account"].append(account.account_no)
        named["suspension"].append(str(apply(asking, season, MORNING).pk))
        named["refund"].append(str(make_refund(account, season).pk))
    return {"season": (str(season.pk), str(season.pk)), **{kind: (a, b) for kind, (a, b) in named.items()}}


def make_refund(account: Account, season: HeatingSeason) -> TemperatureRefund:
    """One day at 15 degrees of a season that was billed 2024.00, proposed by an adviser."""
    bill = make_bill(account, total="2024.00", kind=Bill.Kind.HEATING, period=season.season)
    return TemperatureRefund.objects.create(
        account=account,
        bill=bill,
        heat_fee=Decimal("2024.00"),
        season_days=131,
        weighted_days=Decimal("0.5"),
        amount=Decimal("7.73"),
        sentence="全季热费 2024.00 元 ÷ 131 天 × 折算 0.5 天，退还",
        sentence_en="Season fee 2024.00 yuan ÷ 131 days × 0.5 weighted days, refunded",
        proposed_at=MORNING,
        proposed_by=make_staff(role="adviser", branch=account.branch),
    )
