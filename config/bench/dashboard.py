"""The panels of the dashboard for the whole company, beside the same figures in plain statements."""

import datetime
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any, TypeVar

from django.utils import timezone

from accounts.models import Staff
from billing.money import NO_MONEY
from config.bench.arrears_rows import ON
from config.bench.dashboard_by_hand import figures_by_hand
from config.bench.dashboard_rows import settle_a_day
from config.bench.figure import Figure, WrongResult
from config.bench.town import Say
from config.dashboard.page import panels_later, panels_now
from config.dashboard.scope import scope_for

ROUNDS = 5
Result = TypeVar("Result")


def bench_dashboard(accounts: int, say: Say) -> Figure:
    """Milliseconds for all panels of one page, the first round not counted."""
    at = timezone.make_aware(datetime.datetime.combine(ON, datetime.time(15)))
    manager = settle_a_day(accounts, at, say)
    waits: dict[str, list[float]] = {"now": [], "later": [], "by hand": []}
    for number in range(ROUNDS + 1):
        # Permissions are kept on the person: each page load asks for them once.
        scope = scope_for(Staff.objects.get(pk=manager.pk), at)
        panels = _timed(partial(panels_now, scope), waits["now"])
        panels |= _timed(partial(panels_later, scope), waits["later"])
        hand = _timed(partial(figures_by_hand, ON), waits["by hand"])
        _compare(panels, hand)
        say(
            f"round {number}: now {waits['now'][-1]:.0f} ms, later {waits['later'][-1]:.0f} ms, "
            f"by hand {waits['by hand'][-1]:.0f} ms"
        )
    now, later, limit = (median(waits[side][1:]) for side in ("now", "later", "by hand"))
    return Figure(
        "dashboard", accounts, "ms", now + later, limit, more_is_better=False,
        more={"now": round(now, 1), "later": round(later, 1)},
    )  # fmt: skip


def _timed(work: Callable[[], Result], waits: list[float]) -> Result:
    begun = time.perf_counter()
    found = work()
    waits.append((time.perf_counter() - begun) * 1000)
    return found


def _compare(panels: dict[str, Any], hand: dict[str, list[tuple[Any, ...]]]) -> None:
    taken = panels["takings"].total
    pairs = {
        "takings": (
            (taken.count, taken.amount),
            (
                sum(row[3] for row in hand["takings"]),
                sum((row[4] for row in hand["takings"]), NO_MONEY),
            ),
        ),
        "ages": (
            [(one.count, one.amount) for one in panels["arrears"].ages if one.count],
            [(row[1], row[2]) for row in hand["arrears"]],
        ),
        "clocks": (
            [one.count for one in panels["arrears"].clocks],
            [sum(row[column] for row in hand["arrears"]) for column in range(3, 8)],
        ),
        "recovery": (
            (panels["recovered"].due, panels["recovered"].received),
            tuple(
                sum((row[column] for row in hand["recovery"] if not row[1]), NO_MONEY) for column in (2, 3)
            ),
        ),
        "decisions": (
            sum(one.count for one in panels["approvals"]),
            sum(hand["waiting"][0]),
        ),
    }
    for name, (ours, by_hand) in {**pairs, **_others(panels, hand)}.items():
        if ours != by_hand:
            raise WrongResult(f"{name}: {ours} on the page, {by_hand} by hand.")


def _others(panels: dict[str, Any], hand: dict[str, list[tuple[Any, ...]]]) -> dict[str, tuple[Any, Any]]:
    """What is quickly found is compared all the same: a side that leaves something out is quicker."""
    hours, halls, line, quality, jobs = (
        panels[name] for name in ("hours", "halls", "line", "quality", "jobs")
    )
    days = {ON: "today", hours.before: "before"}
    return {
        "hours": (
            {
                (days[day], one["hour"]): one[days[day]]
                for day in days
                for one in hours.columns
                if one[days[day]]
            },
            {(days[day], hour): amount for day, hour, amount in hand["hours"] if amount},
        ),
        "windows": (
            {(hall["id"], one["id"], one["is_open"]) for hall in halls for one in hall["windows"]},
            set(hand["windows"]),
        ),
        "line": (
            (line.waiting.count, line.pauses.count),
            (sum(row[1] for row in hand["line"]), len(hand["pauses"])),
        ),
        "ratings": (
            (quality.tally.finished, quality.tally.rated),
            tuple(sum(row[column] for row in hand["ratings"]) for column in (1, 2)),
        ),
        "cards": (
            (quality.cards.count, quality.follow_ups.count),
            (hand["cards"][0][0], hand["follow-ups"][0][0]),
        ),
        "matters": (panels["matters"][0].count, hand["matters"][0][0]),
        "jobs": (
            ({one.last.slot for one in jobs.jobs if one.last}, jobs.failed.count),
            ({row[1] for row in hand["jobs"]}, hand["failed"][0][0]),
        ),
    }
