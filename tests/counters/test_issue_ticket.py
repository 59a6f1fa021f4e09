import datetime
from uuid import uuid4

import pytest

from accounts.models import Branch
from counters.models import Hall, Ticket, TicketPeriod
from counters.services.ticket_days import end_tickets_left_open
from counters.services.tickets import issue_ticket
from tests.counters.rows import all_rows, refused
from tests.factories.counters import MORNING
from tests.factories.queue import call, make_open_window, make_queue_hall, make_service, take_ticket

pytestmark = pytest.mark.django_db

ONE_DAY = datetime.timedelta(days=1)
ONE_SECOND = datetime.timedelta(seconds=1)
# 16:30 in London is half past midnight at the office.
AFTER_MIDNIGHT = datetime.datetime(2026, 11, 23, 16, 30, tzinfo=datetime.UTC)


@pytest.fixture
def hall(branch: Branch) -> Hall:
    return make_queue_hall(branch)


class TestIssueTicket:
    def test_numbers_each_service_of_each_hall_by_itself(self, hall: Hall, branch: Branch) -> None:
        labels = [take_ticket(hall, code).label for code in "AABA"]
        other = take_ticket(make_queue_hall(branch), "A")

        assert labels == ["A001", "A002", "B001", "A003"]
        assert other.label == "A001"

    def test_begins_again_with_one_at_midnight_of_the_office(self, hall: Hall) -> None:
        take_ticket(hall, at=AFTER_MIDNIGHT - datetime.timedelta(hours=1))

        ticket = take_ticket(hall, at=AFTER_MIDNIGHT)

        assert (ticket.label, ticket.business_date) == ("A001", datetime.date(2026, 11, 24))

    def test_opens_a_wait_and_names_no_window(self, hall: Hall) -> None:
        ticket = take_ticket(hall)

        (period,) = ticket.periods.all()
        assert (period.kind, period.begun_at, period.ended_at) == ("WAIT", MORNING, None)
        assert (ticket.window, ticket.staff, ticket.called_at) == (None, None, None)
        assert len(ticket.code) >= 16

    def test_gives_one_ticket_for_one_request(self, hall: Hall) -> None:
        make_service("A")
        request_id = uuid4()

        tickets = {
            issue_ticket(hall, "A", is_priority=False, request_id=request_id, at=MORNING).pk
            for _ in range(50)
        }

        assert len(tickets) == 1
        assert Ticket.objects.count() == 1

    def test_refuses_what_is_not_offered(self, hall: Hall) -> None:
        service = make_service("B")
        service.is_active = False
        service.save()
        before = all_rows()

        for code in ("B", "Z", ""):
            with refused("not_offered"):
                issue_ticket(hall, code, is_priority=False, request_id=uuid4(), at=MORNING)

        assert all_rows() == before

    def test_refuses_the_page_of_another_service(self, hall: Hall) -> None:
        ticket = take_ticket(hall, "A")
        make_service("B")

        with refused("form_reused"):
            issue_ticket(hall, "B", is_priority=False, request_id=ticket.request_id, at=MORNING)

    def test_of_a_kiosk_that_is_pressed_fifty_times_stops_after_the_first_few(self, branch: Branch) -> None:
        hall = make_queue_hall(branch, tickets_in_ten_seconds=4)
        codes = []
        for press in range(50):
            try:
                take_ticket(hall, at=MORNING + ONE_SECOND * press / 10)
            except Exception as refusal:  # noqa: BLE001 - counted below
                codes.append(getattr(refusal, "code", refusal))

        assert codes == ["too_fast"] * 46
        assert take_ticket(hall, at=MORNING + ONE_SECOND * 11).label == "A005"


class TestTheFirstTicketOfADay:
    def test_ends_what_yesterday_left_open(self, hall: Hall) -> None:
        shift = make_open_window(hall)
        served, waiting = take_ticket(hall), take_ticket(hall)
        assert call(shift) == served

        take_ticket(hall, at=MORNING + ONE_DAY)

        served.refresh_from_db()
        waiting.refresh_from_db()
        midnight = datetime.datetime(2026, 11, 24, tzinfo=MORNING.tzinfo)
        assert (served.state, waiting.state) == ("DONE", "CANCELLED")
        assert (served.ended_at, waiting.ended_at) == (midnight, midnight)
        assert not TicketPeriod.objects.filter(
            ended_at__isnull=True, ticket__business_date=MORNING.date()
        ).exists()

    def test_leaves_other_halls_and_today_alone(self, hall: Hall, branch: Branch) -> None:
        elsewhere = take_ticket(make_queue_hall(branch))
        take_ticket(hall, "A", at=MORNING + ONE_DAY)

        take_ticket(hall, "B", at=MORNING + ONE_DAY)

        elsewhere.refresh_from_db()
        assert elsewhere.is_waiting
        assert Ticket.objects.filter(hall=hall, state="WAITING").count() == 2

    def test_is_not_needed_where_the_task_of_the_night_has_run(self, hall: Hall, branch: Branch) -> None:
        for one in (hall, make_queue_hall(branch)):
            take_ticket(one)

        assert end_tickets_left_open(MORNING.date()) == 0
        assert end_tickets_left_open(MORNING.date() + ONE_DAY) == 2
        assert end_tickets_left_open(MORNING.date() + ONE_DAY) == 0
