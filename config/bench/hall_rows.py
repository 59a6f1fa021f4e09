"""Two halls with one long line each: in one the windows call through the verb, in the other by hand."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import connection

from accounts.models import Branch, Staff
from counters.models import Hall, Shift, TicketService, Window, WindowService
from counters.services.shifts import open_shift

_FLOAT = Decimal("200.00")
_TICKETS = """
    WITH issued AS (
        INSERT INTO counters_ticket (hall_id, service_id, waits_for_id, business_date, number, is_priority, code,
            request_id, issued_at, place_at, state, calls)
        SELECT %(hall)s, 'A', 'A', %(day)s, n, n %% 12 = 0, left(md5(gen_random_uuid()::text), 20),
            gen_random_uuid(), %(at)s, %(at)s - (%(many)s - n) * interval '1 second', 'WAITING', 0
        FROM generate_series(1, %(many)s) AS n RETURNING id, issued_at
    )
    INSERT INTO counters_ticketperiod (ticket_id, kind, begun_at) SELECT id, 'WAIT', issued_at FROM issued
"""


@dataclass(slots=True)
class Place:
    """A window of the first hall and whom it serves; of the second hall the windows that have called nobody yet."""

    shift: Shift
    bare_windows: Iterator[int]
    bare_hall: int
    serving: int | None = None


def make_halls(windows: int, calls_each: int, at: datetime.datetime) -> list[Place]:
    """So many windows in the first hall, each with a clerk; tickets for so many calls of each in both."""
    TicketService.objects.create(code="A", name="缴费", usual_minutes=3)
    branch = Branch.objects.create(code="BENCH", name="第一营业部")
    halls = [Hall.objects.create(branch=branch, number=number, name=f"第{number}营业厅") for number in (1, 2)]
    clerks = [
        Staff.objects.create_user(f"B{number:03}", name="收费员", post=Staff.Post.CASHIER, branch=branch)
        for number in range(windows)
    ]
    group = Group.objects.get(name="cashier")
    group.user_set.add(*clerks)
    shifts = [_open(halls[0], number, clerk, at) for number, clerk in enumerate(clerks, start=1)]
    bare = Window.objects.bulk_create(
        Window(hall=halls[1], number=number) for number in range(1, windows * calls_each + 1)
    )
    with connection.cursor() as cursor:
        for hall in halls:
            cursor.execute(
                _TICKETS,
                {"hall": hall.pk, "day": at.date(), "at": at, "many": windows * calls_each},
            )
        cursor.execute("ANALYZE counters_ticket, counters_ticketperiod")
    return [
        Place(shift, (window.pk for window in bare[index::windows]), halls[1].pk)
        for index, shift in enumerate(shifts)
    ]


def _open(hall: Hall, number: int, clerk: Staff, at: datetime.datetime) -> Shift:
    window = Window.objects.create(hall=hall, number=number)
    WindowService.objects.create(window=window, service_id="A")
    shift = open_shift(window, cashier=clerk, opening_float=_FLOAT, at=at)
    return Shift.objects.select_related("window__hall", "cashier").get(pk=shift.pk)
