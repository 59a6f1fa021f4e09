import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Branch
from counters.models import Hall, Shift, Ticket, TicketPayment
from counters.services.calls import call_next_ticket
from counters.services.visits import take_ticket_back, transfer_ticket
from tests.counters.days import close_short
from tests.counters.rows import all_rows, refused
from tests.factories.accounts import make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay
from tests.factories.queue import call, make_open_window, make_queue_hall, take_ticket

pytestmark = pytest.mark.django_db

MINUTE = datetime.timedelta(minutes=1)
ONE_DAY = datetime.timedelta(days=1)


@pytest.fixture
def hall(branch: Branch) -> Hall:
    return make_queue_hall(branch)


@pytest.fixture
def shift(hall: Hall) -> Shift:
    return make_open_window(hall, "AB")


def label(ticket: Ticket | None) -> str:
    assert ticket
    return ticket.label


class TestCallNextTicket:
    def test_calls_priority_first_then_who_came_first(self, hall: Hall, shift: Shift) -> None:
        for minute, (code, is_priority) in enumerate([("A", 0), ("B", 0), ("A", 1), ("B", 1), ("A", 0)]):
            take_ticket(hall, code, is_priority=bool(is_priority), at=MORNING + MINUTE * minute)

        called = [label(call(shift, at=MORNING + MINUTE * (9 + turn))) for turn in range(5)]

        assert called == ["A002", "B002", "A001", "B001", "A003"]

    def test_calls_only_what_the_window_is_open_for(self, hall: Hall) -> None:
        adviser, fitter = make_open_window(hall, "B"), make_open_window(hall, "C")
        take_ticket(hall, "A")
        take_ticket(hall, "B")

        assert label(call(adviser)) == "B001"
        with refused("nobody_waits"):
            call(fitter)

    def test_binds_the_ticket_to_window_person_and_shift(self, hall: Hall, shift: Shift) -> None:
        take_ticket(hall)

        ticket = call(shift, at=MORNING + MINUTE * 7)

        assert ticket
        assert (ticket.state, ticket.window_id, ticket.staff_id, ticket.shift_id) == (
            "CALLED", shift.window_id, shift.cashier_id, shift.pk,
        )  # fmt: skip
        assert ticket.called_at == ticket.announced_at == MORNING + MINUTE * 7
        assert spans(ticket) == [("WAIT", 7), ("SERVE", None)]

    def test_ends_the_visit_before(self, hall: Hall, shift: Shift) -> None:
        first, _second = take_ticket(hall), take_ticket(hall)
        call(shift, at=MORNING + MINUTE)

        second = call(shift, at=MORNING + MINUTE * 5)

        first.refresh_from_db()
        assert (first.state, first.ended_at) == ("DONE", MORNING + MINUTE * 5)
        assert spans(first) == [("WAIT", 1), ("SERVE", 4)]
        assert label(second) == "A002"

    def test_ends_the_last_visit_though_nobody_waits(self, hall: Hall, shift: Shift) -> None:
        first = take_ticket(hall)
        call(shift)

        answer = call_next_ticket(shift, finishing=first.pk, by=shift.cashier, at=MORNING + MINUTE)

        assert (answer.called, answer.finished_id) == (None, first.pk)
        first.refresh_from_db()
        assert first.state == "DONE"

    def test_pressed_twice_calls_nobody_twice(self, hall: Hall, shift: Shift) -> None:
        take_ticket(hall)
        take_ticket(hall)
        call_next_ticket(shift, finishing=None, by=shift.cashier, at=MORNING)
        before = all_rows()

        with refused("other_ticket"):
            call_next_ticket(shift, finishing=None, by=shift.cashier, at=MORNING)

        assert all_rows() == before

    @pytest.mark.parametrize("seen", [0, -1, 10**30])
    def test_ends_no_visit_and_calls_nobody_for_a_number_that_is_not_at_the_window(
        self, hall: Hall, shift: Shift, seen: int
    ) -> None:
        take_ticket(hall)
        take_ticket(hall)
        call(shift)
        before = all_rows()

        with refused("other_ticket"):
            call_next_ticket(shift, finishing=seen, by=shift.cashier, at=MORNING + MINUTE)

        assert all_rows() == before

    def test_leaves_to_a_window_who_was_sent_there_while_it_is_at_work(
        self, hall: Hall, shift: Shift
    ) -> None:
        colleague = make_open_window(hall, "B")
        ticket = take_ticket(hall, "A")
        call(shift)
        transfer_ticket(ticket, window=colleague.window, shift=shift, by=shift.cashier, at=MORNING)

        with refused("nobody_waits"):
            call(shift)
        assert label(call(colleague)) == "A001"

    def test_calls_who_was_sent_to_a_window_that_has_closed(self, hall: Hall, shift: Shift) -> None:
        colleague = make_open_window(hall, "B")
        ticket = take_ticket(hall, "A")
        call(shift)
        transfer_ticket(ticket, window=colleague.window, shift=shift, by=shift.cashier, at=MORNING)
        close_short(colleague, "0.00", at=MORNING)

        assert label(call(shift)) == "A001"

    def test_takes_two_statements_and_a_transaction(self, hall: Hall, shift: Shift) -> None:
        for _ in range(3):
            take_ticket(hall)
        first = call(shift)
        assert first
        shift = Shift.objects.select_related("window__hall", "cashier").get(pk=shift.pk)

        with CaptureQueriesContext(connection) as queries:
            call_next_ticket(shift, finishing=first.pk, by=shift.cashier, at=MORNING)

        assert len(queries) == 4, [query["sql"] for query in queries]


class TestCallNextTicketRefuses:
    def test_an_empty_queue(self, shift: Shift) -> None:
        before = all_rows()

        with refused("nobody_waits"):
            call(shift)

        assert all_rows() == before

    def test_a_window_that_is_open_for_nothing(self, hall: Hall) -> None:
        idle = make_open_window(hall, "")
        take_ticket(hall)

        with refused("no_services"):
            call(idle)

    def test_the_shift_of_somebody_else(self, hall: Hall, shift: Shift) -> None:
        take_ticket(hall)
        colleague = make_staff(branch=hall.branch)

        with refused("not_yours"):
            call_next_ticket(shift, finishing=None, by=colleague, at=MORNING)

    def test_a_closed_shift(self, hall: Hall, shift: Shift) -> None:
        take_ticket(hall)
        close_short(shift, "0.00", at=MORNING)

        with refused("not_open"):
            call(shift)

    def test_the_shift_of_yesterday(self, hall: Hall, shift: Shift) -> None:
        take_ticket(hall, at=MORNING + ONE_DAY)

        with refused("another_day"):
            call(shift, at=MORNING + ONE_DAY)

    def test_a_ticket_of_yesterday(self, hall: Hall, shift: Shift) -> None:
        old = take_ticket(hall, at=MORNING - ONE_DAY)
        before = all_rows()

        with refused("nobody_waits"):
            call(shift)
        with refused("another_day"):
            take_ticket_back(old, shift=shift, by=shift.cashier, at=MORNING)

        assert all_rows() == before


class TestAPaymentAtTheWindow:
    def test_belongs_to_the_ticket_that_is_served(self, hall: Hall, shift: Shift, account: Account) -> None:
        take_ticket(hall)
        ticket = call(shift)
        assert ticket

        payments = [pay(shift, account, [make_bill(account)], cash("500.00")) for _ in range(2)]

        ticket.refresh_from_db()
        assert ticket.state == "SERVING"
        assert [one.payment for one in ticket.ticket_payments.all()] == payments

    def test_without_a_ticket_belongs_to_none(self, hall: Hall, shift: Shift, account: Account) -> None:
        take_ticket(hall)
        call(make_open_window(hall))

        pay(shift, account, [make_bill(account)], cash("500.00"))

        assert not TicketPayment.objects.exists()

    def test_asked_for_twice_is_linked_once(self, hall: Hall, shift: Shift, account: Account) -> None:
        take_ticket(hall)
        call(shift)
        payment = pay(shift, account, [make_bill(account)], cash("500.00"))

        again = pay(shift, account, list(account.bills.all()), cash("500.00"), request_id=payment.request_id)

        assert again == payment
        assert TicketPayment.objects.count() == 1

    def test_costs_no_statement_more_than_without(self, hall: Hall, shift: Shift, account: Account) -> None:
        bills = [make_bill(account), make_bill(account)]
        with CaptureQueriesContext(connection) as without:
            pay(shift, account, bills[:1], cash("500.00"))
        take_ticket(hall)
        call(shift)

        with CaptureQueriesContext(connection) as with_ticket:
            pay(shift, account, bills[1:], cash("500.00"))

        assert TicketPayment.objects.count() == 1
        assert len(with_ticket) == len(without)


def spans(ticket: Ticket) -> list[tuple[str, int | None]]:
    """The periods of a ticket in whole minutes."""
    return [
        (one.kind, (one.ended_at - one.begun_at) // MINUTE if one.ended_at else None)
        for one in ticket.periods.order_by("id")
    ]
