"""What a step of the ladder forbids, and what it never may."""

import datetime

import pytest

from accounts.models import Account, Branch, Staff
from billing.models import HeatSuspension, HouseholdConversion
from billing.queries.arrears.effects import PROTECTED, Business, blocked_by_arrears
from billing.services.heat_suspensions import apply_for_suspension
from billing.services.household_conversions import convert_household
from billing.services.refusals import HeatingRefused
from counters.models import Shift
from tests.billing.heating import make_season
from tests.factories.accounts import make_staff
from tests.factories.billing import make_bill
from tests.factories.cases import delivered, make_arrears_policy, morning_of, waiting_step
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
SUSPENDS = {"stage": "INFORM", "channel": "SMS", "min_days": 1, "suspends_business": True}
REFUSES = {"stage": "INFORM", "channel": "SMS", "min_days": 1, "refuses_next_season": True}
WARNS = {"stage": "INFORM", "channel": "SMS", "min_days": 1}


@pytest.fixture
def adviser(branch: Branch) -> Staff:
    return make_staff(role="adviser", branch=branch)


def in_arrears(account: Account, step: dict[str, object], *, is_delivered: bool = True) -> None:
    make_arrears_policy(steps=[step])
    make_bill(account, total="300.00", due_on=TODAY - datetime.timedelta(days=40))
    morning_of(TODAY)
    if is_delivered:
        delivered(waiting_step(account), TODAY)


def blocked(account: Account) -> set[Business]:
    return {one for one in Business if blocked_by_arrears(account.pk, one)}


class TestArrearsBlock:
    def test_nothing_before_the_step_is_delivered(self, account: Account) -> None:
        in_arrears(account, SUSPENDS, is_delivered=False)

        assert blocked(account) == set()

    def test_nothing_by_a_step_that_only_warns(self, account: Account) -> None:
        in_arrears(account, WARNS)

        assert blocked(account) == set()

    def test_every_business_but_what_the_law_protects(self, account: Account) -> None:
        in_arrears(account, SUSPENDS)

        assert blocked(account) == set(Business) - PROTECTED
        assert {"TRANSFER", "COMPLAINT", "PAYMENT", "TEMPERATURE_TEST", "SAFETY"} == PROTECTED

    def test_only_the_next_season_where_only_that_is_refused(self, account: Account) -> None:
        in_arrears(account, REFUSES)

        assert blocked(account) == {Business.NEXT_SEASON, Business.SUSPENSION}

    def test_nothing_once_the_debt_is_paid(self, account: Account, shift: Shift) -> None:
        in_arrears(account, SUSPENDS)

        pay(shift, account, list(account.bills.all()), cash("300.00"))

        assert blocked(account) == set()

    def test_an_application_for_a_season_without_heat(self, account: Account, adviser: Staff) -> None:
        season = make_season()
        in_arrears(account, REFUSES)

        with pytest.raises(HeatingRefused) as refusal:
            apply_for_suspension(account, season, applied_by=adviser, at=MORNING)

        assert refusal.value.code == "arrears"
        assert not HeatSuspension.objects.exists()

    def test_a_change_of_billing(self, account: Account, adviser: Staff) -> None:
        in_arrears(account, SUSPENDS)

        with pytest.raises(HeatingRefused) as refusal:
            convert_household(account, converted_on=TODAY, method="AREA", made_by=adviser, at=MORNING)

        assert refusal.value.code == "arrears"
        assert not HouseholdConversion.objects.exists()
