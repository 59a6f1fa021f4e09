"""What became of a message: told by the gateway, or decided by a person."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Account, Staff
from billing.models import DeliveryProof, Message, OptOut
from billing.services.arrears.message_reports import decide_unsure, record_report
from billing.sms.gateway import Fate, Finding
from tests.counters.rows import refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.factories.reach import make_message, make_step

pytestmark = pytest.mark.django_db


class TestAReport:
    def test_of_delivery_proves_the_step_once(self, debtor: Account) -> None:
        step = make_step(debtor, state="SENT")
        message = make_message(debtor, step=step, state="SENT", sent_at=MORNING)

        record_report(message.pk, Finding(Fate.DELIVERED, "900^0"), at=MORNING)
        record_report(message.pk, Finding(Fate.DELIVERED, "900^0"), at=MORNING)

        step.refresh_from_db()
        proof = DeliveryProof.objects.get()
        assert (step.state, step.case.level) == ("DONE", 1)
        assert (proof.kind, proof.reference) == ("SMS_REPORT", "900^0")

    def test_of_failure_puts_the_step_back(self, debtor: Account) -> None:
        step = make_step(debtor, state="SENT")
        message = make_message(debtor, step=step, state="SENT", sent_at=MORNING)

        record_report(message.pk, Finding(Fate.NOT_DELIVERED, error="MK:0001"), at=MORNING)

        step.refresh_from_db()
        message.refresh_from_db()
        assert (message.state, message.error, step.state) == ("FAILED", "MK:0001", "DUE")

    def test_that_comes_before_the_sender_has_written_down_counts(self, debtor: Account) -> None:
        message = make_message(debtor, state="CLAIMED")

        record_report(message.pk, Finding(Fate.DELIVERED), at=MORNING)

        message.refresh_from_db()
        assert (message.state, message.sent_at) == ("DELIVERED", MORNING)

    @pytest.mark.parametrize("state", ["DELIVERED", "FAILED", "CANCELLED", "QUEUED"])
    def test_changes_nothing_that_is_settled(self, debtor: Account, state: str) -> None:
        message = make_message(debtor, state=state)

        record_report(message.pk, Finding(Fate.NOT_DELIVERED), at=MORNING)

        message.refresh_from_db()
        assert message.state == state

    def test_that_it_never_arrived_gives_no_claim_back_while_somebody_may_be_sending(
        self, debtor: Account
    ) -> None:
        message = make_message(debtor, state="CLAIMED")

        record_report(message.pk, Finding(Fate.NEVER_ARRIVED), at=MORNING)

        message.refresh_from_db()
        assert message.state == "CLAIMED"

    def test_about_a_step_that_is_over_moves_nothing(self, debtor: Account) -> None:
        step = make_step(debtor, state="CANCELLED")
        message = make_message(debtor, step=step, state="SENT", sent_at=MORNING)

        record_report(message.pk, Finding(Fate.DELIVERED, "1"), at=MORNING)

        step.refresh_from_db()
        assert (step.state, step.case.level, DeliveryProof.objects.count()) == ("CANCELLED", 0, 0)


class TestAnUnsureMessage:
    def test_that_was_not_sent_is_written_anew(self, debtor: Account, supervisor: Staff) -> None:
        message = make_message(debtor, state="UNSURE", dedupe_key="step:7")

        decide_unsure(message.pk, was_sent=False, decided_by=supervisor, at=MORNING)
        again = Message.objects.get(state="QUEUED")
        Message.objects.filter(pk=again.pk).update(state="UNSURE", claimed_at=MORNING)
        decide_unsure(again.pk, was_sent=False, decided_by=supervisor, at=MORNING)

        message.refresh_from_db()
        assert (message.state, message.decided_by) == ("FAILED", supervisor)
        assert [one.dedupe_key for one in Message.objects.order_by("pk")] == [
            "step:7",
            "step:7:again:2",
            "step:7:again:3",
        ]

    def test_that_was_sent_puts_its_step_on_its_way(self, debtor: Account, supervisor: Staff) -> None:
        step = make_step(debtor)
        message = make_message(debtor, step=step, state="UNSURE")

        decide_unsure(message.pk, was_sent=True, decided_by=supervisor, at=MORNING)

        step.refresh_from_db()
        message.refresh_from_db()
        assert (message.state, message.sent_at, step.state) == ("SENT", MORNING, "SENT")
        assert Message.objects.count() == 1

    @pytest.mark.parametrize("state", ["QUEUED", "CLAIMED", "SENT", "DELIVERED", "FAILED", "CANCELLED"])
    def test_is_the_only_one_to_decide(self, debtor: Account, supervisor: Staff, state: str) -> None:
        message = make_message(debtor, state=state)

        with refused("not_unsure"):
            decide_unsure(message.pk, was_sent=False, decided_by=supervisor, at=MORNING)

    def test_of_another_branch_does_not_exist(self, debtor: Account) -> None:
        message = make_message(debtor, state="UNSURE")
        stranger = make_staff(role="collector")

        with refused("unknown_message"):
            decide_unsure(message.pk, was_sent=True, decided_by=stranger, at=MORNING)


class TestTheAddressForReports:
    @pytest.fixture(autouse=True)
    def token(self, settings: Settings) -> None:
        settings.SMS_REPORT_TOKEN = "word-of-the-gateway"

    def post(self, body: Any, token: str = "word-of-the-gateway") -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body)
        return Client().post(f"/arrears/sms-reports/{token}/", raw, content_type="application/json")

    def test_takes_what_the_provider_sends(self, debtor: Account) -> None:
        first = make_message(debtor, state="SENT", sent_at=MORNING, dedupe_key="step:1")
        second = make_message(debtor, state="SENT", sent_at=MORNING, dedupe_key="step:2")
        reports = [
            {"out_id": "not ours", "success": True},
            {"out_id": "step:1", "success": True, "biz_id": "1^0"},
            {"out_id": "step:2", "success": False, "err_code": "UNDELIV"},
        ]

        answer = self.post(reports)

        first.refresh_from_db()
        second.refresh_from_db()
        assert (answer.status_code, answer.json()["code"]) == (200, 0)
        assert (first.state, second.state, second.error) == ("DELIVERED", "FAILED", "UNDELIV")

    def test_exists_for_the_gateway_alone(self, debtor: Account, settings: Settings) -> None:
        message = make_message(debtor, state="SENT", sent_at=MORNING, dedupe_key="step:1")
        report = [{"out_id": "step:1", "success": True}]

        assert self.post(report, token="guessed").status_code == 404
        settings.SMS_REPORT_TOKEN = ""
        assert self.post(report, token="guessed").status_code == 404

        message.refresh_from_db()
        assert message.state == "SENT"

    @pytest.mark.parametrize("body", [b"garbage", b"", {"out_id": "step:1"}, ["step:1"], 7])
    def test_refuses_what_is_no_list_of_reports(self, body: Any) -> None:
        assert self.post(body).status_code == 400

    def test_survives_a_nul(self, debtor: Account) -> None:
        make_message(debtor, state="SENT", sent_at=MORNING, dedupe_key="step:1")

        answer = self.post([{"out_id": "step:1\x00", "success": True, "biz_id": "\x001"}])

        assert answer.status_code == 200
        assert Message.objects.get().gateway_id == "1"

    @pytest.mark.parametrize(
        ("content", "phone", "taken"),
        [
            ("T", "13800001234", True),
            (" td ", "13800001234", True),
            ("退订", "13800001234", True),
            ("已缴费", "13800001234", False),
            ("T", "not a phone", False),
        ],
    )
    def test_takes_a_number_off_whose_owner_answers_so(self, content: str, phone: str, taken: bool) -> None:
        reply = [{"phone_number": phone, "content": content}]

        assert self.post(reply).status_code == 200
        assert self.post(reply).status_code == 200

        assert OptOut.objects.filter(phone=phone).count() == int(taken)
