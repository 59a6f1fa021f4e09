"""Two senders, twenty kills (reliability.md 23): nobody is reminded twice, and nobody is forgotten."""

import datetime
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from billing.models import Message
from billing.sending import ask_after, send_messages
from billing.services.arrears.sending import doubt_old_claims
from billing.sms.file import FileGateway
from billing.sms.gateway import Gateway
from tests.billing.arrears.runners import Runners, keys_in
from tests.factories.accounts import make_branch, make_customer, make_district, make_premises
from tests.factories.counters import MORNING
from tests.factories.reach import make_debtor, make_message

pytestmark = pytest.mark.django_db(transaction=True)

REMINDERS = int(os.environ.get("REMINDERS", "400"))
KILLS = 20
LATER = MORNING + datetime.timedelta(minutes=6)


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    return tmp_path / "sms.jsonl"


@pytest.fixture
def runners(sent: Path) -> Iterator[Runners]:
    branch = make_branch()
    premises = make_premises(district=make_district(branch=branch))
    customer = make_customer(phones=["13800001234"])
    for _ in range(REMINDERS):
        make_message(make_debtor(branch=branch, premises=premises, customer=customer, phone=None))
    runners = Runners(str(connection.settings_dict["NAME"]), sent)
    yield runners
    runners.close()


def states() -> Counter[str]:
    return Counter(Message.objects.values_list("state", flat=True))


class TestKilledSenders:
    def test_remind_everybody_once_with_a_gateway_that_can_be_asked(
        self, runners: Runners, sent: Path
    ) -> None:
        died = runners.kill_half_way("start", sent, messages=REMINDERS, kills=KILLS)

        assert died >= KILLS // 2
        doubted = ask_after(FileGateway(sent), clock=lambda: LATER)["DOUBTED"]
        assert 0 < doubted <= died
        send_messages(FileGateway(sent), worker="next", clock=lambda: LATER)
        assert Counter(keys_in(sent)) == dict.fromkeys(
            Message.objects.values_list("dedupe_key", flat=True), 1
        )
        assert states() == {"SENT": REMINDERS}

    def test_leave_an_unsure_one_each_with_a_gateway_that_cannot(self, runners: Runners, sent: Path) -> None:
        class Silent(Gateway):
            send = FileGateway(sent).send

        died = runners.kill_half_way("start", sent, messages=REMINDERS, kills=KILLS)
        doubt_old_claims(at=LATER)
        ask_after(Silent(), clock=lambda: LATER)
        send_messages(Silent(), worker="next", clock=lambda: LATER)

        unsure = set(Message.objects.filter(state="UNSURE").values_list("dedupe_key", flat=True))
        out = Counter(keys_in(sent))
        assert 0 < len(unsure) <= died
        assert max(out.values()) == 1
        assert set(Message.objects.filter(state="SENT").values_list("dedupe_key", flat=True)) | unsure >= set(
            out
        )
        assert len(set(out) | unsure) == REMINDERS

    def test_would_remind_twice_if_they_sent_first_and_saved_then(self, runners: Runners, sent: Path) -> None:
        runners.kill_half_way("naive", sent, messages=REMINDERS, kills=KILLS)

        assert max(Counter(keys_in(sent)).values()) > 1
