"""The pages of messages, calls, letters and deliveries, as a collector uses them."""

import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, Staff
from billing.models import (
    CaseStep,
    ContactAttempt,
    DeliveryProof,
    Letter,
    LetterRun,
    Mailing,
    Message,
    OptOut,
)
from tests.billing.arrears.test_contacts import PNG
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.factories.reach import make_debtor, make_message, make_step
from tests.hall import Hall, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def collector(hall: Hall) -> Staff:
    return make_staff(role="collector", branch=hall.branch)


@pytest.fixture
def client(collector: Staff) -> Client:
    return signed_in(collector)


@pytest.fixture
def debtor(hall: Hall) -> Account:
    return make_debtor(branch=hall.branch)


class TestTheListOfMessages:
    def test_begins_with_those_nobody_is_sure_of_and_hides_the_numbers(
        self, client: Client, debtor: Account
    ) -> None:
        make_message(debtor, state="UNSURE", text="存疑的短信")
        make_message(debtor, state="SENT", text="发出的短信")

        text = text_of(client.get("/arrears/messages/"))

        assert "存疑的短信" in text
        assert "发出的短信" not in text
        assert "13800001234" not in text

    @pytest.mark.parametrize("show", ["waiting", "sent", "failed", "cancelled", "nonsense"])
    def test_has_a_tab_for_each_fate(self, client: Client, debtor: Account, show: str) -> None:
        for state in Message.State:
            make_message(debtor, state=state, error="HELD")

        answer = client.get("/arrears/messages/", {"show": show})

        assert answer.status_code == 200
        assert debtor.account_no[:4] in text_of(answer)

    def test_lets_the_supervisor_decide(self, hall: Hall, debtor: Account) -> None:
        message = make_message(debtor, state="UNSURE")

        answer = signed_in(hall.supervisor).post(
            f"/arrears/messages/{message.pk}/decide/", {"decision": "not_sent"}
        )

        assert answer.status_code == 302
        assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["FAILED", "QUEUED"]

    def test_shows_why_a_decision_comes_too_late(self, hall: Hall, debtor: Account) -> None:
        message = make_message(debtor, state="SENT", sent_at=MORNING)

        answer = signed_in(hall.supervisor).post(
            f"/arrears/messages/{message.pk}/decide/", {"decision": "not_sent"}
        )

        assert answer.status_code == 422
        assert Message.objects.count() == 1

    def test_says_when_there_is_no_gateway(self, client: Client, settings: Settings) -> None:
        settings.SMS_GATEWAY = ""

        assert 'class="notice notice-wait"' in text_of(client.get("/arrears/messages/"))

    def test_takes_a_number_off(self, client: Client) -> None:
        answer = client.post("/arrears/messages/opt-out/", {"phone": "13800001234", "source": "短信回T"})

        assert answer.status_code == 302
        assert OptOut.objects.get().phone == "13800001234"


class TestSendingAReminder:
    def test_queues_it_and_counts_the_others(self, client: Client, hall: Hall, debtor: Account) -> None:
        silent = make_debtor(branch=hall.branch, phone=None)
        numbers = f"{debtor.account_no}\n{silent.account_no}\n"

        answer = client.post("/arrears/messages/new/", {"template": "arrears_sms", "accounts": numbers})

        mailing = Mailing.objects.get()
        assert answer["Location"] == f"/arrears/mailings/{mailing.pk}/"
        assert (mailing.messages.count(), mailing.left_out) == (1, {"NO_NUMBER": 1})
        assert client.get(answer["Location"]).status_code == 200

    def test_names_a_number_that_is_not_here_and_keeps_the_others(
        self, client: Client, hall: Hall, debtor: Account
    ) -> None:
        numbers = f"{debtor.account_no}\n{hall.foreign_account.account_no}"

        answer = client.post("/arrears/messages/new/", {"template": "arrears_sms", "accounts": numbers})

        assert answer.status_code == 422
        assert hall.foreign_account.account_no in text_of(answer)
        assert debtor.account_no in text_of(answer)
        assert not Mailing.objects.exists()


class TestTheListOfCalls:
    def body(self, step: CaseStep, **changes: Any) -> dict[str, Any]:
        return {
            "step": step.pk,
            "request_id": uuid4(),
            "phone": "13800001234",
            "recording": "",
            "note": "",
            "result": "NO_ANSWER",
            **changes,
        }

    def test_shows_what_to_say_and_the_number(self, client: Client, debtor: Account) -> None:
        make_step(debtor, "CALL")

        text = text_of(client.get("/arrears/calls/"))

        assert "tel:13800001234" in text
        # 100.00 and twenty days at 5 per mille.
        assert "共欠110.00元" in text

    def test_goes_on_to_the_next_after_one_key(self, client: Client, hall: Hall, debtor: Account) -> None:
        step = make_step(debtor, "CALL")

        answer = client.post("/arrears/calls/", self.body(step))

        assert answer["Location"] == "/arrears/calls/"
        assert ContactAttempt.objects.get().result == "NO_ANSWER"
        assert "tel:" not in text_of(client.get("/arrears/calls/"))

    def test_keeps_what_was_typed_when_it_is_refused(self, client: Client, debtor: Account) -> None:
        step = make_step(debtor, "CALL")

        answer = client.post("/arrears/calls/", self.body(step, result="DELIVERED", note="下周一来"))

        assert answer.status_code == 422
        assert "下周一来" in text_of(answer)
        assert not ContactAttempt.objects.exists()

    def test_chooses_no_result_by_itself(self, client: Client, debtor: Account) -> None:
        make_step(debtor, "CALL")

        form = text_of(client.get("/arrears/calls/")).partition('id="call"')[2]

        assert form.index("<button hidden disabled>") < form.index('name="result"')

    @pytest.mark.parametrize("step", ["", "x", "٣", "99999999", "1" * 30])
    def test_bears_any_address(self, client: Client, debtor: Account, step: str) -> None:
        make_step(debtor, "CALL")

        assert client.get("/arrears/calls/", {"step": step}).status_code == 200


class TestLetters:
    def test_are_printed_from_the_list_in_one_file(self, client: Client, debtor: Account) -> None:
        make_step(debtor, "LETTER")

        answer = client.post("/arrears/letters/", {"template": "demand_letter", "district": ""})

        run = LetterRun.objects.get()
        assert answer["Location"] == f"/arrears/letters/{run.mailing_id}/"
        assert run.state == "READY"
        assert client.get(answer["Location"]).status_code == 200
        file = client.get(f"/arrears/letters/{run.mailing_id}/file/")
        assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
        assert b"".join(file.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]

    def test_of_another_branch_cannot_be_opened(self, client: Client, debtor: Account) -> None:
        make_step(debtor, "LETTER")
        client.post("/arrears/letters/", {"template": "demand_letter", "district": ""})
        pk = LetterRun.objects.get().mailing_id
        stranger = signed_in(make_staff(role="collector"))

        for page in ("", "progress/", "file/"):
            assert stranger.get(f"/arrears/letters/{pk}/{page}").status_code == 404

    def test_of_a_district_leave_the_others_for_later(
        self, client: Client, hall: Hall, debtor: Account
    ) -> None:
        other = make_debtor(branch=hall.branch)
        for account in (debtor, other):
            make_step(account, "LETTER")

        client.post(
            "/arrears/letters/",
            {"template": "demand_letter", "district": other.premises.district_id},
        )

        assert [letter.account for letter in Letter.objects.all()] == [other]

    def test_reload_the_page_when_all_are_set(self, client: Client, debtor: Account) -> None:
        make_step(debtor, "LETTER")
        client.post("/arrears/letters/", {"template": "demand_letter", "district": ""})
        run = LetterRun.objects.get()

        assert client.get(f"/arrears/letters/{run.mailing_id}/progress/")["HX-Refresh"] == "true"

        LetterRun.objects.filter(pk=run.pk).update(state="AT_WORK", ready_at=None)
        assert "HX-Refresh" not in client.get(f"/arrears/letters/{run.mailing_id}/progress/").headers


class TestDeliveries:
    @pytest.fixture
    def letter(self, client: Client, debtor: Account, monkeypatch: pytest.MonkeyPatch) -> Letter:
        make_step(debtor, "LETTER")
        with monkeypatch.context() as yesterday:
            yesterday.setattr(timezone, "now", lambda: MORNING - datetime.timedelta(days=1))
            client.post("/arrears/letters/", {"template": "demand_letter", "district": ""})
        return Letter.objects.get()

    def body(self, **changes: Any) -> dict[str, Any]:
        return {
            "request_id": uuid4(),
            "outcome": "DOOR_PHOTO",
            "delivered_at": "2026-11-23T08:10",
            "reference": "",
            "place": "301室门上",
            "photo": SimpleUploadedFile("../../evil.html", PNG, content_type="text/html"),
            **changes,
        }

    def test_are_found_by_either_number(self, client: Client, letter: Letter) -> None:
        for wanted in (letter.account.account_no, letter.content["number"], ""):
            assert f"/arrears/deliveries/{letter.pk}/" in text_of(
                client.get("/arrears/deliveries/", {"q": wanted})
            )
        assert f"/arrears/deliveries/{letter.pk}/" not in text_of(
            client.get("/arrears/deliveries/", {"q": "nothing\x00"})
        )

    def test_are_recorded_with_a_photo_that_only_the_branch_sees(
        self, client: Client, letter: Letter
    ) -> None:
        answer = client.post(f"/arrears/deliveries/{letter.pk}/", self.body())

        assert answer.status_code == 302
        proof = DeliveryProof.objects.get()
        photo = client.get(f"/arrears/proofs/{proof.pk}/photo/")
        assert (photo["Content-Type"], photo["X-Content-Type-Options"]) == ("image/png", "nosniff")
        assert b"".join(photo.streaming_content) == PNG  # type: ignore[attr-defined]
        assert "evil" not in proof.photo
        stranger = signed_in(make_staff(role="collector"))
        assert stranger.get(f"/arrears/proofs/{proof.pk}/photo/").status_code == 404

    @pytest.mark.parametrize(
        "changes",
        [
            {"photo": SimpleUploadedFile("a.png", b"<script>alert(1)</script>")},
            {"photo": ""},
            {"outcome": "POST"},
            {"delivered_at": "2026-12-24T08:10"},
            {"outcome": "ORDER"},
        ],
    )
    def test_are_refused_with_the_input_intact(
        self, client: Client, letter: Letter, changes: dict[str, Any]
    ) -> None:
        answer = client.post(f"/arrears/deliveries/{letter.pk}/", self.body(**changes))

        assert answer.status_code == 422
        assert "301室门上" in text_of(answer)
        assert not DeliveryProof.objects.exists()

    def test_that_failed_are_kept_as_visits(self, client: Client, letter: Letter) -> None:
        client.post(f"/arrears/deliveries/{letter.pk}/", self.body(outcome="NOT_MOVED", photo=""))

        assert ContactAttempt.objects.get().result == "MOVED"
        assert CaseStep.objects.get(letters=letter).state == "SENT"
