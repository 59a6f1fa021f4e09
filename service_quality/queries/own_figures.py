"""What somebody sees of the own ratings and cards: sums of months, never a single rating."""

import datetime
from typing import Any

from accounts.models import Staff
from service_quality.queries.card_standings import standing_of
from service_quality.queries.ratings import rating_figures

MONTHS = 6
# With fewer one could guess who it was.
FEWEST_SHOWN = 5


def own_figures(staff: Staff, yesterday: datetime.date) -> dict[str, Any]:
    """Six months until yesterday; a month with too few ratings shows only that there were too few."""
    months = []
    first = yesterday.replace(day=1)
    last = yesterday
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
        "until": yesterday,
        "fewest": FEWEST_SHOWN,
        "year": yesterday.year,
        "standing": standing_of(staff, yesterday.year),
    }
