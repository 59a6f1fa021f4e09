"""The roster of docs/examples, billed under the published Beijing water table, paid at the counter."""

import datetime
import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Account
from billing.models import Bill, Meter, MeterInstallation, Reading, Tariff, TariffVersion
from billing.services.bill_run import run_billing
from tests.factories.accounts import make_branch, make_district, make_staff
from tests.factories.counters import cash, make_shift, pay

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[2]
ROSTER = ROOT / "docs" / "examples" / "accounts.csv"
CASES = ROOT / "tests" / "data" / "tariff_cases" / "metered.json"
# domain.md 1.4.1: seven bills of case P01; the last one is in the next year, so the tiers begin again.
TOTALS = ["200.00", "225.00", "250.00", "330.00", "590.00", "270.00", "200.00"]


def case(name: str) -> dict[str, Any]:
    cases = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    found: dict[str, Any] = next(one for one in cases if one["id"] == name)
    return found


def keep_tariff(definition: dict[str, Any]) -> None:
    tariff = Tariff.objects.create(
        code="BJ-WATER-2014",
        name="北京居民用水",
        service="WATER",
        kind="metered",
        rules={key: value for key, value in definition.items() if key != "versions"},
    )
    for version in definition["versions"]:
        TariffVersion.objects.create(
            tariff=tariff,
            effective_from=version["effective_from"],
            prices={key: value for key, value in version.items() if key != "effective_from"},
            made_by=make_staff(role="finance"),
            approved_by=make_staff(role="supervisor"),
            approved_at=timezone.now(),
        )


class TestRealInput:
    def test_a_roster_is_imported_billed_paid_and_audited(self) -> None:
        branch = make_branch(code="HP")
        for code in ("HP-01", "HP-02"):
            make_district(branch=branch, code=code)
        call_command("import_accounts", str(ROSTER), stdout=StringIO())
        account = Account.objects.get(account_no="0100172365")
        p01 = case("P01")
        keep_tariff(p01["tariff"])
        meter = Meter.objects.create(serial_no="M1", service="WATER")
        installation = MeterInstallation.objects.create(
            meter=meter, account=account, installed_on=datetime.date(2024, 12, 31), initial=Decimal("1000")
        )
        shift = make_shift(make_staff(branch=account.branch))

        totals = []
        for reading in p01["inputs"]:
            read_on = datetime.date.fromisoformat(reading["read_date"])
            Reading.objects.create(
                installation=installation, read_on=read_on, value=Decimal(reading["segments"][0]["to"])
            )
            run_billing(
                service="WATER",
                period=f"{read_on:%Y-%m}",
                issued_on=read_on,
                started_by=None,
                at=timezone.now(),
            )
            bill = Bill.objects.get(account=account, period=f"{read_on:%Y-%m}")
            totals.append(str(bill.amount))
            pay(shift, account, [bill], cash(str(bill.amount)))

        assert totals == TOTALS
        assert not Bill.objects.open().exists()
        # Raises when an invariant is broken.
        call_command("audit_ledger", stdout=StringIO())
