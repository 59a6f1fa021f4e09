"""Twelve windows call at once, beside one bare SKIP LOCKED statement; and sixty boards that look every second."""

import datetime
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from statistics import median
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.bench.figure import Figure, WrongResult
from config.bench.hall_rows import Place, make_halls
from config.bench.race import Heat, Race
from config.bench.scratch import application_session
from config.bench.town import Say
from counters.models import Hall
from counters.services.board_signal import signal_board
from counters.services.calls import call_next_ticket

WINDOWS = 12
ROUNDS = 5
CALLS = 40
BOARDS = 60
# A busy hall changes its board every four seconds.
SECONDS, CHANGES_EVERY = 20, 4

_BARE = """
    UPDATE counters_ticket SET state = 'CALLED', window_id = %(window)s, staff_id = %(staff)s, called_at = %(at)s
    WHERE id = (
        SELECT id FROM counters_ticket
        WHERE hall_id = %(hall)s AND business_date = %(day)s AND state = 'WAITING'
        ORDER BY is_priority DESC, place_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""
_CALLED = """
    SELECT h.number, count(*), count(DISTINCT t.id), count(*) FILTER (WHERE t.state = 'WAITING')
    FROM counters_ticket t JOIN counters_hall h ON h.id = t.hall_id GROUP BY h.number ORDER BY h.number
"""
_SERVED_TWICE = """
    SELECT count(*) FROM (
        SELECT ticket_id FROM counters_ticketperiod WHERE kind = 'SERVE' GROUP BY ticket_id HAVING count(*) > 1
    ) AS twice
"""


def bench_hall(accounts: int, say: Say) -> Figure:
    """Calls per second; and how much of one core sixty boards take. The number of accounts plays no part."""
    # In the middle of a day: midnight at the office must not fall into the race.
    at = timezone.now().astimezone(timezone.get_default_timezone()).replace(hour=12)
    places = make_halls(WINDOWS, CALLS * (ROUNDS + 1), at)
    verb, by_hand = partial(calls_by_verb, at), partial(calls_by_hand, at)
    heats = [Heat(side, [[place] * CALLS for place in places]) for side in [verb, by_hand] * (ROUNDS + 1)]
    say(f"{len(heats)} rounds of {CALLS * WINDOWS} calls")
    laps = Race(heats).run()
    _prove_calls(sum(len(lap.waits) for lap in laps[::2]))
    # The first round of each side warms its sessions up.
    ours, limit = (median(lap.tasks_per_second for lap in laps[first + 2 :: 2]) for first in (0, 1))
    say(f"{BOARDS} boards for {SECONDS} seconds")
    more = {"windows": WINDOWS, "boards": BOARDS, "boards_share_of_a_core": round(board_share(), 4)}
    return Figure("hall", accounts, "calls/s", ours, limit, more_is_better=True, more=more)


@contextmanager
def calls_by_verb(at: datetime.datetime) -> Iterator[Callable[[Place], None]]:
    connection.ensure_connection()

    def call(place: Place) -> None:
        answer = call_next_ticket(
            place.shift, finishing=place.serving, by=place.shift.cashier, at=at + _now_and_then()
        )
        if answer.called is None:
            raise WrongResult("A window called nobody although tickets waited.")
        place.serving = answer.called.pk

    yield call


@contextmanager
def calls_by_hand(at: datetime.datetime) -> Iterator[Callable[[Place], None]]:
    with closing(application_session()) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            yield partial(_call_by_hand, cursor, at)


def _call_by_hand(cursor: Any, at: datetime.datetime, place: Place) -> None:
    # Each call at a fresh window, so that nothing has to be ended before it.
    cursor.execute(
        _BARE,
        {
            "window": next(place.bare_windows),
            "staff": place.shift.cashier_id,
            "at": at + _now_and_then(),
            "hall": place.bare_hall,
            "day": at.date(),
        },
    )
    if cursor.fetchone() is None:
        raise WrongResult("The bare statement called nobody although tickets waited.")


def _now_and_then() -> datetime.timedelta:
    """Time goes on while they call."""
    return datetime.timedelta(microseconds=time.perf_counter_ns() // 1000 % 60_000_000)


def board_share() -> float:
    """The share of one core that the server needs for sixty boards, the drawing of what is new included."""
    hall = Hall.objects.get(number=1)
    address = f"/queue/board/{hall.public_key}/now/"
    cache.clear()
    screens = [Client() for _ in range(BOARDS)]
    seen = [
        screen.get(f"/queue/board/{hall.public_key}/").context["version"] for screen in screens[:1]
    ] * BOARDS
    begun = time.process_time()
    for second in range(SECONDS):
        if second % CHANGES_EVERY == 0:
            signal_board(hall.pk)
        for index, screen in enumerate(screens):
            answer = screen.get(address, {"seen": seen[index]})
            if answer.status_code == 200:
                seen[index] = answer.headers["X-Board-Version"]
    return (time.process_time() - begun) / SECONDS


def _prove_calls(called: int) -> None:
    """Both sides called each ticket once, and the verb's periods say the same."""
    with connection.cursor() as cursor:
        cursor.execute(_CALLED)
        halls = cursor.fetchall()
        cursor.execute(_SERVED_TWICE)
        (twice,) = cursor.fetchone()
    expected = [(number, called, called, 0) for number in (1, 2)]
    if halls != expected or twice:
        raise WrongResult(f"The two sides did not call alike: {halls}, {twice} served twice.")
