"""How fast a ladder can be climbed at most: every notice delivered on its day, every approval given at once."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple


class Rung(NamedTuple):
    """Days after the delivered step before, and days between the announcement and the act."""

    min_days: int
    notice_days: int


def days_until(rungs: Sequence[Rung], min_overdue_days: int) -> list[int]:
    """The day overdue on which each step can be done at the earliest.

    The first step waits for the due date and for the day on which an account comes onto the ladder.
    """
    if not rungs:
        return []
    first = max(rungs[0].min_days, min_overdue_days) + rungs[0].notice_days
    return list(accumulate((one.min_days + one.notice_days for one in rungs[1:]), initial=first))
