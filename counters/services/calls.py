"""A window calls the next visitor. Two windows never call one person."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from counters.models import Shift, Ticket, WindowService
from counters.services.board_signal import signal_board
from counters.services.refusals import TicketRefused
from counters.services.shifts import check_own_open_shift, lock_shift

# Calling is also the end of the visit before it, and of a pause. Whom the cashier did not see at the window is not
# ended for good: then nobody is called, and the refusal takes everything back.
# Who was sent to a window waits for that window, unless nobody works it any more. SKIP LOCKED: what another
# window is calling in this instant does not exist for us. One visit is ended before the next begins, because the
# choice asks who was ended; the wait is closed before the service is opened.
_CALL = """
    WITH ended AS (
        UPDATE counters_ticket SET state = 'DONE', ended_at = GREATEST(%(at)s, called_at)
        WHERE window_id = %(window)s AND state IN ('CALLED', 'SERVING') AND business_date = %(date)s RETURNING id
    ), closed AS (
        UPDATE counters_ticketperiod p SET ended_at = GREATEST(%(at)s, p.begun_at)
        FROM ended WHERE p.ticket_id = ended.id AND p.ended_at IS NULL
    ), resumed AS (
        UPDATE counters_pause SET ended_at = LEAST(%(at)s, ends_at),
            ended_by_id = CASE WHEN %(at)s < ends_at THEN staff_id END
        WHERE staff_id = %(staff)s AND ended_at IS NULL
    ), next AS (
        SELECT t.id FROM counters_ticket t
        WHERE (SELECT id FROM ended)::numeric IS NOT DISTINCT FROM %(finishing)s::numeric
            AND t.hall_id = %(hall)s AND t.business_date = %(date)s AND t.state = 'WAITING'
            AND (t.for_window_id = %(window)s
                OR (t.for_window_id IS NULL
                    OR NOT EXISTS (SELECT FROM counters_shift s
                                   WHERE s.window_id = t.for_window_id AND s.state = 'OPEN'))
                AND t.waits_for_id IN (SELECT service_id FROM counters_windowservice
                                       WHERE window_id = %(window)s))
        ORDER BY t.is_priority DESC, t.place_at, t.id LIMIT 1 FOR UPDATE OF t SKIP LOCKED
    ), called AS (
        UPDATE counters_ticket t SET state = 'CALLED', window_id = %(window)s, staff_id = %(staff)s,
            shift_id = %(shift)s, called_at = GREATEST(%(at)s, t.issued_at), announced_at = %(at)s,
            calls = t.calls + 1, for_window_id = NULL
        FROM next WHERE t.id = next.id RETURNING t.*
    ), waited AS (
        UPDATE counters_ticketperiod p SET ended_at = GREATEST(called.called_at, p.begun_at)
        FROM called WHERE p.ticket_id = called.id AND p.ended_at IS NULL RETURNING p.ticket_id, p.ended_at
    ), served AS (
        INSERT INTO counters_ticketperiod (ticket_id, kind, window_id, staff_id, begun_at)
        SELECT ticket_id, 'SERVE', %(window)s, %(staff)s, ended_at FROM waited
    )
    SELECT (SELECT id FROM ended), {columns} FROM (SELECT) AS one LEFT JOIN called ON true
"""
_ATTRIBUTES = [field.attname for field in Ticket._meta.concrete_fields]
_CALL = _CALL.replace(
    "{columns}", ", ".join(f"called.{field.column}" for field in Ticket._meta.concrete_fields)
)


@dataclass(frozen=True, slots=True)
class Call:
    """What F3 did: whom it called, and whose visit it ended. One of them may be missing, never both."""

    called: Ticket | None
    finished_id: int | None


@transaction.atomic
def call_next_ticket(shift: Shift, *, finishing: int | None, by: Staff, at: datetime.datetime) -> Call:
    """End the visit at the window and call who comes next: priority first, then by the place in line.

    `finishing` is the ticket that the cashier saw at the window: a key that was pressed twice calls nobody twice.
    Where nobody waits, the visit at the window ends all the same. Codes: not_open, not_yours, another_day,
    other_ticket, no_services, nobody_waits.
    """
    # A window never moves to another hall: the door's copy will do.
    hall_id = shift.window.hall_id
    shift = lock_shift(shift.pk)
    check_own_open_shift(shift, by, at)
    values = {
        "at": at,
        "window": shift.window_id,
        "staff": by.pk,
        "shift": shift.pk,
        "date": shift.business_date,
        "hall": hall_id,
        "finishing": finishing,
    }
    finished, called = _finish_and_call(values)
    if finished != finishing:
        raise TicketRefused(
            _("Somebody else is at the window meanwhile. Look at the number, then press again."),
            code="other_ticket",
        )
    if called is None and finished is None:
        raise _why_nobody(shift)
    signal_board(hall_id)
    return Call(called, finished)


def _finish_and_call(values: dict[str, Any]) -> tuple[int | None, Ticket | None]:
    with connection.cursor() as cursor:
        cursor.execute(_CALL, values)
        finished, *row = cursor.fetchone()
    is_called = row[_ATTRIBUTES.index("id")] is not None
    return finished, Ticket.from_db(connection.alias, _ATTRIBUTES, row) if is_called else None


def _why_nobody(shift: Shift) -> TicketRefused:
    if not WindowService.objects.filter(window=shift.window_id).exists():
        return TicketRefused(
            _("This window is open for no service. Ask the hall supervisor to open it for one."),
            code="no_services",
        )
    return TicketRefused(_("Nobody waits for this window."), code="nobody_waits")
