"""Metered water for tests: a tariff in three tiers, an account with a meter, its readings."""

import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import Account
from billing.models import Meter, MeterInstallation, Reading, Tariff, TariffVersion
from tests.factories.accounts import make_account, make_staff

_serials = count(1)

OPENED_ON = datetime.date(2026, 1, 1)
RESIDENT = {
    "tier_period": "calendar_year",
    "tier_upto": ["180", "260"],
    "components": [
        {"code": "supply", "name_zh": "水费", "unit_price": ["2.07", "4.07", "6.07"]},
        {"code": "sewage", "name_zh": "污水处理费", "unit_price": "1.36"},
    ],
}


def make_tariff(*, prices: dict[str, Any] | None = None, **fields: Any) -> Tariff:
    """3.43, 5.43 and 7.43 yuan a cubic metre in the three tiers of a calendar year, unless `prices` differ."""
    tariff = Tariff.objects.create(
        **{
            "code": f"WATER-{next(_serials)}",
            "name": "居民水价",
            "service": "WATER",
            "kind": "metered",
            "rules": {"unit": "m3", "rounding": {"level": "line", "mode": "half_up", "scale": 2}},
            **fields,
        }
    )
    TariffVersion.objects.create(
        tariff=tariff,
        effective_from=datetime.date(2020, 1, 1),
        prices=prices or {"categories": {"resident": RESIDENT}},
        made_by=make_staff(role="finance"),
        approved_by=make_staff(role="manager"),
        approved_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    )
    return tariff


def make_heating_tariff(**fields: Any) -> Tariff:
    """26 yuan a square metre for residents and 32 for others, from November to March."""
    return make_tariff(
        **{
            "service": "HEAT",
            "kind": "heating_area",
            "due_days": 30,
            "rules": {"unit": "m2", "season": {"from": "11-01", "to": "03-31", "inclusive": True}},
            "prices": {"categories": {"resident": {"area_price": "26"}, "nonresident": {"area_price": "32"}}},
            **fields,
        }
    )


def make_water_account(*, readings: dict[str, str] | None = None, **fields: Any) -> Account:
    """An account with one meter that began at 0; `readings` maps a date to what the meter showed."""
    account = make_account(**{"service": "WATER", "billed_area": None, "opened_on": OPENED_ON, **fields})
    install(account, readings=readings)
    return account


def install(
    account: Account,
    *,
    readings: dict[str, str] | None = None,
    on: datetime.date = OPENED_ON,
    initial: str = "0",
    **fields: Any,
) -> MeterInstallation:
    meter = Meter.objects.create(serial_no=f"M{next(_serials):06}", service=account.service, **fields)
    installation = MeterInstallation.objects.create(
        meter=meter, account=account, installed_on=on, initial=Decimal(initial)
    )
    for day, value in (readings or {}).items():
        read(installation, day, value)
    return installation


def read(installation: MeterInstallation, day: str, value: str, **fields: Any) -> Reading:
    """An accepted reading, as it was taken over; an estimate has a reason."""
    if fields.get("kind") == Reading.Kind.ESTIMATED:
        fields.setdefault("reason", "家中无人")
    return Reading.objects.create(
        installation=installation, read_on=datetime.date.fromisoformat(day), value=Decimal(value), **fields
    )
