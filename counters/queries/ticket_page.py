"""What a visitor sees of the own number on the phone."""

import datetime
from dataclasses import dataclass

import segno

from billing.business_date import business_date_of
from counters.models import Ticket
from counters.queries.queue_pace import Place, pace_of, place_of, waiting_in


@dataclass(frozen=True, slots=True)
class TicketPage:
    """What templates/queue/_ticket_now.html shows."""

    ticket: Ticket
    place: Place | None
    is_of_today: bool


def ticket_page(ticket: Ticket, at: datetime.datetime) -> TicketPage:
    is_of_today = ticket.business_date == business_date_of(at)
    place = None
    if ticket.is_waiting and is_of_today:
        place = place_of(ticket, waiting_in(ticket.hall, at), pace_of(ticket.hall, at))
    return TicketPage(ticket, place, is_of_today)


def ticket_qr(address: str) -> str:
    """The address of the visitor's page as a picture to be photographed."""
    return str(segno.make(address, error="m").svg_data_uri())
