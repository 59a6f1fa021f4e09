"""Finished visits as a list shows them: who served whom, what was paid, what the customer said."""

from collections.abc import Sequence
from typing import Any

from accounts.models import Staff
from billing.models import Receipt
from counters.models import Ticket, Window
from service_quality.models import Rating
from service_quality.queries.finished_visits import VisitKeys


def visit_rows(visits: Sequence[VisitKeys]) -> list[dict[str, Any]]:
    """Five queries, however many visits."""
    tickets = Ticket.objects.in_bulk({one.ticket_id for one in visits if one.ticket_id})
    ratings = Rating.objects.select_related("follow_up").in_bulk(
        {one.rating_id for one in visits if one.rating_id}
    )
    windows = Window.objects.select_related("hall").in_bulk({one.window_id for one in visits})
    people = Staff.objects.in_bulk({one.staff_id for one in visits})
    payments = {one.payment_id for one in visits} | {one.payment_id for one in ratings.values()}
    receipts = dict(Receipt.objects.filter(payment__in=payments - {None}).values_list("payment_id", "number"))
    rows = []
    for one in visits:
        rating = ratings.get(one.rating_id) if one.rating_id else None
        payment_id = one.payment_id or (rating.payment_id if rating else None)
        ticket = tickets.get(one.ticket_id) if one.ticket_id else None
        rows.append(
            {
                "finished_at": one.finished_at,
                "window": windows[one.window_id],
                "staff": people[one.staff_id],
                "ticket": ticket.label if ticket else "",
                "receipt": receipts.get(payment_id, ""),
                "rating": rating,
                "follow_up": getattr(rating, "follow_up", None),
            }
        )
    return rows
