"""The price decisions of the demo company: published tables of real cities, kept as data beside this file."""

import datetime
import json
from pathlib import Path
from typing import Any

from accounts.models import Staff
from billing.models import LateChargeRule, Tariff, TariffVersion

_HERE = Path(__file__).parent


def enter_prices(*, made_by: Staff, approved_by: Staff, at: datetime.datetime) -> None:
    """Write tariffs and late charge rules, each version approved by a second person."""
    for file in sorted((_HERE / "tariffs").glob("*.json")):
        _enter_tariff(json.loads(file.read_text(encoding="utf-8")), made_by, approved_by, at)
    rules = json.loads((_HERE / "late_charge_rules.json").read_text(encoding="utf-8"))
    LateChargeRule.objects.bulk_create(LateChargeRule(**rule) for rule in rules)


def _enter_tariff(
    document: dict[str, Any], made_by: Staff, approved_by: Staff, at: datetime.datetime
) -> None:
    versions = document.pop("versions")
    tariff = Tariff.objects.create(**document)
    TariffVersion.objects.bulk_create(
        TariffVersion(
            tariff=tariff,
            effective_from=datetime.date.fromisoformat(version.pop("effective_from")),
            prices=version,
            made_by=made_by,
            approved_by=approved_by,
            approved_at=at,
        )
        for version in versions
    )
