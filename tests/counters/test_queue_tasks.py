"""The clock of the queue: what the scheduled tasks leave behind, once or twice."""

import datetime

import pytest
from django.utils import timezone

from accounts.models import Branch
from counters.models import Pause, Ticket
from counters.services.pauses import begin_pause
from counters.tasks import end_pauses, end_queues_of_earlier_days
from tests.factories.counters import MORNING
from tests.factories.queue import make_open_window, make_queue_hall, take_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> datetime.datetime:
    tomorrow = MORNING + datetime.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    return tomorrow


class TestTheTasks:
    def test_end_what_has_run_out(self, branch: Branch, tomorrow: datetime.datetime) -> None:
        hall = make_queue_hall(branch)
        make_open_window(hall)
        shift = make_open_window(hall)
        begin_pause(shift, by=shift.cashier, at=MORNING)
        old, new = take_ticket(hall), take_ticket(hall, "B", at=tomorrow - datetime.timedelta(days=1))

        for _ in range(2):
            end_pauses()
            end_queues_of_earlier_days()

        pause = Pause.objects.get()
        assert pause.ended_at == pause.ends_at
        assert set(Ticket.objects.values_list("state", flat=True)) == {"CANCELLED"}
        assert {old.pk, new.pk} == set(Ticket.objects.values_list("pk", flat=True))
