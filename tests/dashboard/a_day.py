"""A day at two windows whose figures are known, and the ways to ask the dashboard for them."""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from django.test import Client

from accounts.models import Staff
from billing.models import Payment
from counters.models import Shift, Ticket, TicketService
from counters.services.payments import void_payment_at_counter
from tests.factories.accounts import make_account, make_staff
from tests.factories.counters import MORNING, cash, make_shift, pay, pos
from tests.hall import Hall, signed_in

ADMIN = "/admin/"
PARTS = ADMIN + "dashboard/"


@dataclass(frozen=True)
class Day:
    first: Shift
    second: Shift
    payments: list[Payment]


def make_day(hall: Hall) -> Day:
    """150.00 in three payments stand here, one was void; 66.66 in another branch."""
    second = make_shift(hall.colleague)
    another = make_account(branch=hall.branch)
    payments = [
        pay(hall.shift, another, [], cash("50.00"), keep_as_credit=True),
        pay(hall.shift, hall.account, [hall.bill], cash("30.00"), pos("40.00")),
        pay(second, hall.account, [hall.bill], pos("30.00", "T2"), at=MORNING + datetime.timedelta(hours=1)),
    ]
    void = pay(second, another, [], cash("5.00"), keep_as_credit=True)
    void_payment_at_counter(
        void, shift=second, request_id=uuid4(), reason="WRONG_ACCOUNT", note="看错", voided_by=hall.colleague,
        at=MORNING,
    )  # fmt: skip
    foreign = make_shift(hall.stranger)
    pay(foreign, hall.foreign_account, [hall.foreign_bill], cash("66.66"))
    return Day(hall.shift, second, payments)


def make_ticket(shift: Shift, number: int, *, waits: int, **fields: Any) -> Ticket:
    """A ticket of the hall of the shift that was issued so many minutes ago."""
    service, _ = TicketService.objects.get_or_create(code="A", defaults={"name": "缴费"})
    issued = MORNING - datetime.timedelta(minutes=waits)
    return Ticket.objects.create(
        hall=shift.window.hall, service=service, waits_for=service, number=number, issued_at=issued,
        place_at=issued, **{"business_date": MORNING.date(), **fields},
    )  # fmt: skip


def looks(role: str, hall: Hall, **fields: Any) -> Staff:
    return make_staff(role=role, is_staff=True, **{"branch": hall.branch, **fields})


def dashboard_of(staff: Staff, **query: str) -> Any:
    answer = signed_in(staff).get(ADMIN, query)
    assert answer.status_code == 200, answer.content[:300]
    return answer.context


def rows_behind(client: Client, url: str) -> int:
    """How many rows the list has that opens behind a figure."""
    parts = urlsplit(url)
    answer: Any = client.get(parts.path, dict(parse_qsl(parts.query)))
    assert answer.status_code == 200, (url, answer.status_code)
    if "cl" in answer.context:
        return int(answer.context["cl"].result_count)
    return int(answer.context["page_obj"].paginator.count)
