"""A person proposes the next order of the ladder; what is missing for it is named."""

import datetime
from typing import Any

import pytest

from accounts.models import Account, Branch, Staff
from billing.models import ArrearsCase, CaseStep, SupplyOrder
from billing.services.arrears.holds import place_hold
from billing.services.arrears.orders_by_hand import next_order, propose_order_by_hand
from billing.services.arrears.supply_orders import approve_order
from billing.services.refusals import ArrearsRefused
from tests.factories.accounts import make_account, make_staff
from tests.factories.counters import MORNING
from tests.factories.supply import make_order
from tests.hall import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(branch: Branch) -> ArrearsCase:
    """Its letter came twenty days ago, and the order of the morning's run was refused."""
    order = make_order(make_account(branch=branch))
    assert order.step is not None
    SupplyOrder.objects.filter(pk=order.pk).update(state="REFUSED", reason="证据不足")
    CaseStep.objects.filter(pk=order.step.pk).update(state="CANCELLED", ended_at=MORNING, reason="证据不足")
    return order.step.case


def propose(case: ArrearsCase, by: Staff, **fields: Any) -> SupplyOrder:
    return propose_order_by_hand(case, **{"reason": "多次推脱", "by": by, "at": MORNING, **fields})


def spoil(case: ArrearsCase, how: str, supervisor: Staff) -> None:
    cases = ArrearsCase.objects.filter(pk=case.pk)
    match how:
        case "closed":
            cases.update(state="CLOSED", closed_on=TODAY, ending="PAID")
        case "held":
            place_hold(case.account_id, kind="MEDICAL", reason="透析", by=supervisor, at=MORNING)
        case "early":
            cases.update(reached_on=TODAY - datetime.timedelta(days=14))
        case "letter missing":
            cases.update(level=0, reached_on=None)
        case "under way":
            propose(case, supervisor)
        case "not supplied":
            Account.objects.filter(pk=case.account_id).update(state="STOPPED")


class TestAnOrderByHand:
    def test_waits_for_the_approval_of_another(
        self, case: ArrearsCase, collector: Staff, supervisor: Staff
    ) -> None:
        order = propose(case, collector)

        assert order.step is not None
        assert (order.state, order.kind, order.proposed_by) == ("PROPOSED", "STOP", collector)
        assert (order.step.state, order.step.proposed_by) == ("PROPOSED", collector)
        assert approve_order(order, decided_by=supervisor, at=MORNING).state == "APPROVED"

    def test_is_not_approved_by_its_proposer(self, case: ArrearsCase, supervisor: Staff) -> None:
        order = propose(case, supervisor)

        with pytest.raises(ArrearsRefused) as refusal:
            approve_order(order, decided_by=supervisor, at=MORNING)
        assert refusal.value.code == "same_person"

    @pytest.mark.parametrize(
        ("case_is", "code"),
        [
            ("closed", "case_closed"),
            ("held", "held"),
            ("early", "too_early"),
            ("letter missing", "step_out_of_order"),
            ("under way", "order_there"),
            ("not supplied", "not_supplied"),
            ("no reason", "reason_missing"),
            ("by a cashier", "may_not_propose"),
            ("by a stranger", "unknown_account"),
        ],
    )
    def test_is_refused(
        self, case: ArrearsCase, branch: Branch, collector: Staff, supervisor: Staff, case_is: str, code: str
    ) -> None:
        people = {"by a cashier": make_staff(branch=branch), "by a stranger": make_staff(role="collector")}
        spoil(case, case_is, supervisor)
        fields = {"reason": "  "} if case_is == "no reason" else {}
        before = SupplyOrder.objects.count(), CaseStep.objects.count()

        with pytest.raises(ArrearsRefused) as refusal:
            propose(case, people.get(case_is, collector), **fields)

        assert refusal.value.code == code
        assert (SupplyOrder.objects.count(), CaseStep.objects.count()) == before

    def test_names_the_steps_that_are_missing(self, case: ArrearsCase) -> None:
        case.level, case.reached_on = 0, None
        wanted = next_order(case, TODAY)

        assert wanted is not None
        assert len(wanted.missing) == 1
        assert not wanted.is_ready
