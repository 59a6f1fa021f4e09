"""A visitor takes a number at the kiosk."""

import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from billing.business_date import business_date_of
from counters.models import Hall, Ticket, TicketPeriod, TicketService
from counters.services.board_signal import signal_board
from counters.services.refusals import TicketRefused
from counters.services.ticket_days import end_tickets_left_open

TEN_SECONDS = datetime.timedelta(seconds=10)

# The row of the counter is locked by this statement until the commit: the next visitor waits for the number.
_NEXT_NUMBER = """
    INSERT INTO counters_ticketcounter (hall_id, service_id, business_date, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (hall_id, service_id, business_date) DO UPDATE SET last = counters_ticketcounter.last + 1
    RETURNING last
"""


@transaction.atomic
def issue_ticket(
    hall: Hall, service_code: str, *, is_priority: bool, request_id: UUID, at: datetime.datetime
) -> Ticket:
    """Give a visitor the next number of a service; the first of a day ends what yesterday left open.

    Pressing twice with one request_id gives one ticket. Codes: not_offered, form_reused, too_fast.
    """
    # Whoever pauses decides under the same lock: the line does not grow while somebody counts it.
    hall = Hall.objects.select_for_update(no_key=True).get(pk=hall.pk)
    if earlier := Ticket.objects.filter(request_id=request_id).first():
        if (earlier.hall_id, earlier.service_id) != (hall.pk, service_code):
            raise TicketRefused(_("This page was used already. Press “Start over”."), code="form_reused")
        return earlier
    service = TicketService.objects.filter(pk=service_code, is_active=True).first()
    if service is None:
        raise TicketRefused(_("This service is not offered here. Choose another."), code="not_offered")
    _check_pace(hall, at)
    today = business_date_of(at)
    number = _next_number(hall.pk, service.pk, today)
    if number == 1:
        end_tickets_left_open(today, hall=hall)
    ticket = Ticket.objects.create(
        hall=hall,
        service=service,
        waits_for=service,
        business_date=today,
        number=number,
        is_priority=is_priority,
        request_id=request_id,
        issued_at=at,
        place_at=at,
    )
    TicketPeriod.objects.create(ticket=ticket, kind=TicketPeriod.Kind.WAIT, begun_at=at)
    signal_board(hall.pk)
    return ticket


def _check_pace(hall: Hall, at: datetime.datetime) -> None:
    just_now = Ticket.objects.filter(hall=hall, issued_at__gt=at - TEN_SECONDS, issued_at__lte=at).count()
    if just_now >= hall.tickets_in_ten_seconds:
        raise TicketRefused(
            _("Too many numbers were taken just now. Please wait ten seconds and press again."),
            code="too_fast",
        )


def _next_number(hall_id: int, service_code: str, day: datetime.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_NUMBER, [hall_id, service_code, day])
        (number,) = cursor.fetchone()
    return int(number)
