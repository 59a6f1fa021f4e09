"""Calls and visits, deliveries and numbers that want no SMS."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from accounts.models import Account, Branch, Contact, Staff
from billing.models import ArrearsHold, CaseStep, ContactAttempt, DeliveryProof, Letter, OptOut, Promise
from billing.printing import set_letters
from billing.queries.arrears.call_list import calls_made, calls_to_make
from billing.services.arrears.contacts import opt_out, record_call, record_visit
from billing.services.arrears.letter_deliveries import record_delivery
from billing.services.arrears.letters import letter_steps, make_letters
from billing.services.photos import check_photo
from tests.billing.arrears import test_sending as changes
from tests.counters.rows import refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.counters import MORNING
from tests.factories.reach import make_debtor, make_message, make_step
from tests.factories.supply import make_approved

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20 + b"IEND"


WHOLE = {"amount": Decimal("100.00"), "due_on": TODAY + datetime.timedelta(days=7)}
SAID: dict[str, dict[str, Any]] = {"PROMISED": WHOLE, "DISPUTES": {"note": "面积不对"}}


def call(step: CaseStep, by: Staff, result: str, **fields: Any) -> ContactAttempt:
    return record_call(
        step.pk, **{"result": result, "request_id": uuid4(), "at": MORNING, "by": by, **fields}
    )


class TestACall:
    @pytest.mark.parametrize("result", ["PROMISED", "REFUSED", "HARDSHIP", "DISPUTES"])
    def test_that_reached_somebody_and_was_recorded_proves_the_step(
        self, debtor: Account, collector: Staff, result: str
    ) -> None:
        step = make_step(debtor, "CALL")

        call(step, collector, result, recording="R-0001", **SAID.get(result, {}))

        step.refresh_from_db()
        proof = DeliveryProof.objects.get()
        assert (step.state, proof.kind, proof.reference, proof.recorded_by) == (
            "DONE",
            "CALL",
            "R-0001",
            collector,
        )

    @pytest.mark.parametrize(
        ("result", "recording"),
        [("REFUSED", ""), ("NO_ANSWER", "R-1"), ("WRONG_NUMBER", "R-1"), ("MOVED", "R-1")],
    )
    def test_proves_nothing_otherwise(
        self, debtor: Account, collector: Staff, result: str, recording: str
    ) -> None:
        step = make_step(debtor, "CALL")

        call(step, collector, result, recording=recording)

        step.refresh_from_db()
        assert (step.state, ContactAttempt.objects.count(), DeliveryProof.objects.count()) == ("DUE", 1, 0)

    def test_makes_the_promise_that_was_heard(self, debtor: Account, collector: Staff) -> None:
        step = make_step(debtor, "CALL")

        call(step, collector, "PROMISED", note="发工资后", **WHOLE)

        promise = Promise.objects.get()
        assert (promise.account, promise.amount, promise.due_on) == (
            debtor,
            Decimal("100.00"),
            WHOLE["due_on"],
        )
        assert promise.hold.reason == "发工资后"
        step.refresh_from_db()
        assert step.state == "CANCELLED"

    def test_holds_the_ladder_of_who_disputes(self, debtor: Account, collector: Staff) -> None:
        first, second = make_step(debtor, "CALL"), uuid4()

        call(first, collector, "DISPUTES", note="面积不对", request_id=second)
        call(first, collector, "DISPUTES", note="面积不对", request_id=second)

        hold = ArrearsHold.objects.get()
        assert (hold.account, hold.kind, hold.reason, hold.lifted_at) == (debtor, "DISPUTE", "面积不对", None)

    @pytest.mark.parametrize(
        ("result", "fields", "code"),
        [
            ("PROMISED", {}, "promise_missing"),
            ("PROMISED", {"amount": Decimal("100.00")}, "promise_missing"),
            ("PROMISED", {**WHOLE, "amount": Decimal("100.01")}, "more_than_owed"),
            ("PROMISED", {**WHOLE, "due_on": TODAY - datetime.timedelta(days=1)}, "date_passed"),
            ("DISPUTES", {"note": " "}, "note_missing"),
        ],
    )
    def test_with_half_a_result_is_refused_and_writes_nothing(
        self, debtor: Account, collector: Staff, result: str, fields: dict[str, Any], code: str
    ) -> None:
        step = make_step(debtor, "CALL")

        with refused(code):
            call(step, collector, result, **fields)
        assert not ContactAttempt.objects.exists()
        assert not ArrearsHold.objects.exists()

    def test_marks_the_wrong_number_and_no_other(self, debtor: Account, collector: Staff) -> None:
        Contact.objects.create(customer=debtor.customer, phone="13900005678")

        call(make_step(debtor, "CALL"), collector, "WRONG_NUMBER", phone="13800001234")

        assert dict(Contact.objects.values_list("phone", "is_wrong")) == {
            "13800001234": True,
            "13900005678": False,
        }

    def test_that_is_sent_twice_is_written_once(self, debtor: Account, collector: Staff) -> None:
        step, request_id = make_step(debtor, "CALL"), UUID(int=7)

        first = call(step, collector, "REFUSED", recording="R-1", request_id=request_id)
        second = call(step, collector, "REFUSED", recording="R-1", request_id=request_id)

        assert first == second
        assert (ContactAttempt.objects.count(), DeliveryProof.objects.count()) == (1, 1)

    @pytest.mark.parametrize(
        ("state", "result", "code"),
        [
            ("DUE", "DELIVERED", "unknown_result"),
            ("DUE", "nonsense", "unknown_result"),
            ("CANCELLED", "REFUSED", "step_not_waiting"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, debtor: Account, collector: Staff, state: str, result: str, code: str
    ) -> None:
        step = make_step(debtor, "CALL", state=state)

        with refused(code):
            call(step, collector, result)

    def test_of_another_branch_is_refused(self, debtor: Account) -> None:
        step, stranger = make_step(debtor, "CALL"), make_staff(role="collector")

        with refused("unknown_step"):
            call(step, stranger, "REFUSED")


class TestTheListOfCalls:
    def test_begins_with_the_largest_debt_of_the_own_branch(self, branch: Branch, collector: Staff) -> None:
        small, large = make_debtor(branch=branch, owes="10.00"), make_debtor(branch=branch, owes="900.00")
        for account in (small, large, make_debtor()):
            make_step(account, "CALL")

        steps = calls_to_make(collector, TODAY)

        assert [step.case.account for step in steps] == [large, small]

    @pytest.mark.parametrize(
        "change", [changes.pay_all, changes.dispute, changes.promise, changes.end_the_step]
    )
    def test_leaves_out_whom_nobody_may_call(self, debtor: Account, collector: Staff, change: Any) -> None:
        make_step(debtor, "CALL")
        assert calls_to_make(collector, TODAY).count() == 1

        change(debtor)

        assert calls_to_make(collector, TODAY).count() == 0

    def test_shows_nobody_twice_on_a_day(self, debtor: Account, collector: Staff) -> None:
        call(make_step(debtor, "CALL"), collector, "NO_ANSWER")

        assert calls_to_make(collector, TODAY).count() == 0
        assert calls_to_make(collector, TODAY + datetime.timedelta(days=1)).count() == 1
        assert calls_made(collector, TODAY) == 1

    @pytest.mark.parametrize(
        ("state", "error", "stands"),
        [
            ("FAILED", "MK:0001", True),
            ("CANCELLED", "NO_NUMBER", True),
            ("CANCELLED", "OPTED_OUT", True),
            ("CANCELLED", "HELD", False),
            ("CANCELLED", "NO_DEBT", False),
            ("QUEUED", "", False),
            ("UNSURE", "", False),
            ("SENT", "", False),
        ],
    )
    def test_has_those_whom_no_message_reaches(
        self, debtor: Account, collector: Staff, state: str, error: str, stands: bool
    ) -> None:
        make_message(debtor, step=make_step(debtor), state=state, error=error)

        assert calls_to_make(collector, TODAY).exists() == stands


class TestANumberThatWantsNoMessages:
    def test_is_kept_once(self, supervisor: Staff) -> None:
        opt_out("13800001234", source="短信回复T", by=supervisor, at=MORNING)
        opt_out(" 13800001234 ", source="电话", by=supervisor, at=MORNING)

        assert OptOut.objects.get().source == "短信回复T"

    @pytest.mark.parametrize(
        ("phone", "source", "code"),
        [("123", "T", "not_a_phone"), ("", "T", "not_a_phone"), ("13800001234", " ", "source_missing")],
    )
    def test_refuses_and_writes_nothing(self, supervisor: Staff, phone: str, source: str, code: str) -> None:
        with refused(code):
            opt_out(phone, source=source, by=supervisor, at=MORNING)


class TestALetter:
    @pytest.fixture(autouse=True)
    def media(self, settings: Settings, tmp_path: object) -> None:
        settings.MEDIA_ROOT = tmp_path

    @pytest.fixture
    def letter(self, debtor: Account, collector: Staff) -> Letter:
        make_step(debtor, "LETTER")
        steps = letter_steps(collector).values_list("pk", flat=True)
        made = MORNING - datetime.timedelta(days=1)
        return make_letters(steps, template="demand_letter", at=made, by=collector).letters.get()

    def deliver(self, letter: Letter, by: Staff, **fields: Any) -> CaseStep:
        return record_delivery(
            letter,
            **{
                "kind": "DOOR_PHOTO",
                "delivered_at": MORNING - datetime.timedelta(hours=2),
                "place": "301室门上",
                "photo": check_photo(PNG),
                "at": MORNING,
                "by": by,
                **fields,
            },
        )

    def test_left_at_the_door_is_proved_by_its_photo(self, letter: Letter, collector: Staff) -> None:
        step = self.deliver(letter, collector)

        proof = DeliveryProof.objects.get()
        assert (step.state, proof.kind, proof.place) == ("DONE", "DOOR_PHOTO", "301室门上")
        assert proof.photo.startswith("deliveries/")
        assert proof.photo.endswith(".png")
        step.case.refresh_from_db()
        assert step.case.reached_on == TODAY

    @pytest.mark.parametrize("fields", [{"kind": "SIGNED"}, {"kind": "POST", "reference": "XA00000000001"}])
    def test_signed_or_posted_needs_no_photo(
        self, letter: Letter, collector: Staff, fields: dict[str, str]
    ) -> None:
        assert self.deliver(letter, collector, photo=None, place="", **fields).state == "DONE"

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"photo": None}, "photo_missing"),
            ({"place": " "}, "place_missing"),
            ({"kind": "POST", "reference": " "}, "reference_missing"),
            ({"kind": "SMS_REPORT"}, "unknown_kind"),
            ({"delivered_at": MORNING + datetime.timedelta(minutes=1)}, "delivered_in_future"),
            ({"delivered_at": MORNING - datetime.timedelta(days=2)}, "delivered_before_made"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, letter: Letter, collector: Staff, fields: dict[str, Any], code: str
    ) -> None:
        with refused(code):
            self.deliver(letter, collector, **fields)

    def test_is_delivered_once(self, letter: Letter, collector: Staff) -> None:
        self.deliver(letter, collector)

        with refused("step_not_waiting"):
            self.deliver(letter, collector)

    def test_of_another_branch_is_refused(self, letter: Letter) -> None:
        stranger = make_staff(role="collector")

        with refused("unknown_letter"):
            self.deliver(letter, stranger)

    def test_that_could_not_be_delivered_stays_on_its_way(self, letter: Letter, collector: Staff) -> None:
        assert letter.step_id

        record_visit(letter.step_id, result="MOVED", request_id=uuid4(), at=MORNING, by=collector)

        attempt = ContactAttempt.objects.get()
        assert (attempt.way, attempt.result, DeliveryProof.objects.count()) == ("VISIT", "MOVED", 0)

    def test_that_announces_an_order_leaves_the_order_to_be_carried_out(self, collector: Staff) -> None:
        order = make_approved(
            make_account(branch=collector.branch, service="WATER", billed_area=None), notice_days=5
        )
        assert order.step_id
        made = MORNING - datetime.timedelta(days=1)
        letter = make_letters([order.step_id], template="stop_notice", at=made, by=collector).letters.get()
        set_letters(clock=lambda: made)

        with refused("not_a_proof"):
            self.deliver(letter, collector)
        step = self.deliver(letter, collector, kind="SIGNED")

        order.refresh_from_db()
        assert (step.state, order.state, step.proofs.get().kind) == ("DUE", "APPROVED", "SIGNED")
        assert order.planned_on is not None
        assert order.planned_on > MORNING.date()
        assert letter.content["title"] == "停水通知单"
