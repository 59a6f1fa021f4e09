"""The price decisions of the demo company: published tables of real cities, kept as data beside this file."""

import copy
import datetime
import json
from pathlib import Path
from typing import Any

from accounts.models import Staff
from billing.models import LateChargeRule, Tariff, TariffVersion
from billing.services.late_charge_rules import approve_late_charge_rule
from billing.services.price_file_import import import_price_file
from billing.services.tariff_import import import_tariffs
from billing.services.tariffs import (
    approve_tariff_version,
    draft_tariff_version,
    submit_tariff_version,
)
from billing.tariff_file.late_charges import read_price_file
from billing.tariff_file.reading import read_tariff_file

_HERE = Path(__file__).parent


def enter_prices(*, made_by: Staff, approved_by: Staff, at: datetime.datetime) -> None:
    """Import the tariffs as any company does, each version approved by a second person; then the late charges."""
    for file in sorted((_HERE / "tariffs").glob("*.json")):
        import_tariffs(read_tariff_file(file), made_by=made_by, source=file.name, submit=True, at=at)
    for version in TariffVersion.objects.waiting().order_by("tariff", "effective_from"):
        approve_tariff_version(version, approved_by=approved_by, at=at)
    file = "late_charge_rules.json"
    import_price_file(read_price_file(_HERE / file), made_by=made_by, source=file, submit=True, at=at)
    for rule in LateChargeRule.objects.waiting().order_by("pk"):
        approve_late_charge_rule(rule, approved_by=approved_by, at=at)


def announce_changes(*, made_by: Staff, approved_by: Staff, on: datetime.date, at: datetime.datetime) -> None:
    """Two price changes of the next New Year's Day: one is published, one waits for the manager."""
    changes = json.loads((_HERE / "price_changes.json").read_text(encoding="utf-8"))
    new_year = datetime.date(on.year + 1, 1, 1)
    approve_tariff_version(
        _submit(changes["approved"], new_year, made_by, at), approved_by=approved_by, at=at
    )
    _submit(changes["waiting"], new_year, made_by, at)


def _submit(
    change: dict[str, Any], effective_from: datetime.date, made_by: Staff, at: datetime.datetime
) -> TariffVersion:
    """The newest version with other prices for residents."""
    tariff = Tariff.objects.get(service=change["service"])
    prices = copy.deepcopy(tariff.versions.order_by("-effective_from")[0].prices)
    prices["decision"] = change["decision"]
    for component in prices["categories"]["resident"]["components"]:
        if component["code"] == change["component"]:
            component["unit_price"] = change["unit_price"]
    version = draft_tariff_version(
        tariff, effective_from=effective_from, prices=prices, made_by=made_by, at=at
    )
    return submit_tariff_version(version, submitted_by=made_by, at=at)
