"""Tariff versions for tests, at each station of their life."""

import datetime
from itertools import count
from typing import Any

from accounts.models import Staff
from billing.models import Tariff, TariffVersion
from billing.services.tariffs import (
    approve_tariff_version,
    draft_tariff_version,
    submit_tariff_version,
)
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING

_serials = count(1)


def water_prices(first: str = "2.07") -> dict[str, Any]:
    """A version with three tiers; only the price of the first differs."""
    return {
        "categories": {
            "resident": {
                "tier_period": "calendar_year",
                "tier_upto": ["180", "260"],
                "components": [
                    {"code": "supply", "name_zh": "水费", "unit_price": [first, "4.07", "6.07"]},
                    {"code": "sewage", "name_zh": "污水处理费", "unit_price": "1.36"},
                ],
            }
        }
    }


def make_bare_tariff(**fields: Any) -> Tariff:
    """A tariff without any version yet."""
    return Tariff.objects.create(
        **{
            "code": f"BARE-{next(_serials)}",
            "name": "水价",
            "service": "WATER",
            "kind": "metered",
            "rules": {"unit": "m3"},
            **fields,
        }
    )


def make_draft(tariff: Tariff, day: str, *, made_by: Staff | None = None, **content: Any) -> TariffVersion:
    return draft_tariff_version(
        tariff,
        effective_from=datetime.date.fromisoformat(day),
        prices=content.get("prices") or water_prices(),
        made_by=made_by or make_staff(role="finance"),
        at=MORNING,
    )


def make_submitted(
    tariff: Tariff, day: str, *, made_by: Staff | None = None, **content: Any
) -> TariffVersion:
    version = make_draft(tariff, day, made_by=made_by, **content)
    return submit_tariff_version(version, submitted_by=version.made_by, at=MORNING)


def make_approved(tariff: Tariff, day: str, **content: Any) -> TariffVersion:
    version = make_submitted(tariff, day, **content)
    return approve_tariff_version(version, approved_by=make_staff(role="manager"), at=MORNING)
