"""What was done in a month, from the books and the queue: by person, hall and kind of business."""

import datetime
from typing import NamedTuple

from django.db import connection

# What a payment at the counter was for; tickets are called by the letter of their service.
PAYMENT, PREPAYMENT, GAS_SALE = "PAYMENT", "PREPAYMENT", "GAS_SALE"
TICKET = "TICKET_"

# A payment that was undone counts for nobody: not for who took it, and undoing is no business of its own. The hall is
# that of the shift in which it was taken, wherever the person works today.
RECEIPTS = """
    SELECT taken.id, taken.taken_by_id AS staff_id, place.hall_id, receipt.number, taken.taken_at AS at,
        CASE WHEN EXISTS (
                SELECT FROM billing_allocation paid JOIN billing_gaspurchase gas ON gas.bill_id = paid.bill_id
                WHERE paid.payment_id = taken.id
            ) THEN 'GAS_SALE'
            WHEN taken.allocated = 0 THEN 'PREPAYMENT' ELSE 'PAYMENT' END AS business,
        undone.id IS NOT NULL AS is_undone
    FROM counters_tillentry entry
    JOIN billing_payment taken ON taken.id = entry.payment_id
    JOIN billing_receipt receipt ON receipt.payment_id = taken.id
    JOIN counters_shift shift ON shift.id = entry.shift_id
    JOIN counters_window place ON place.id = shift.window_id
    LEFT JOIN billing_reversal undone ON undone.payment_id = taken.id AND undone.reversed_at <= %(until)s
    WHERE entry.kind = 'PAYMENT' AND taken.business_date BETWEEN %(first)s AND %(last)s
        AND taken.taken_at <= %(until)s
"""
# What was finished at a window, whether money was taken or not. The hall is that of the window.
TICKETS = """
    SELECT ticket.id, ticket.staff_id, ticket.hall_id, ticket.service_id || lpad(ticket.number::text, 3, '0') AS number,
        ticket.ended_at AS at, 'TICKET_' || ticket.service_id AS business, false AS is_undone
    FROM counters_ticket ticket
    WHERE ticket.state = 'DONE' AND ticket.business_date BETWEEN %(first)s AND %(last)s
        AND ticket.ended_at <= %(until)s
"""
_WORK = f"""
    SELECT done.staff_id, staff.post, done.hall_id, done.business,
        count(*) FILTER (WHERE NOT done.is_undone), count(*) FILTER (WHERE done.is_undone)
    FROM ({RECEIPTS} UNION ALL {TICKETS}) done
    JOIN accounts_staff staff ON staff.id = done.staff_id AND staff.post IN ('CASHIER', 'ADVISER')
    GROUP BY 1, 2, 3, 4
    ORDER BY 1, 3, 4
"""  # noqa: S608 - text of the code


class Work(NamedTuple):
    """How many pieces of a kind of business somebody did in a hall, and how many were undone again."""

    staff_id: int
    post: str
    hall_id: int
    business: str
    count: int
    undone: int


def work_of(first: datetime.date, last: datetime.date, until: datetime.datetime) -> list[Work]:
    """Everything that cashiers and advisers did in these days, as the books stood at `until`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_WORK, {"first": first, "last": last, "until": until})
        return [Work(*row) for row in cursor.fetchall()]
