"""Payments through the counter's verb, eight windows at once, beside the same rows written by hand."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from statistics import median

from django.db import connection
from django.utils import timezone

from billing.queries.books import examine
from config.bench.figure import Figure, WrongResult
from config.bench.payment_by_hand import payments_by_hand
from config.bench.payment_rows import Visit, open_windows, owe_bills, queues
from config.bench.race import Heat, Race
from config.bench.town import Say, settle
from counters.services.payments import take_payment_at_counter
from service_quality.queries.books import BOOKS

WINDOWS = 8
ROUNDS = 5
MOST_PER_ROUND = 200

_WRITTEN = """
    SELECT (SELECT count(*) FROM billing_payment),
           (SELECT count(*) FROM accounts_auditentry WHERE action = 'take_payment')
"""


def bench_payment(accounts: int, say: Say) -> Figure:
    """Payments per second."""
    at = timezone.now()
    on = timezone.localdate(at)
    company = settle(accounts, on, say)
    say("open bills")
    owe_bills(on)
    shifts = open_windows(company, WINDOWS, at)
    lines = queues(shifts)
    verb, by_hand = partial(payments_by_verb, at), partial(payments_by_hand, at)
    sides = [verb, by_hand] * (ROUNDS + 1)
    share = min(MOST_PER_ROUND, accounts // (WINDOWS * len(sides) * 2))
    heats = [Heat(side, [list(islice(line, share)) for line in lines]) for side in sides]
    say(f"{len(heats)} rounds of {share * WINDOWS} payments")
    laps = Race(heats).run()
    say("the books")
    _prove_books(sum(len(lap.waits) for lap in laps))
    # The first round of each side warms its sessions up.
    rates = [[lap.tasks_per_second for lap in laps[first::2]][1:] for first in (0, 1)]
    ours, limit = map(median, rates)
    return Figure("payment", accounts, "payments/s", ours, limit, more_is_better=True)


@contextmanager
def payments_by_verb(at: datetime.datetime) -> Iterator[Callable[[Visit], None]]:
    connection.ensure_connection()

    def take(visit: Visit) -> None:
        take_payment_at_counter(visit.wanted, shift=visit.shift, taken_by=visit.cashier, at=at)

    yield take


def _prove_books(taken: int) -> None:
    """What both sides wrote has to stand the proof of `audit_ledger`, and every payment stands in the trail."""
    with connection.cursor() as cursor:
        broken = [finding for one in BOOKS if not (finding := examine(one, cursor)).holds]
        cursor.execute(_WRITTEN)
        written = cursor.fetchone()
    if broken or written != (taken, taken):
        raise WrongResult(
            "\n".join(["The books of the two sides are not alike.", *map(str, broken), str(written)])
        )
