"""The one search box, eight clerks at once, beside the query for each way of asking."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from statistics import median, quantiles

from django.db import connection
from django.utils import timezone

from accounts.models import Account, Staff
from accounts.queries.search import find_accounts
from config.bench.figure import Figure, WrongResult
from config.bench.race import Heat, Lap, Race
from config.bench.search_by_hand import LIMIT, searches_by_hand
from config.bench.search_questions import Question, Way, questions
from config.bench.town import Say, settle

CLERKS = 8
ROUNDS = 5
# Of each way, for each clerk in each round.
QUESTIONS = 5


def bench_search(accounts: int, say: Say) -> Figure:
    """Milliseconds within which 95 of 100 searches are answered."""
    settle(accounts, timezone.localdate(), say)
    asked = [questions(clerk) for clerk in Staff.objects.filter(post=Staff.Post.CASHIER)[:CLERKS]]
    rounds = [
        [list(islice(one, QUESTIONS * len(Way))) for one in asked]
        # The first warms the sessions up.
        for _ in range(ROUNDS + 1)
    ]
    say("the same answers")
    _compare(rounds[0])
    say(f"{ROUNDS + 1} rounds of {CLERKS * QUESTIONS * len(Way)} questions")
    heats = [Heat(side, shares) for shares in rounds for side in (searches, searches_by_hand)]
    laps = Race(heats).run()[2:]
    for line in _by_way(heats[2:], laps):
        say(line)
    ours, limit = (median(map(_p95, laps[first::2])) for first in (0, 1))
    return Figure("search", accounts, "ms (p95)", ours, limit, more_is_better=False)


@contextmanager
def searches() -> Iterator[Callable[[Question], list[Account]]]:
    connection.ensure_connection()
    yield lambda question: find_accounts(question.typed, staff=question.asked_by, limit=LIMIT)


def _p95(lap: Lap) -> float:
    return quantiles(lap.waits, n=20)[-1] * 1000


def _by_way(heats: Sequence[Heat[Question]], laps: Sequence[Lap]) -> Iterator[str]:
    """A table for the terminal: the median of each way on both sides."""
    waits = defaultdict[tuple[Way, int], list[float]](list)
    for index, (heat, lap) in enumerate(zip(heats, laps, strict=True)):
        asked = [question for share in heat.shares for question in share]
        for question, wait in zip(asked, lap.waits, strict=True):
            waits[question.way, index % 2].append(wait * 1000)
    for way in Way:
        ours, limit = median(waits[way, 0]), median(waits[way, 1])
        yield f"{way.value:34} {ours:8.1f} ms {limit:8.1f} ms {ours / limit:6.2f}"


def _compare(shares: Sequence[Sequence[Question]]) -> None:
    """What is found by hand is found by us, unless our list is full of something else that was meant."""
    with searches() as ours, searches_by_hand() as by_hand:
        for question in (question for share in shares for question in share):
            found = {account.pk for account in ours(question)}
            expected = {row[0] for row in by_hand(question)}
            if not expected or (len(found) < LIMIT and not expected <= found):
                raise WrongResult(f"{question.typed!r} ({question.way.value}) is not found alike")
