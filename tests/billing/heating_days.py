"""A heating season that leaves every kind of its rows behind: what the books and the walls are proved on."""

import datetime
from decimal import Decimal
from uuid import uuid4

from accounts.models import Branch
from billing.services.household_conversions import convert_household
from billing.services.one_off_fees import issue_one_off
from billing.services.rebills import cancel_and_rebill
from billing.services.season_settlements import settle_two_part_season
from billing.services.temperature_refunds import Spell, approve_temp_refund, propose_temp_refund
from billing.services.temperature_tests import Room, Visit, record_temperature_test
from tests.billing.heating import (
    LINYI,
    SEPTEMBER,
    bill_the_season,
    make_household,
    make_price_list,
    make_season,
    make_shenyang,
    season_bill,
    suspend,
)
from tests.billing.metering import install, read
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, cash, make_shift, pay

RULES = {**LINYI, "rules": {**LINYI["rules"], "suspension": {"fee_pct": "15"}}}
PRICES = {"area_price": "23", "base_price": "7.3", "metered_price": "42.84", "metered_unit": "GJ"}
MEASURED_ON = datetime.date(2026, 11, 20)


def live_a_heating_season(branch: Branch) -> None:
    """One household is suspended after its bill, one was cold, one is settled by its meter, one buys steam."""
    make_shenyang(branch=branch, rules=RULES, prices=PRICES)
    last = make_season(
        branch=branch, season="2025-26", starts_on=datetime.date(2025, 11, 1), ends_on=datetime.date(2026, 3, 31),
        due_on=datetime.date(2025, 10, 31), suspend_by=datetime.date(2025, 10, 10),
    )  # fmt: skip
    season = make_season(branch=branch)
    finance, adviser = make_staff(role="finance", branch=branch), make_staff(role="adviser", branch=branch)
    metered, absent, cold = (make_household(branch, area="88") for _ in range(3))
    installation = install(metered, on=datetime.date(2025, 6, 1))
    convert_household(
        metered, converted_on=datetime.date(2025, 6, 1), method="TWO_PART", made_by=finance, at=SEPTEMBER
    )
    bill_the_season(branch, season="2025-26")
    read(installation, "2026-04-01", "18.6")
    settle_two_part_season(metered, last, settled_by=finance, at=MORNING)
    bill_the_season(branch)
    season.debtors_may_suspend = True
    season.save()
    suspend(absent, season)
    shift = make_shift(make_staff(branch=branch))
    pay(shift, cold, [season_bill(cold, "2025-26"), season_bill(cold)], cash("9000.00"))
    visit = Visit(MORNING.replace(day=20), [Room("客厅", Decimal("15"))], "JTRG-02", "住户")
    test = record_temperature_test(cold, season, visit, tested_by=adviser, at=MORNING)
    refund = propose_temp_refund(cold, season, [Spell(test, MEASURED_ON, 3)], proposed_by=adviser, at=MORNING)
    approve_temp_refund(refund, decided_by=make_staff(role="supervisor", branch=branch), at=MORNING)
    cold.billed_area = Decimal("80")
    cold.save()
    cancel_and_rebill(
        season_bill(cold), reason="WRONG_FACTS", note="面积复核", cancelled_by=finance,
        approved_by=make_staff(role="supervisor", branch=branch), request_id=uuid4(), at=MORNING,
    )  # fmt: skip
    issue_one_off(
        cold, tariff=make_price_list(branch=branch), item="steam", measures={"tons": Decimal(2)},
        issued_by=finance, request_id=uuid4(), at=MORNING,
    )  # fmt: skip
