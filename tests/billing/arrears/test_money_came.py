"""Whatever lowers a debt ends the case at once; where there is no case it costs one query."""

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Branch, Staff
from billing.models import ArrearsCase, Bill, LateChargeRule
from billing.services.adjustments import approve_adjustment, propose_adjustment
from billing.services.arrears.money import money_came
from billing.services.cancellations import cancel_bill
from billing.services.waivers import approve_waiver, propose_waiver
from counters.models import Shift
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.cases import make_arrears_policy, morning_of
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def manager(branch: Branch) -> Staff:
    return make_staff(role="manager", branch=branch)


@pytest.fixture
def bill(account: Account) -> Bill:
    make_arrears_policy()
    bill = make_bill(account, total="100.00", due_on=TODAY - datetime.timedelta(days=10))
    morning_of(TODAY)
    return bill


def ending() -> tuple[str, str]:
    case = ArrearsCase.objects.get()
    return case.state, case.ending


class TestACaseEnds:
    def test_when_the_bill_is_cancelled(self, bill: Bill, supervisor: Staff, manager: Staff) -> None:
        cancel_bill(
            bill, reason="WRONG_READING", note="抄错", cancelled_by=supervisor, approved_by=manager, request_id=uuid4(),
            at=MORNING,
        )  # fmt: skip

        assert ending() == ("CLOSED", "CORRECTED")

    def test_when_the_rest_is_credited(
        self, bill: Bill, account: Account, finance: Staff, manager: Staff
    ) -> None:
        proposed = propose_adjustment(
            account, bill=bill, amount=Decimal("-100.00"), component="supply", reason="SERVICE_FAULT", note="优惠",
            proposed_by=finance, at=MORNING,
        )  # fmt: skip
        assert ending() == ("OPEN", "")

        approve_adjustment(proposed, approved_by=manager, at=MORNING)

        assert ending()[0] == "CLOSED"

    def test_when_the_last_late_charge_is_waived(
        self, account: Account, bill: Bill, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        make_late_charge_rule(service="HEAT", terms={"rate": "0.02", "cap": "principal"})
        assert LateChargeRule.objects.exists()
        pay(shift, account, [bill], cash("100.00"))
        bill.refresh_from_db()
        assert ending() == ("OPEN", "")
        assert bill.late_charge_left == Decimal("20.00")

        waiver = propose_waiver(
            bill,
            amount=Decimal("20.00"),
            reason="SYSTEM_OUTAGE",
            note="停机",
            proposed_by=finance,
            at=MORNING,
        )
        approve_waiver(waiver, approved_by=supervisor, at=MORNING)

        assert ending() == ("CLOSED", "PAID")


class TestMoney:
    def test_costs_one_query_where_there_is_no_case(self, branch: Branch) -> None:
        accounts = [make_account(branch=branch).pk for _ in range(3)]

        with CaptureQueriesContext(connection) as asked:
            money_came(accounts, MORNING)

        assert len(asked) == 1

    def test_leaves_the_cases_of_others_alone(self, bill: Bill, branch: Branch) -> None:
        money_came([make_account(branch=branch).pk], MORNING)

        assert ending() == ("OPEN", "")
