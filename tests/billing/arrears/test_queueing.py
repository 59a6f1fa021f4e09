"""Reminders as rows: who gets one, who does not and why, and each only once."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Branch, Staff
from billing.models import CaseStep, Mailing, Message
from billing.services.arrears import notices
from billing.services.arrears.mailings import queue_messages
from billing.services.arrears.notices import FOLDER, notice_called, written
from billing.services.arrears.queueing import queue_step_messages
from billing.services.refusals import ArrearsRefused
from tests.billing.arrears.test_sending import dispute, opt_out, pay_all, promise
from tests.counters.meeting import at_once
from tests.counters.rows import refused
from tests.factories.counters import MORNING
from tests.factories.reach import make_debtor, make_message, make_step


@pytest.mark.django_db
class TestAStepBySms:
    def test_becomes_a_message_once(self, debtor: Account) -> None:
        step = make_step(debtor)

        assert queue_step_messages(at=MORNING) == 1
        assert queue_step_messages(at=MORNING) == 0

        message = Message.objects.get()
        assert (message.step, message.dedupe_key, message.phone) == (step, f"step:{step.pk}", "13800001234")
        assert f"户号{debtor.account_no}" in message.text

    @pytest.mark.parametrize("state", ["PROPOSED", "SENT", "DONE", "CANCELLED", "FAILED"])
    def test_is_written_only_when_it_is_to_be_done(self, debtor: Account, state: str) -> None:
        step = make_step(debtor)
        done = {"done_at": MORNING} if state == "DONE" else {}
        CaseStep.objects.filter(pk=step.pk).update(state=state, **done)

        assert queue_step_messages(at=MORNING) == 0

    @pytest.mark.parametrize("change", [pay_all, dispute, promise])
    def test_waits_while_the_ladder_is_held(self, debtor: Account, change: Callable[[Account], None]) -> None:
        make_step(debtor)
        change(debtor)

        assert queue_step_messages(at=MORNING) == 0
        assert not Message.objects.exists()

    def test_is_written_again_when_the_hold_is_over(self, debtor: Account) -> None:
        step = make_step(debtor)
        make_message(debtor, step=step, state="CANCELLED", error="HELD", dedupe_key=f"step:{step.pk}")

        assert queue_step_messages(at=MORNING) == 1

        assert Message.objects.get(state="QUEUED").dedupe_key == f"step:{step.pk}:again:2"

    @pytest.mark.parametrize(("phone", "why"), [(None, "NO_NUMBER"), ("13800001234", "OPTED_OUT")])
    def test_says_why_only_a_call_can_do(self, branch: Branch, phone: str | None, why: str) -> None:
        account = make_debtor(branch=branch, phone=phone)
        make_step(account)
        if phone:
            opt_out(account)

        queue_step_messages(at=MORNING)
        queue_step_messages(at=MORNING)

        message = Message.objects.get()
        assert (message.state, message.error) == ("CANCELLED", why)

    def test_costs_as_many_statements_for_ten_as_for_one(self, branch: Branch) -> None:
        def statements() -> int:
            with CaptureQueriesContext(connection) as asked:
                queue_step_messages(at=MORNING)
            return len(asked)

        make_step(make_debtor(branch=branch))
        one = statements()
        for number in range(10):
            make_step(make_debtor(branch=branch, phone=f"1380000{number:04}"))

        assert statements() == one


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_write_a_step_once(self) -> None:
        for number in range(5):
            make_step(make_debtor(phone=f"1380000{number:04}"))

        at_once(*(partial(queue_step_messages, at=MORNING) for _ in range(3)))

        assert Message.objects.count() == 5


@pytest.mark.django_db
class TestAMailing:
    def test_counts_those_it_leaves_out_by_reason(self, branch: Branch, collector: Staff) -> None:
        owing = make_debtor(branch=branch)
        paid, silent = make_debtor(branch=branch), make_debtor(branch=branch, phone=None)
        foreign = make_debtor()
        pay_all(paid)
        chosen = [owing.pk, paid.pk, silent.pk, foreign.pk, owing.pk]

        mailing = queue_messages(chosen, template="arrears_sms", at=MORNING, by=collector)

        assert (mailing.wanted, mailing.left_out) == (4, {"NO_DEBT": 1, "NO_NUMBER": 1, "UNKNOWN": 1})
        assert [message.account for message in mailing.messages.all()] == [owing]

    def test_never_says_the_same_twice_on_a_day(self, debtor: Account, collector: Staff) -> None:
        queue_messages([debtor.pk], template="arrears_sms", at=MORNING, by=collector)

        second = queue_messages([debtor.pk], template="arrears_sms", at=MORNING, by=collector)

        assert second.left_out == {"TODAY_ALREADY": 1}
        assert Message.objects.count() == 1

    @pytest.mark.parametrize(
        ("template", "chosen", "code"),
        [
            ("arrears_sms", False, "nobody_chosen"),
            ("no_such_text", True, "unknown_template"),
            ("../settings", True, "unknown_template"),
            ("demand_letter", True, "not_a_message"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, debtor: Account, collector: Staff, template: str, chosen: bool, code: str
    ) -> None:
        with refused(code):
            queue_messages([debtor.pk] if chosen else [], template=template, at=MORNING, by=collector)

        assert not Mailing.objects.exists()


class TestATextOfTheFolder:
    @pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
    def test_names_only_what_can_be_filled_in(self, path: object) -> None:
        notice = notice_called(path.stem)  # type: ignore[attr-defined]

        assert notice.kind in {"SMS", "CALL", "LETTER"}
        assert notice.text or notice.paragraphs

    def test_that_names_something_else_is_refused(
        self, tmp_path: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(notices, "FOLDER", tmp_path)
        (tmp_path / "odd.json").write_text('{"kind": "SMS", "title": "t", "text": "{name} {shoe_size}"}')  # type: ignore[operator]

        with pytest.raises(ArrearsRefused) as refusal:
            notice_called("odd")

        assert refusal.value.code == "unknown_field"

    @pytest.mark.parametrize("fields", [{}, {"name": ""}])
    def test_never_leaves_with_a_gap(self, fields: dict[str, str]) -> None:
        with pytest.raises(ArrearsRefused) as refusal:
            written("尊敬的{name}", fields)

        assert refusal.value.code == "missing_field"
