"""The morning run of the arrears, beside the hand-written SQL that selects and inserts the same rows."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from django.db import connection
from django.utils import timezone

from billing.services.arrears.daily_run import run_arrears
from config.bench.arrears_by_hand import work_by_hand
from config.bench.arrears_rows import ON, forget_the_morning, settle_debtors
from config.bench.figure import Figure, WrongResult
from config.bench.town import Say

ROUNDS = 7

_ROWS = """
    SELECT count(*), count(s.id), sum(hashtext(concat_ws(' ', c.account_id, c.version_id, c.opened_on, s.rule_id,
        s.position, s.state, s.raised_on, s.facts))::bigint),
        (SELECT array_agg(concat_ws(' ', run.job, run.slot, run.state, run.summary, trail.action, trail.details))
         FROM accounts_jobrun run JOIN accounts_auditentry trail ON trail.object_id = run.id::text
             AND trail.object_type = 'accounts.jobrun')
    FROM billing_arrearscase c LEFT JOIN billing_casestep s ON s.case_id = c.id
"""


def bench_arrears(accounts: int, say: Say) -> Figure:
    """Cases that one morning opens per second, all locks taken and all rules asked."""
    at = timezone.now()
    settle_debtors(accounts, at, say)
    seconds: dict[str, list[float]] = {"ours": [], "by hand": []}
    cases = 0
    for number in range(ROUNDS):
        ours = _turn(lambda: run_arrears(ON, at=at), seconds["ours"])
        hand = _turn(lambda: work_by_hand(ON, at), seconds["by hand"])
        if ours != hand:
            raise WrongResult(f"The two sides wrote other rows: {ours} and {hand}.")
        cases = ours[0]
        say(
            f"round {number + 1}: ours {seconds['ours'][-1]:.2f} s, by hand {seconds['by hand'][-1]:.2f} s, {cases} cases"
        )
    value, limit = (cases / median(seconds[side]) for side in ("ours", "by hand"))
    return Figure(
        "arrears", accounts, "cases/s", value, limit, more_is_better=True,
        more={"cases": cases, "seconds": round(median(seconds["ours"]), 3)},
    )  # fmt: skip


def _turn(work: Callable[[], object], seconds: list[float]) -> tuple[Any, ...]:
    """Time one side with its commits, then forget what it wrote, so that the other finds the same morning."""
    begun = time.perf_counter()
    work()
    seconds.append(time.perf_counter() - begun)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS)
        found: tuple[Any, ...] = cursor.fetchone() or ()
    forget_the_morning()
    return found
