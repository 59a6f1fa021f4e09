"""The queue of a day ends with the day: nobody is called today with a number of yesterday."""

import datetime

from django.db import connection, transaction
from django.utils import timezone

from counters.models import Hall
from counters.services.board_signal import signal_board

# Who was at a window has been served, who was on hold or waited has gone home; the day's last instant ends it.
_END = """
    WITH ended AS (
        UPDATE counters_ticket t SET
            state = CASE t.state WHEN 'WAITING' THEN 'CANCELLED' WHEN 'HELD' THEN 'NO_SHOW' ELSE 'DONE' END,
            ended_at = GREATEST(t.issued_at, ((t.business_date + 1)::timestamp AT TIME ZONE %(zone)s))
        WHERE t.business_date < %(today)s AND t.state IN ('WAITING', 'CALLED', 'SERVING', 'HELD')
            AND (%(hall)s IS NULL OR t.hall_id = %(hall)s)
        RETURNING t.id, t.ended_at
    ), closed AS (
        UPDATE counters_ticketperiod p SET ended_at = GREATEST(p.begun_at, ended.ended_at)
        FROM ended WHERE p.ticket_id = ended.id AND p.ended_at IS NULL
    )
    SELECT count(*) FROM ended
"""


@transaction.atomic
def end_tickets_left_open(today: datetime.date, *, hall: Hall | None = None) -> int:
    """End what earlier days left open, in one hall or in all; return how many there were."""
    values = {
        "today": today,
        "hall": hall.pk if hall else None,
        "zone": timezone.get_default_timezone_name(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_END, values)
        (ended,) = cursor.fetchone()
    if ended and hall:
        signal_board(hall.pk)
    return int(ended)
