"""An account opened inside a tier period gets the thresholds of the months that were left (C8)."""

import datetime
from decimal import Decimal

import pytest

from accounts.models import Branch
from billing.models import Bill
from billing.services.bill_run import run_billing
from tests.billing.metering import install, make_tariff
from tests.factories.accounts import make_account
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db


def thresholds(branch: Branch, tier_period: dict[str, str], opened_on: str, read_on: str) -> list[Decimal]:
    """With a limit of 120 in the whole period."""
    resident = {
        **tier_period,
        "tier_upto": ["120"],
        "components": [{"code": "supply", "name_zh": "水费", "unit_price": ["2.00", "4.00"]}],
    }
    make_tariff(
        prices={"categories": {"resident": resident}},
        rules={"unit": "m3", "rules": {"new_account": "months"}},
    )
    opened = datetime.date.fromisoformat(opened_on)
    account = make_account(branch=branch, service="WATER", billed_area=None, opened_on=opened)
    install(account, on=opened, readings={read_on: "10"})
    run_billing(
        service="WATER",
        period=read_on[:7],
        issued_on=datetime.date(2027, 12, 31),
        started_by=None,
        at=MORNING,
    )
    return [Decimal(one) for one in Bill.objects.get(account=account).basis["thresholds"]]


class TestThresholds:
    @pytest.mark.parametrize(
        ("tier_period", "opened_on", "read_on", "limit"),
        [
            ({"tier_period": "calendar_year"}, "2026-11-10", "2026-12-20", "20"),
            ({"tier_period": "calendar_year"}, "2026-01-31", "2026-12-20", "120"),
            ({"tier_period": "half_year"}, "2026-05-10", "2026-06-20", "40"),
            ({"tier_period": "half_year"}, "2026-06-29", "2026-06-30", "20"),
            ({"tier_period": "half_year"}, "2026-08-10", "2026-09-20", "100"),
            # The half-year after the opening is a whole one.
            ({"tier_period": "half_year"}, "2026-05-10", "2026-07-20", "120"),
        ],
    )
    def test_count_the_months_from_the_opening_to_the_end_of_the_period(
        self, branch: Branch, tier_period: dict[str, str], opened_on: str, read_on: str, limit: str
    ) -> None:
        assert thresholds(branch, tier_period, opened_on, read_on) == [Decimal(limit)]
