"""Two windows and one visitor, two kiosks and one number, two clerks and one pause: each beside its control."""

import datetime
from functools import partial

import pytest

from accounts.models import Branch
from counters.models import Hall, Pause, Shift, Ticket, TicketPeriod
from counters.services import calls, tickets
from counters.services.pauses import begin_pause
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove_row_locks
from tests.factories.counters import MORNING
from tests.factories.queue import call, make_open_window, make_queue_hall, make_service, take_ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hall(branch: Branch) -> Hall:
    return make_queue_hall(branch)


class TestTwelveWindowsThatCall:
    def test_call_everybody_once(self, hall: Hall) -> None:
        shifts = [make_open_window(hall) for _ in range(12)]
        for _ in range(36):
            take_ticket(hall)

        results = at_once(*(partial(call_up_to, shift, 5) for shift in shifts))

        called = [label for one in results if isinstance(one, list) for label in one]
        assert sorted(called) == [f"A{number:03}" for number in range(1, 37)], results
        assert Ticket.objects.exclude(calls=1).count() == 0
        assert TicketPeriod.objects.filter(kind="SERVE").count() == 36

    def test_without_locks_call_one_visitor_to_two_windows(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shifts = [make_open_window(hall) for _ in range(2)]
        for _ in range(2):
            take_ticket(hall)
        pick, _, rest = calls._CALL.partition("), called AS (")
        slow = f"{pick.replace('FOR UPDATE OF t SKIP LOCKED', '')}), pause AS (SELECT pg_sleep(0.5)), called AS ({rest}"
        slow = slow.replace("FROM next WHERE t.id = next.id", "FROM next, pause WHERE t.id = next.id")
        assert slow.count("SKIP LOCKED") == 0
        monkeypatch.setattr(calls, "_CALL", slow)

        results = at_once(*(partial(call, shift) for shift in shifts))

        # Both chose A001; one of them took it from the other, or found it gone though somebody else waits.
        waiting = Ticket.objects.waiting().count()
        assert waiting == 1, outcomes(results)


def call_up_to(shift: Shift, most: int) -> list[str]:
    called: list[str] = []
    for _ in range(most):
        try:
            ticket = call(shift)
        except Exception as refusal:
            if getattr(refusal, "code", "") != "nobody_waits":
                raise
            break
        if ticket is None:
            break
        called.append(ticket.label)
    return called


class TestTwoKiosks:
    def test_give_two_numbers(self, hall: Hall) -> None:
        make_service()

        results = at_once(*(partial(take_ticket, hall) for _ in range(8)))

        assert outcomes(results) == {"Ticket": 8}
        assert sorted(Ticket.objects.values_list("number", flat=True)) == list(range(1, 9))

    def test_without_the_locks_give_one_number_twice(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_service()

        def count_the_rows(hall_id: int, service_code: str, day: datetime.date) -> int:
            return Ticket.objects.filter(hall=hall_id, service=service_code, business_date=day).count() + 1

        remove_row_locks(monkeypatch)
        monkeypatch.setattr(tickets, "_next_number", count_the_rows)
        make_them_meet(monkeypatch, "counters.services.tickets._next_number", 2, afterwards=True)

        # Only the uniqueness of the number is left.
        assert outcomes(at_once(*(partial(take_ticket, hall) for _ in range(2)))) == {
            "Ticket": 1,
            "IntegrityError": 1,
        }


class TestTwoPauses:
    def pause_both(self, hall: Hall) -> list[Pause | Exception]:
        shifts = [make_open_window(hall) for _ in range(2)]
        return at_once(*(partial(begin_pause, shift, by=shift.cashier, at=MORNING) for shift in shifts))

    def test_leave_a_window_at_work(self, hall: Hall) -> None:
        assert outcomes(self.pause_both(hall)) == {"Pause": 1, "too_few_windows": 1}

    def test_without_locks_leave_none(self, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "counters.services.pauses._check_the_hall", 2, afterwards=True)

        assert outcomes(self.pause_both(hall)) == {"Pause": 2}


class TestAPauseWhileSomebodyTakesANumber:
    def test_is_decided_before_or_after(self, branch: Branch) -> None:
        for _ in range(5):
            hall = make_queue_hall(branch, pause_queue_max=0)
            make_open_window(hall)
            shift = make_open_window(hall)

            paused, taken = at_once(
                partial(begin_pause, shift, by=shift.cashier, at=MORNING), partial(take_ticket, hall)
            )

            assert isinstance(taken, Ticket)
            assert outcomes([paused]) in ({"Pause": 1}, {"queue_too_long": 1})
