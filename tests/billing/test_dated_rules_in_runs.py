"""A household rule and a rounding that change in the middle of a year, through bill runs and corrections."""

import datetime
import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account
from billing.models import Bill, Tariff
from billing.queries.price_board.board import price_boards
from billing.queries.tariff_preview import compare_version
from billing.services.bill_run import run_billing
from billing.services.rebills import cancel_and_rebill
from billing.services.refusals import TariffRefused
from billing.services.tariff_import import import_tariffs
from billing.services.tariffs import draft_tariff_version
from billing.tariff_file.reading import read_tariffs
from tests.billing.metering import RESIDENT, make_heating_tariff, make_tariff, make_water_account
from tests.counters.rows import all_rows, broken_invariants
from tests.factories.accounts import make_account, make_evidence, make_staff
from tests.factories.counters import MORNING
from tests.factories.tariffs import make_approved

pytestmark = pytest.mark.django_db

ADD_EACH = {"mode": "add_per_person", "base_persons": 4, "add_each_threshold": "60"}
ADD_ONCE = {"mode": "add_if_at_least", "min_persons": 5, "add_each_threshold": "50"}
WHOLE_YUAN = {"unit": "m3", "rounding": {"level": "bill", "mode": "down", "scale": 0}}


def prices(rule: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"categories": {"resident": {**RESIDENT, "household": rule}}, **more}


def bill_on(account: Account, day: str) -> Bill:
    on = datetime.date.fromisoformat(day)
    run_billing(
        service=account.service, period=day[:7], issued_on=on, started_by=None,
        at=datetime.datetime.combine(on, MORNING.timetz()),
    )  # fmt: skip
    found: Bill = account.bills.get(period=day[:7])
    return found


@pytest.fixture
def family() -> Account:
    """Six people; 250 cubic metres until the end of June, 150.6 more until November."""
    account = make_water_account(readings={"2026-06-30": "250", "2026-11-10": "400.6"})
    make_evidence(account)
    return account


@pytest.fixture
def tariff() -> Tariff:
    """60 for each person above four until June; from July 50 once from five persons on, and whole yuan."""
    tariff = make_tariff(prices=prices(ADD_EACH))
    make_approved(tariff, "2026-07-01", prices=prices(ADD_ONCE, rules=WHOLE_YUAN))
    return tariff


class TestAHouseholdRuleThatChangesInTheMiddleOfAYear:
    def test_prices_each_reading_by_the_rule_of_its_day(self, tariff: Tariff, family: Account) -> None:
        june, november = bill_on(family, "2026-06-30"), bill_on(family, "2026-11-10")

        # All of 250 lie below 180 + 2 × 60.
        assert june.amount == Decimal("857.50")
        # From 250 on: the first 60 up to 260 + 50, then 90.6: 325.80 + 673.158, rounded down once.
        assert november.amount == Decimal("998.00")
        assert november.basis["thresholds"] == ["230", "310"]
        assert broken_invariants() == []

    def test_bills_each_period_again_by_the_rule_of_its_day(self, tariff: Tariff, family: Account) -> None:
        june, november = bill_on(family, "2026-06-30"), bill_on(family, "2026-11-10")

        again = [
            cancel_and_rebill(
                one, reason="OTHER", note="复核", cancelled_by=make_staff(role="finance"),
                approved_by=make_staff(role="manager"), request_id=uuid4(), at=MORNING,
            ).exchanges[0].new
            for one in (november, june)
        ]  # fmt: skip

        assert [one.amount if one else None for one in again] == [Decimal("998.00"), Decimal("857.50")]
        assert broken_invariants() == []


class TestRulesOfAVersion:
    def test_are_approved_with_its_prices_and_refused_with_their_place(self, tariff: Tariff) -> None:
        before = all_rows()

        with pytest.raises(TariffRefused) as refusal:
            draft_tariff_version(
                tariff,
                effective_from=datetime.date(2027, 1, 1),
                prices=prices(ADD_ONCE, rules={"rounding": {"mode": "sideways"}}),
                made_by=make_staff(role="finance"),
                at=MORNING,
            )

        assert [one.code for one in refusal.value.error_list] == ["bad_tariff"]
        assert "rules.rounding.mode" in refusal.value.messages[0]
        assert all_rows()["billing_tariffversion"] == before["billing_tariffversion"]

    def test_come_in_with_a_file(self) -> None:
        document = {
            "code": "W1", "name": "水价", "service": "WATER", "kind": "metered", "unit": "m3",
            "versions": [
                {"effective_from": "2027-01-01", **prices(ADD_EACH)},
                {"effective_from": "2027-07-01", **prices(ADD_ONCE, rules=WHOLE_YUAN)},
            ],
        }  # fmt: skip
        import_tariffs(read_tariffs(json.dumps(document)), made_by=make_staff(role="finance"), at=MORNING)

        versions = Tariff.objects.get(code="W1").versions.order_by("effective_from")
        assert [one.rules for one in versions] == [None, WHOLE_YUAN]

    def test_stand_in_the_preview_beside_those_before(self, tariff: Tariff) -> None:
        later = make_approved(tariff, "2027-01-01", prices=prices(ADD_ONCE))

        # The rules of July still hold in January: the same prices are the same bills.
        assert {row.difference for row in compare_version(later)} == {Decimal(0)}
        july = tariff.versions.get(effective_from=datetime.date(2026, 7, 1))
        assert any(row.difference for row in compare_version(july))

    def test_stand_on_the_price_board_of_their_day(self) -> None:
        season = {"season": {"from": "11-15", "to": "03-15"}}
        heat = make_heating_tariff()
        make_approved(
            heat, "2027-06-01", prices={"categories": {"resident": {"area_price": "26"}}, "rules": season}
        )

        (before,) = price_boards(datetime.date(2027, 5, 31))
        (after,) = price_boards(datetime.date(2027, 6, 1))

        assert before.now is not None
        assert after.now is not None
        assert ["11-01" in note for note in before.now.notes[:1]] == [True]
        assert ["11-15" in note for note in after.now.notes[:1]] == [True]

    def test_bill_the_season_that_begins_under_them(self) -> None:
        heat = make_heating_tariff()
        brought = {"season": {"from": "11-15", "to": "03-15"}, "rules": {"due": "12-20"}}
        make_approved(
            heat, "2027-06-01", prices={"categories": {"resident": {"area_price": "26"}}, "rules": brought}
        )
        account = make_account(service="HEAT", billed_area=Decimal(100))

        for period, issued_on in (("2026-27", "2026-11-23"), ("2027-28", "2027-10-15")):
            run_billing(
                service="HEAT", period=period, issued_on=datetime.date.fromisoformat(issued_on),
                started_by=None, at=MORNING,
            )  # fmt: skip

        seasons = account.bills.order_by("period").values_list("period_from", "period_to", "due_on")
        assert [[day.isoformat() for day in one] for one in seasons] == [
            ["2026-11-01", "2027-03-31", "2026-12-23"],
            ["2027-11-15", "2028-03-15", "2027-12-20"],
        ]
