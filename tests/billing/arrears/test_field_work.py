"""At the door: the look under the lock, the cut, the supply on again. What must not be cut is not cut."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account, AccountStateChange, Branch, Staff
from billing.models import ArrearsCase, ArrearsHold, CaseStep, DeliveryProof, FlaggedDay, SupplyOrder
from billing.queries.arrears.order_checks import JUST_NOW
from billing.services.arrears.field_work import carry_out_order, give_last_word
from billing.services.arrears.reconnections import restore_after_payment
from billing.services.arrears.supply_orders import announce_order
from billing.services.arrears.write_offs import approve_write_off, propose_write_off, recover_write_off
from counters.models import Shift
from counters.services.payments import void_payment_at_counter
from tests.billing.arrears.supply_people import JPEG, PHOTO, supervisor, unseen_money, worker
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, make_shift, pay
from tests.factories.supply import make_approved, make_given, make_order

__all__ = ["supervisor", "unseen_money", "worker"]

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
DAY = datetime.timedelta(days=1)
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def carry_out(order: SupplyOrder, by: Staff, **changes: Any) -> SupplyOrder:
    return carry_out_order(order, **{"photo": PHOTO, "meter_value": None, "by": by, "at": MORNING, **changes})


def state_of(account: Account) -> str:
    return Account.objects.values_list("state", flat=True).get(pk=account.pk)


def hold(account: Account, kind: str, by: Staff, **fields: Any) -> ArrearsHold:
    return ArrearsHold.objects.create(
        **{
            "account": account, "kind": kind, "starts_on": TODAY, "reason": "有证明", "made_at": MORNING,
            "made_by": by, **fields,
        }
    )  # fmt: skip


class TestCutting:
    @pytest.mark.parametrize(("stage", "state"), [("RESTRICT", "RESTRICTED"), ("STOP", "STOPPED")])
    def test_moves_the_account_and_the_case_and_keeps_what_was_found(
        self, account: Account, worker: Staff, media: Path, stage: str, state: str
    ) -> None:
        order = carry_out(make_given(account, worker, stage=stage), worker)

        assert (order.state, order.done_by, state_of(account)) == ("DONE", worker, state)
        assert (media / order.photo).read_bytes() == JPEG
        assert (order.recheck["debt"], order.recheck["found"]) == ("300.00", "")
        step = CaseStep.objects.select_related("case").get(orders=order)
        assert (step.state, step.case.level, step.case.reached_on) == ("DONE", 2, TODAY)
        assert DeliveryProof.objects.get(step=step).kind == "ORDER"

    def test_needs_the_reading_of_a_metered_service(self, branch: Branch, worker: Staff) -> None:
        account = make_account(branch=branch, service="ELECTRICITY")
        order = make_given(account, worker)
        with refused("reading_missing"):
            carry_out(order, worker)

        assert carry_out(order, worker, meter_value=Decimal("1204.5")).meter_value == Decimal("1204.5")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"photo": None}, "photo_missing"),
            ({"meter_value": Decimal("-1")}, "not_a_reading"),
            ({"meter_value": Decimal("NaN")}, "not_a_reading"),
        ],
    )
    def test_is_refused_without_evidence(
        self, account: Account, worker: Staff, changes: dict[str, Any], code: str
    ) -> None:
        order = make_given(account, worker)

        with refused(code):
            carry_out(order, worker, **changes)

    def test_is_done_once(self, account: Account, worker: Staff) -> None:
        order = make_given(account, worker)
        carry_out(order, worker)

        with refused("not_approved"):
            carry_out(order, worker)

    def test_is_not_done_before_the_approval(self, account: Account, worker: Staff) -> None:
        order = make_order(account)

        with refused("not_approved"):
            carry_out(order, worker)

    def test_is_done_by_the_one_it_was_given_to(
        self, account: Account, worker: Staff, cashier: Staff, branch: Branch
    ) -> None:
        order, stranger = make_given(account, worker), make_staff(role="collector")
        colleague = make_staff(role="collector", branch=branch)

        for somebody in (cashier, colleague):
            with refused("not_your_order"):
                carry_out(order, somebody)
        with refused("unknown_order"):
            carry_out(order, stranger)


class TestTheLookUnderTheLock:
    """The reason has gone: nothing is cut, the order ends and says why."""

    def is_called_off(
        self, order: SupplyOrder, by: Staff, code: str, at: datetime.datetime = MORNING
    ) -> None:
        before = state_of(order.account)
        ended = carry_out(order, by, at=at)

        assert (ended.state, ended.recheck["found"]) == ("CANCELLED", code)
        assert ended.reason
        assert not ended.photo
        assert state_of(order.account) == before
        assert AccountStateChange.objects.filter(account=order.account).count() == 0
        assert CaseStep.objects.get(orders=order).state == "CANCELLED"

    @pytest.mark.usefixtures("unseen_money")
    def test_finds_the_debt_paid(self, account: Account, worker: Staff, shift: Shift) -> None:
        order = make_given(account, worker)
        pay(shift, account, list(account.bills.all()), cash("300.00"))

        self.is_called_off(order, worker, "debt_gone")

    @pytest.mark.usefixtures("unseen_money")
    def test_finds_it_below_the_threshold(self, account: Account, worker: Staff, shift: Shift) -> None:
        order = make_given(account, worker, threshold="50.00")
        pay(shift, account, list(account.bills.all()), cash("250.01"))

        self.is_called_off(order, worker, "debt_gone")

    def test_goes_on_at_the_threshold(self, account: Account, worker: Staff, shift: Shift) -> None:
        order = make_given(account, worker, threshold="50.00")
        pay(shift, account, list(account.bills.all()), cash("250.00"), at=MORNING - 2 * JUST_NOW)

        assert carry_out(order, worker).state == "DONE"

    @pytest.mark.usefixtures("unseen_money")
    def test_does_not_count_what_is_not_due_yet(self, account: Account, worker: Staff, shift: Shift) -> None:
        order = make_given(account, worker)
        bills = list(account.bills.all())
        make_bill(account, total="900.00", due_on=TODAY)
        pay(shift, account, bills, cash("300.00"))

        self.is_called_off(order, worker, "debt_gone")

    @pytest.mark.parametrize("kind", ArrearsHold.Kind.values)
    def test_finds_a_hold_of_any_kind(
        self, account: Account, worker: Staff, supervisor: Staff, kind: str
    ) -> None:
        order = make_given(account, worker)
        hold(account, kind, supervisor)

        self.is_called_off(order, worker, "held")

    @pytest.mark.parametrize(
        "fields",
        [
            {"ends_on": TODAY - DAY, "starts_on": TODAY - 9 * DAY},
            {"starts_on": TODAY + DAY},
            {"lifted_at": MORNING},
        ],
    )
    def test_passes_over_a_hold_that_does_not_count_today(
        self, account: Account, worker: Staff, supervisor: Staff, fields: dict[str, Any]
    ) -> None:
        order = make_given(account, worker)
        hold(account, "PROMISE", supervisor, **fields)

        assert carry_out(order, worker).state == "DONE"

    @pytest.mark.parametrize("flag", ["is_disputed", "is_in_court"])
    def test_finds_a_dispute_or_a_court(self, account: Account, worker: Staff, flag: str) -> None:
        order = make_given(account, worker)
        Account.objects.filter(pk=account.pk).update(**{flag: True})

        self.is_called_off(order, worker, "held")

    def test_finds_a_household_of_low_income(self, account: Account, worker: Staff) -> None:
        order = make_given(account, worker)
        account.customer.low_income_no, account.customer.low_income_until = "D-1", TODAY
        account.customer.save()

        self.is_called_off(order, worker, "held")

    def test_finds_the_letter_without_proof(self, account: Account, worker: Staff) -> None:
        order = make_given(account, worker)
        step = CaseStep.objects.get(orders=order)
        unproved = CaseStep.objects.create(
            case_id=step.case_id, rule=step.rule, position=9, state="CANCELLED", raised_on=TODAY
        )
        CaseStep.objects.filter(case_id=step.case_id, position=1).update(state="CANCELLED", done_at=None)

        assert unproved.pk
        self.is_called_off(order, worker, "letter_not_delivered")

    def test_finds_the_approval_by_the_proposer(self, account: Account, worker: Staff) -> None:
        order = make_given(account, worker)
        CaseStep.objects.filter(orders=order).update(proposed_by=order.decided_by, approved_by=None)

        self.is_called_off(order, worker, "same_person")

    def test_finds_the_case_closed(self, account: Account, worker: Staff) -> None:
        order = make_given(account, worker)
        ArrearsCase.objects.filter(account=account).update(state="CLOSED", closed_on=TODAY, ending="PAID")

        self.is_called_off(order, worker, "step_over")

    def test_finds_the_account_suspended_meanwhile(self, account: Account, worker: Staff) -> None:
        order = make_given(account, worker)
        Account.objects.filter(pk=account.pk).update(state="SUSPENDED")

        self.is_called_off(order, worker, "not_supplied")


class TestTheWrongMoment:
    """The order stays, and can be carried out at the right one."""

    @pytest.mark.parametrize(
        ("forbidden", "at"),
        [
            (["WEEKEND"], MORNING + 5 * DAY),
            (["AFTER_HOURS"], MORNING.replace(hour=16)),
            (["FLAGGED_DAY"], MORNING),
        ],
    )
    def test_is_a_forbidden_time(
        self, account: Account, worker: Staff, forbidden: list[str], at: datetime.datetime
    ) -> None:
        ship_calendars()
        order = make_given(account, worker, forbidden=forbidden)
        FlaggedDay.objects.create(day=TODAY, kind="WEATHER")
        SupplyOrder.objects.filter(pk=order.pk).update(planned_on=at.date())

        with refused("forbidden_time"):
            carry_out(order, worker, at=at)

    def test_is_a_day_that_was_not_announced(self, account: Account, worker: Staff) -> None:
        order = make_given(account, worker)

        with refused("not_the_announced_day"):
            carry_out(order, worker, at=MORNING + DAY)

    def test_is_before_the_customer_was_told_long_enough(self, account: Account, worker: Staff) -> None:
        order, told = make_given(account, worker, notice_days=3), MORNING + DAY
        with refused("not_announced"):
            carry_out(order, worker, at=MORNING + 3 * DAY)
        announce_order(order, kind="SIGNED", delivered_at=told, by=worker, at=told)
        with refused("not_the_announced_day"):
            carry_out(order, worker, at=MORNING + 3 * DAY)

        assert carry_out(order, worker, at=told + 3 * DAY).state == "DONE"

    def test_is_after_the_notice_has_run_out(self, account: Account, worker: Staff) -> None:
        order = make_given(account, worker, notice_days=3, notice_valid_days=7)
        announce_order(order, kind="SIGNED", delivered_at=MORNING, by=worker, at=MORNING)
        late = MORNING + 8 * DAY
        SupplyOrder.objects.filter(pk=order.pk).update(planned_on=late.date())
        with refused("notice_too_old"):
            carry_out(order, worker, at=late)
        announce_order(order, kind="SIGNED", delivered_at=late, by=worker, at=late)

        assert carry_out(order, worker, at=late + 3 * DAY).state == "DONE"

    def test_is_before_the_last_word_and_in_the_half_hour_after_it(
        self, account: Account, worker: Staff
    ) -> None:
        order = make_given(account, worker, last_word_minutes=30)
        with refused("last_word_missing"):
            carry_out(order, worker)
        give_last_word(order, by=worker, at=MORNING)
        with refused("last_word_missing"):
            carry_out(order, worker, at=MORNING + 29 * MINUTE)

        assert carry_out(order, worker, at=MORNING + 30 * MINUTE).state == "DONE"

    def test_is_another_day_for_the_last_word(self, account: Account, worker: Staff) -> None:
        order = make_given(account, worker, last_word_minutes=30)

        with refused("not_the_announced_day"):
            give_last_word(order, by=worker, at=MORNING - DAY)

    def test_is_a_moment_after_money_arrived(self, account: Account, worker: Staff, shift: Shift) -> None:
        order = make_given(account, worker)
        pay(shift, account, list(account.bills.all()), cash("10.00"))

        with refused("just_paid"):
            carry_out(order, worker, at=MORNING + MINUTE)
        assert carry_out(order, worker, at=MORNING + JUST_NOW).state == "DONE"


class TestTheReconnection:
    def stopped(self, account: Account, worker: Staff) -> None:
        order = make_given(account, worker)
        value = None if account.service == "HEAT" else Decimal("5")
        assert carry_out(order, worker, meter_value=value).state == "DONE"

    @pytest.mark.parametrize(
        ("service", "hours"), [("ELECTRICITY", 24), ("WATER", 12), ("HEAT", 24), ("GAS", 24)]
    )
    def test_has_its_hours_from_the_payment_on(
        self, branch: Branch, worker: Staff, shift: Shift, service: str, hours: int
    ) -> None:
        account = make_account(branch=branch, service=service)
        self.stopped(account, worker)
        payment = pay(shift, account, list(account.bills.all()), cash("300.00"))

        # The payment has asked for it already: asking again asks for nothing twice.
        assert restore_after_payment([account.pk], MORNING + MINUTE) == 0
        order = SupplyOrder.objects.get(account=account, kind="RESTORE")
        assert (order.state, order.due_at, order.payment) == (
            "APPROVED", MORNING + datetime.timedelta(hours=hours), payment,
        )  # fmt: skip

    def test_does_not_begin_while_something_is_overdue(
        self, account: Account, worker: Staff, shift: Shift
    ) -> None:
        self.stopped(account, worker)
        pay(shift, account, list(account.bills.all()), cash("299.99"))

        assert not SupplyOrder.objects.filter(kind="RESTORE").exists()

    def test_does_not_begin_while_late_charge_is_left(
        self, account: Account, worker: Staff, shift: Shift
    ) -> None:
        make_late_charge_rule(service=account.service, terms={"rate": "0.001", "cap": "principal"})
        self.stopped(account, worker)
        bill = account.bills.get()
        pay(shift, account, [bill], cash("300.00"))
        bill.refresh_from_db()
        assert (bill.outstanding, bill.late_charge_left > 0) == (0, True)
        assert not SupplyOrder.objects.filter(kind="RESTORE").exists()

        pay(shift, account, [bill], cash("100.00"))

        assert SupplyOrder.objects.filter(kind="RESTORE").exists()

    def test_does_not_begin_because_the_debt_was_written_off(
        self, account: Account, worker: Staff, finance: Staff, supervisor: Staff, branch: Branch, shift: Shift
    ) -> None:
        self.stopped(account, worker)
        bill = account.bills.get()
        lost = propose_write_off(
            bill, kind="BAD", reason="OTHER", note="无法执行", proposed_by=finance, at=MORNING
        )
        approve_write_off(lost, approved_by=supervisor, at=MORNING)
        approve_write_off(lost, approved_by=make_staff(role="manager", branch=branch), at=MORNING)
        assert restore_after_payment([account.pk], MORNING) == 0
        recover_write_off(lost, recovered_by=shift.cashier, at=MORNING)
        pay(shift, account, [bill], cash("300.00"))

        assert SupplyOrder.objects.get(account=account, kind="RESTORE").state == "APPROVED"

    def test_does_not_touch_who_was_never_cut(self, account: Account, branch: Branch) -> None:
        neighbour = make_account(branch=branch)

        assert restore_after_payment([account.pk, neighbour.pk], MORNING) == 0
        assert SupplyOrder.objects.count() == 0

    def test_ends_a_cut_that_is_not_needed_any_more(
        self, account: Account, worker: Staff, shift: Shift
    ) -> None:
        order = make_approved(account)
        pay(shift, account, list(account.bills.all()), cash("300.00"))

        order.refresh_from_db()
        assert (order.state, state_of(account)) == ("CANCELLED", "ACTIVE")
        with refused("not_approved"):
            carry_out(order, worker)

    def test_leaves_a_cut_that_is_still_needed(self, account: Account, shift: Shift) -> None:
        order = make_approved(account)
        pay(shift, account, list(account.bills.all()), cash("1.00"))

        order.refresh_from_db()
        assert order.state == "APPROVED"

    def test_ends_when_the_payment_is_undone(self, account: Account, worker: Staff, shift: Shift) -> None:
        self.stopped(account, worker)
        payment = pay(shift, account, list(account.bills.all()), cash("300.00"))
        void_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="",
            voided_by=shift.cashier, at=MORNING,
        )  # fmt: skip

        order = SupplyOrder.objects.get(account=account, kind="RESTORE")
        assert (order.state, state_of(account)) == ("CANCELLED", "STOPPED")

    def test_supplies_in_full_again_without_a_photo(
        self, account: Account, worker: Staff, shift: Shift
    ) -> None:
        self.stopped(account, worker)
        pay(shift, account, list(account.bills.all()), cash("300.00"))
        order = SupplyOrder.objects.get(account=account, kind="RESTORE")

        order = carry_out(order, worker, photo=None, at=MORNING + 5 * DAY)

        assert (order.state, state_of(account)) == ("DONE", "ACTIVE")
        assert broken_invariants() == []

    def test_is_called_off_where_the_supply_is_on_already(
        self, account: Account, worker: Staff, shift: Shift
    ) -> None:
        self.stopped(account, worker)
        pay(shift, account, list(account.bills.all()), cash("300.00"))
        Account.objects.filter(pk=account.pk).update(state="ACTIVE")

        order = carry_out(SupplyOrder.objects.get(account=account, kind="RESTORE"), worker, photo=None)

        assert (order.state, order.recheck["found"]) == ("CANCELLED", "supplied_already")


def test_a_shift_pays_from_another_window_too(account: Account, worker: Staff, branch: Branch) -> None:
    """Two payments at two windows settle the debt; the clock starts once, with the second."""
    carry_out(make_given(account, worker), worker)
    bills = list(account.bills.all())
    first, second = (make_shift(make_staff(branch=branch)) for _ in range(2))
    pay(first, account, bills, cash("100.00"))
    assert not SupplyOrder.objects.filter(kind="RESTORE").exists()
    pay(second, account, bills, cash("200.00"))

    assert SupplyOrder.objects.get(kind="RESTORE").state == "APPROVED"
