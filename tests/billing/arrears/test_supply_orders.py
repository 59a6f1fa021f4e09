"""Orders to restrict and stop: proposed by the run, decided by another person, announced, handed out."""

import datetime
from typing import Any

import pytest

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import ArrearsHold, CaseStep, SupplyOrder
from billing.services.arrears.supply_orders import (
    announce_order,
    approve_order,
    approve_orders,
    give_order,
    propose_orders,
    refuse_order,
)
from tests.billing.arrears.supply_people import supervisor, unseen_money, worker
from tests.counters.rows import refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.counters import MORNING, cash, make_shift, pay
from tests.factories.supply import make_approved, make_order, make_step

__all__ = ["supervisor", "unseen_money", "worker"]

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
DAY = datetime.timedelta(days=1)


def approve(order: SupplyOrder, by: Staff, **changes: Any) -> SupplyOrder:
    return approve_order(order, **{"decided_by": by, "at": MORNING, **changes})


class TestTheProposal:
    def test_is_one_order_for_each_step_however_often_it_is_asked_for(self, branch: Branch) -> None:
        steps = [make_step(make_account(branch=branch)) for _ in range(3)]
        keys = [step.pk for step in steps]

        assert (propose_orders(keys, MORNING), propose_orders(keys, MORNING)) == (3, 0)
        orders = SupplyOrder.objects.filter(step__in=steps)
        assert {(one.kind, one.state, one.proposed_by_id) for one in orders} == {("STOP", "PROPOSED", None)}

    def test_takes_one_statement(self, branch: Branch, django_assert_num_queries: Any) -> None:
        keys = [make_step(make_account(branch=branch)).pk for _ in range(3)]

        with django_assert_num_queries(3):  # savepoint, statement, release
            propose_orders(keys, MORNING)

    @pytest.mark.parametrize("state", ["SUSPENDED", "STOPPED"])
    def test_leaves_out_what_is_not_supplied(self, branch: Branch, state: str) -> None:
        step = make_step(make_account(branch=branch, state=state))

        assert propose_orders([step.pk], MORNING) == 0

    def test_leaves_out_steps_that_are_over(self, account: Account) -> None:
        step = make_step(account)
        CaseStep.objects.filter(pk=step.pk).update(state="CANCELLED")

        assert propose_orders([step.pk], MORNING) == 0


class TestTheDecision:
    def test_lets_the_step_be_done_and_fixes_the_day(self, account: Account, supervisor: Staff) -> None:
        order = approve(make_order(account), supervisor)

        assert (order.state, order.decided_by, order.planned_on) == ("APPROVED", supervisor, TODAY)
        step = CaseStep.objects.get(orders=order)
        assert (step.state, step.approved_by) == ("DUE", supervisor)
        assert AuditEntry.objects.filter(action="arrears.approve_order", object_id=str(order.pk)).count() == 1

    def test_waits_for_the_announcement_and_skips_forbidden_days(
        self, account: Account, supervisor: Staff
    ) -> None:
        ship_calendars()
        """Monday and five days is a Saturday: the Monday after."""
        order = make_order(account, notice_days=5, forbidden=["WEEKEND"])

        assert approve(order, supervisor).planned_on == TODAY + 7 * DAY

    def test_takes_the_named_day_when_it_is_far_enough_ahead(
        self, account: Account, supervisor: Staff
    ) -> None:
        order = make_order(account, notice_days=3)
        with refused("too_early"):
            approve(order, supervisor, planned_on=TODAY + 2 * DAY)

        assert approve(order, supervisor, planned_on=TODAY + 3 * DAY).planned_on == TODAY + 3 * DAY

    def test_is_not_the_proposers(self, account: Account, supervisor: Staff) -> None:
        step = make_step(account)
        propose_orders([step.pk], MORNING, by=supervisor)
        order = SupplyOrder.objects.get(step=step)

        with refused("same_person"):
            approve(order, supervisor)
        with refused("same_person"):
            refuse_order(order, reason="不停", decided_by=supervisor, at=MORNING)

    def test_is_not_that_of_who_proposed_the_step(self, account: Account, supervisor: Staff) -> None:
        order = make_order(account)
        CaseStep.objects.filter(orders=order).update(proposed_by=supervisor)

        with refused("same_person"):
            approve(order, supervisor)

    @pytest.mark.parametrize("role", ["cashier", "collector", "finance", "auditor"])
    def test_is_the_supervisors_or_the_managers(self, account: Account, branch: Branch, role: str) -> None:
        order, somebody = make_order(account), make_staff(role=role, branch=branch)

        with refused("may_not_decide"):
            approve(order, somebody)

    def test_is_not_made_twice(self, account: Account, supervisor: Staff) -> None:
        order = make_order(account)
        approve(order, supervisor)

        with refused("already_decided"):
            approve(order, supervisor)
        with refused("already_decided"):
            refuse_order(order, reason="不停", decided_by=supervisor, at=MORNING)

    @pytest.mark.usefixtures("unseen_money")
    def test_looks_at_the_debt_and_at_what_protects(
        self, account: Account, branch: Branch, supervisor: Staff, cashier: Staff
    ) -> None:
        paid, held = make_order(account), make_order(make_account(branch=branch))
        pay(make_shift(cashier), account, list(account.bills.all()), cash("300.00"))
        ArrearsHold.objects.create(
            account=held.account, kind="MEDICAL", starts_on=TODAY, reason="呼吸机", made_at=MORNING,
            made_by=supervisor,
        )  # fmt: skip

        with refused("debt_gone"):
            approve(paid, supervisor)
        with refused("held"):
            approve(held, supervisor)

    def test_ends_the_step_when_it_is_no(self, account: Account, supervisor: Staff) -> None:
        order = make_order(account)
        with refused("reason_missing"):
            refuse_order(order, reason=" ", decided_by=supervisor, at=MORNING)

        order = refuse_order(order, reason="家有病人", decided_by=supervisor, at=MORNING)

        assert (order.state, order.reason) == ("REFUSED", "家有病人")
        step = CaseStep.objects.get(orders=order)
        assert (step.state, step.reason) == ("CANCELLED", "家有病人")

    @pytest.mark.usefixtures("unseen_money")
    def test_of_many_refuses_only_those_that_do_not_hold(
        self, account: Account, branch: Branch, supervisor: Staff, cashier: Staff
    ) -> None:
        orders = [make_order(account), make_order(make_account(branch=branch))]
        pay(make_shift(cashier), account, list(account.bills.all()), cash("300.00"))

        approved, left = approve_orders(orders, decided_by=supervisor, at=MORNING)

        assert [one.pk for one in approved] == [orders[1].pk]
        assert [(one.pk, refusal.code) for one, refusal in left] == [(orders[0].pk, "debt_gone")]

    def test_is_not_made_in_another_branch(self, account: Account) -> None:
        order, stranger = make_order(account), make_staff(role="collector")

        with refused("unknown_order"):
            approve(order, stranger)


class TestTheAnnouncement:
    def announce(self, order: SupplyOrder, by: Staff, **changes: Any) -> SupplyOrder:
        return announce_order(
            order,
            **{
                "kind": "SIGNED",
                "delivered_at": MORNING,
                "by": by,
                "at": MORNING,
                **changes,
            },
        )

    def test_moves_the_day_to_what_the_notice_demands(self, account: Account, worker: Staff) -> None:
        order = make_approved(account, notice_days=3)
        told = MORNING + 2 * DAY

        order = self.announce(order, worker, delivered_at=told, at=told)

        assert order.planned_on == TODAY + 5 * DAY

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"kind": "DOOR_PHOTO"}, "not_a_proof"),
            ({"kind": "ORDER"}, "not_a_proof"),
            ({"kind": "POST"}, "reference_missing"),
            ({"delivered_at": MORNING + DAY}, "delivered_later"),
            ({"planned_on": TODAY}, "too_early"),
        ],
    )
    def test_is_refused(self, account: Account, worker: Staff, changes: dict[str, Any], code: str) -> None:
        order = make_approved(account, notice_days=3)

        with refused(code):
            self.announce(order, worker, **changes)

    def test_is_refused_when_the_notice_would_have_run_out(self, account: Account, worker: Staff) -> None:
        order = make_approved(account, notice_days=3, notice_valid_days=7)

        with refused("notice_too_old"):
            self.announce(order, worker, planned_on=TODAY + 8 * DAY)
        assert self.announce(order, worker, planned_on=TODAY + 7 * DAY).planned_on == TODAY + 7 * DAY

    def test_is_refused_before_the_approval(self, account: Account, worker: Staff) -> None:
        order = make_order(account)

        with refused("not_approved"):
            self.announce(order, worker)


class TestGivingItToAWorker:
    def test_is_done_after_the_approval(self, account: Account, supervisor: Staff, worker: Staff) -> None:
        waiting = make_order(account)
        with refused("not_approved"):
            give_order(waiting, worker=worker, by=supervisor, at=MORNING)
        approve(waiting, make_staff(role="manager", branch=account.branch))

        assert give_order(waiting, worker=worker, by=supervisor, at=MORNING).worker == worker

    def test_is_refused_for_who_does_not_work_there(
        self, account: Account, supervisor: Staff, cashier: Staff
    ) -> None:
        order = make_approved(account)

        for somebody in (cashier, make_staff(role="collector")):
            with refused("worker_may_not"):
                give_order(order, worker=somebody, by=supervisor, at=MORNING)
