"""What somebody sees of the own ratings and cards: sums of whole months, never a single rating."""

import datetime
from typing import Any

from django.conf import settings

from accounts.models import Staff
from service_quality.queries.card_standings import standing_of
from service_quality.queries.ratings import rating_figures

MONTHS = 6
# With fewer one could guess who it was.
FEWEST_SHOWN = 5


def own_figures(staff: Staff, today: datetime.date) -> dict[str, Any]:
    """Six whole months; a month with too few ratings shows only that there were too few.

    A month is shown once none of its visits can be rated any more: a figure that moved from one day to the next would
    say how the customers of that day rated.
    """
    months = []
    until = last = _last_settled_day(today)
    first = last.replace(day=1)
    for _ in range(MONTHS):
        tally = rating_figures([staff.pk], first_day=first, last_day=last).get(staff.pk)
        months.append(
            {
                "first": first,
                "tally": tally,
                "is_shown": tally is not None and tally.rated >= FEWEST_SHOWN,
            }
        )
        last = first - datetime.timedelta(days=1)
        first = last.replace(day=1)
    return {
        "months": months,
        "until": until,
        "fewest": FEWEST_SHOWN,
        "year": today.year,
        "standing": standing_of(staff, today.year),
    }


def _last_settled_day(today: datetime.date) -> datetime.date:
    """The end of the last month whose receipts open the page of ratings no more."""
    still_rated = today - datetime.timedelta(days=settings.RATING_DAYS)
    return still_rated.replace(day=1) - datetime.timedelta(days=1)
