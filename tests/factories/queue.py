"""A hall with a queue: services, windows that are open for them, and visitors with numbers."""

import datetime
from decimal import Decimal
from itertools import count
from uuid import uuid4

from accounts.models import Branch, Staff
from counters.models import Hall, Shift, Ticket, TicketService, Window, WindowService
from counters.services.calls import call_next_ticket
from counters.services.shifts import open_shift
from counters.services.tickets import issue_ticket
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING

NAMES = {"A": "缴费", "B": "咨询", "C": "报装", "D": "其他"}
_hall_numbers = count(501)


def make_service(code: str = "A") -> TicketService:
    service, _ = TicketService.objects.get_or_create(code=code, defaults={"name": NAMES[code]})
    return service


def make_queue_hall(branch: Branch, **fields: object) -> Hall:
    """A hall whose kiosk does not mind how fast the tests press it, unless told otherwise."""
    number = next(_hall_numbers)
    return Hall.objects.create(
        **{
            "branch": branch,
            "number": number,
            "name": f"第{number}营业厅",
            "tickets_in_ten_seconds": 1000,
            **fields,
        }
    )


def make_open_window(
    hall: Hall,
    services: str = "A",
    *,
    number: int | None = None,
    cashier: Staff | None = None,
    at: datetime.datetime = MORNING,
) -> Shift:
    """A window with a clerk and an open shift, open for the services with these letters."""
    number = number or hall.windows.count() + 1
    window = Window.objects.create(hall=hall, number=number)
    open_for(window, services)
    cashier = cashier or make_staff(branch=hall.branch)
    return open_shift(window, cashier=cashier, opening_float=Decimal("200.00"), at=at)


def open_for(window: Window, services: str) -> None:
    for code in services:
        WindowService.objects.create(window=window, service=make_service(code))


def take_ticket(
    hall: Hall, service: str = "A", *, is_priority: bool = False, at: datetime.datetime = MORNING
) -> Ticket:
    make_service(service)
    return issue_ticket(hall, service, is_priority=is_priority, request_id=uuid4(), at=at)


def call(shift: Shift, *, at: datetime.datetime = MORNING) -> Ticket | None:
    """Press F3: whoever is at the window has been served."""
    here = Ticket.objects.at_a_window().filter(window=shift.window_id).first()
    return call_next_ticket(shift, finishing=here.pk if here else None, by=shift.cashier, at=at).called
