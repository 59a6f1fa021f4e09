"""What a window does with a visitor, and that every minute of the visit stands in a period."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account, Branch
from counters.models import Hall, Shift, Ticket, TicketService
from counters.services.refusals import QueueRefused
from counters.services.visits import (
    finish_ticket,
    hold_ticket,
    miss_ticket,
    recall_ticket,
    take_ticket_back,
    transfer_ticket,
)
from tests.counters.days import close_short
from tests.counters.rows import all_rows, refused
from tests.counters.test_call_ticket import MINUTE, spans
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay
from tests.factories.queue import call, make_open_window, make_queue_hall, make_service, take_ticket

pytestmark = pytest.mark.django_db

Move = Callable[..., Ticket]


@pytest.fixture
def hall(branch: Branch) -> Hall:
    return make_queue_hall(branch)


@pytest.fixture
def shift(hall: Hall) -> Shift:
    return make_open_window(hall, "AB")


@pytest.fixture
def ticket(hall: Hall, shift: Shift) -> Ticket:
    """A001, called at the window after two minutes."""
    take_ticket(hall)
    called = call(shift, at=MORNING + MINUTE * 2)
    assert called
    return called


def do(move: Move, ticket: Ticket, shift: Shift, minute: int, **more: Any) -> Ticket:
    return move(ticket, shift=shift, by=shift.cashier, at=MORNING + MINUTE * minute, **more)


class TestAVisit:
    def test_is_finished_without_calling_anybody(self, ticket: Ticket, shift: Shift) -> None:
        done = do(finish_ticket, ticket, shift, 6)

        assert (done.state, spans(done)) == ("DONE", [("WAIT", 2), ("SERVE", 4)])

    def test_is_called_out_again_without_a_new_period(self, ticket: Ticket, shift: Shift) -> None:
        again = do(recall_ticket, ticket, shift, 3)

        assert (again.calls, again.announced_at) == (2, MORNING + MINUTE * 3)
        assert again.called_at == MORNING + MINUTE * 2
        assert spans(again) == [("WAIT", 2), ("SERVE", None)]

    def test_is_held_while_others_are_called(self, ticket: Ticket, shift: Shift, hall: Hall) -> None:
        do(hold_ticket, ticket, shift, 4)
        take_ticket(hall)
        second = call(shift, at=MORNING + MINUTE * 5)
        assert second
        do(finish_ticket, second, shift, 9)

        back = do(take_ticket_back, ticket, shift, 10)
        do(finish_ticket, back, shift, 11)

        assert spans(ticket) == [("WAIT", 2), ("SERVE", 2), ("HOLD", 6), ("SERVE", 1)]

    def test_goes_on_at_another_window_after_a_hold(self, ticket: Ticket, shift: Shift, hall: Hall) -> None:
        do(hold_ticket, ticket, shift, 4)
        colleague = make_open_window(hall)

        back = do(take_ticket_back, ticket, colleague, 5)

        assert (back.window_id, back.staff_id) == (colleague.window_id, colleague.cashier_id)

    def test_goes_on_for_who_comes_after_all(self, ticket: Ticket, shift: Shift) -> None:
        missed = do(miss_ticket, ticket, shift, 3)
        assert (missed.state, missed.ended_at) == ("NO_SHOW", MORNING + MINUTE * 3)

        back = do(take_ticket_back, ticket, shift, 8)

        assert (back.state, back.ended_at) == ("CALLED", None)

    def test_waits_at_another_service_behind_who_came_earlier_and_before_who_came_later(
        self, ticket: Ticket, shift: Shift, hall: Hall
    ) -> None:
        earlier = take_ticket(hall, "B", at=MORNING - MINUTE)
        later = take_ticket(hall, "B", at=MORNING + MINUTE)
        adviser = make_open_window(hall, "B")

        moved = do(transfer_ticket, ticket, shift, 5, service=make_service("B"))
        called = [call(adviser, at=MORNING + MINUTE * (6 + turn)) for turn in range(3)]

        assert (moved.label, moved.waits_for_id, moved.window) == ("A001", "B", None)
        assert called == [earlier, ticket, later]
        assert spans(ticket) == [("WAIT", 2), ("SERVE", 3), ("WAIT", 2), ("SERVE", 1)]


class TestRefusals:
    def test_leave_everything_as_it_was(
        self, ticket: Ticket, shift: Shift, hall: Hall, account: Account
    ) -> None:
        colleague = make_open_window(hall, "A")
        closed = make_open_window(hall, "A")
        close_short(closed, "0.00", at=MORNING)
        make_service("C")
        service = TicketService.objects.get(pk="C")
        other = take_ticket(hall)
        pay(shift, account, [make_bill(account)], cash("500.00"))
        before = all_rows()

        tried: list[tuple[Move, Ticket, Shift, dict[str, Any], str]] = [
            (finish_ticket, ticket, colleague, {}, "not_at_your_window"),
            (recall_ticket, other, shift, {}, "not_at_your_window"),
            (hold_ticket, other, shift, {}, "not_at_your_window"),
            (miss_ticket, ticket, shift, {}, "already_served"),
            (take_ticket_back, ticket, colleague, {}, "not_on_hold"),
            (take_ticket_back, other, colleague, {}, "not_on_hold"),
            (transfer_ticket, ticket, shift, {}, "nowhere"),
            (transfer_ticket, ticket, shift, {"window": shift.window}, "same_window"),
            (transfer_ticket, ticket, shift, {"window": closed.window}, "window_closed"),
            (transfer_ticket, ticket, shift, {"service": service}, "nobody_serves"),
            (finish_ticket, ticket, closed, {}, "not_open"),
        ]
        for move, one, at_window, more, code in tried:
            with refused(code):
                do(move, one, at_window, 5, **more)

        assert all_rows() == before

    def test_take_nobody_back_to_a_busy_window(self, ticket: Ticket, shift: Shift, hall: Hall) -> None:
        do(hold_ticket, ticket, shift, 3)
        take_ticket(hall)
        call(shift, at=MORNING + MINUTE * 4)

        with refused("window_busy"):
            do(take_ticket_back, ticket, shift, 5)

    def test_take_nobody_back_in_another_hall(self, ticket: Ticket, shift: Shift, branch: Branch) -> None:
        do(hold_ticket, ticket, shift, 3)
        elsewhere = make_open_window(make_queue_hall(branch))

        with refused("not_on_hold"):
            do(take_ticket_back, ticket, elsewhere, 5)


class TestTheStateOfATicket:
    @pytest.mark.parametrize("before", Ticket.State.values)
    def test_changes_only_as_the_transition_table_says(self, before: str, hall: Hall, shift: Shift) -> None:
        allowed = {
            after for after in Ticket.State.values if moves(make_ticket(before, hall, shift), after, shift)
        }

        assert allowed == {before, *Ticket.TRANSITIONS[Ticket.State(before)]}

    @pytest.mark.parametrize(
        "move", [finish_ticket, hold_ticket, miss_ticket, recall_ticket, take_ticket_back]
    )
    @pytest.mark.parametrize("before", Ticket.State.values)
    def test_is_changed_by_a_verb_only_where_the_table_allows_it(
        self, before: str, move: Move, hall: Hall, shift: Shift
    ) -> None:
        ticket = make_ticket(before, hall, shift)
        before_rows = all_rows()

        try:
            do(move, ticket, shift, 30)
        except QueueRefused:
            assert all_rows() == before_rows
        else:
            ticket.refresh_from_db()
            assert ticket.state == before or ticket.state in Ticket.TRANSITIONS[Ticket.State(before)]


def fields_of(state: str, shift: Shift) -> dict[str, Any]:
    """What a row in this state has to hold."""
    is_at_a_window = state not in ("WAITING", "CANCELLED")
    return {
        "state": state,
        "window_id": shift.window_id if is_at_a_window else None,
        "staff_id": shift.cashier_id if is_at_a_window else None,
        "called_at": MORNING if is_at_a_window else None,
        "ended_at": MORNING if state in ("DONE", "NO_SHOW", "CANCELLED") else None,
    }


def make_ticket(state: str, hall: Hall, shift: Shift) -> Ticket:
    fields = fields_of(state, shift)
    number = Ticket.objects.count() + 500
    return Ticket.objects.create(
        hall=hall, service=make_service(), waits_for=make_service(), business_date=MORNING.date(),
        number=number, issued_at=MORNING, place_at=MORNING, **fields,
    )  # fmt: skip


def moves(ticket: Ticket, state: str, shift: Shift) -> bool:
    moved = False
    try:
        with transaction.atomic():
            Ticket.objects.filter(pk=ticket.pk).update(**fields_of(state, shift))
            moved = True
            transaction.set_rollback(True)
    except IntegrityError:
        pass
    # Out of the way of the next one: a window serves one ticket.
    with transaction.atomic():
        for way in {"CALLED": ["DONE"], "SERVING": ["DONE"]}.get(ticket.state, []):
            Ticket.objects.filter(pk=ticket.pk).update(**fields_of(way, shift))
    return moved
