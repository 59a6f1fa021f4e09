"""The price decisions of the demo company: published tables of real cities, kept as data beside this file."""

import datetime
import json
from pathlib import Path

from accounts.models import Staff
from billing.models import LateChargeRule, TariffVersion
from billing.services.tariff_import import import_tariffs
from billing.services.tariffs import approve_tariff_version
from billing.tariff_file.reading import read_tariff_file

_HERE = Path(__file__).parent


def enter_prices(*, made_by: Staff, approved_by: Staff, at: datetime.datetime) -> None:
    """Import the tariffs as any company does, each version approved by a second person; then the late charges."""
    for file in sorted((_HERE / "tariffs").glob("*.json")):
        import_tariffs(read_tariff_file(file), made_by=made_by, source=file.name, submit=True, at=at)
    for version in TariffVersion.objects.waiting().order_by("tariff", "effective_from"):
        approve_tariff_version(version, approved_by=approved_by, at=at)
    rules = json.loads((_HERE / "late_charge_rules.json").read_text(encoding="utf-8"))
    LateChargeRule.objects.bulk_create(LateChargeRule(**rule) for rule in rules)
