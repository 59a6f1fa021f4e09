"""What was finished at a window: a ticket, or, where no ticket was taken, a payment."""

import datetime
from dataclasses import dataclass

from billing.business_date import business_date_of
from billing.models import Payment, Reversal
from counters.models import Ticket, TicketPayment, TillEntry, Window

# Who has gone out of the door is not asked any more at the window; the receipt still asks.
STILL_THERE = datetime.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Visit:
    """One customer, served once; what a rating speaks of."""

    window: Window
    staff_id: int
    finished_at: datetime.datetime
    ticket: Ticket | None = None
    payment: Payment | None = None


def unasked_visit_at(window: Window, since: datetime.datetime) -> Visit | None:
    """The visit that ended last at the window since then and was neither asked about nor rated. Two queries."""
    visits = [one for one in (_last_ticket(window, since), _last_payment(window, since)) if one]
    return max(visits, key=lambda one: one.finished_at, default=None)


def visit_of_payment(payment: Payment) -> Visit | None:
    """The visit in which a payment was taken; None when it was taken at no window."""
    entry = (
        TillEntry.objects.filter(payment=payment, kind=TillEntry.Kind.PAYMENT)
        .select_related("shift__window__hall__branch")
        .first()
    )
    if entry is None or payment.taken_by_id is None:
        return None
    link = TicketPayment.objects.filter(payment=payment).select_related("ticket").first()
    return Visit(
        window=entry.shift.window,
        staff_id=payment.taken_by_id,
        finished_at=payment.taken_at,
        ticket=link.ticket if link else None,
        payment=payment,
    )


def _last_ticket(window: Window, since: datetime.datetime) -> Visit | None:
    ticket = (
        Ticket.objects.filter(
            hall=window.hall_id,
            business_date=business_date_of(since),
            window=window,
            state=Ticket.State.DONE,
            ended_at__gt=since,
            rating__isnull=True,
            rating_request__isnull=True,
        )
        .order_by("-ended_at")
        .first()
    )
    if ticket is None:
        return None
    # The newest of its payments, if it had any, goes into the chain of evidence.
    link = (
        TicketPayment.objects.filter(
            ticket=ticket, payment__rating__isnull=True, payment__rating_request__isnull=True
        )
        .select_related("payment")
        .order_by("-payment_id")
        .first()
    )
    return Visit(window, ticket.staff_id, ticket.ended_at, ticket, link.payment if link else None)


def _last_payment(window: Window, since: datetime.datetime) -> Visit | None:
    entry = (
        TillEntry.objects.filter(
            shift__window=window,
            shift__business_date=business_date_of(since),
            kind=TillEntry.Kind.PAYMENT,
            entered_at__gt=since,
            payment__taken_by__isnull=False,
            payment__rating__isnull=True,
            payment__rating_request__isnull=True,
        )
        .exclude(payment__in=TicketPayment.objects.values("payment"))
        .exclude(payment__in=Reversal.objects.values("payment"))
        .select_related("payment")
        .order_by("-entered_at")
        .first()
    )
    if entry is None:
        return None
    return Visit(window, entry.payment.taken_by_id, entry.entered_at, None, entry.payment)
