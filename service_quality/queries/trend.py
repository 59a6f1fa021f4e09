"""How satisfied customers were, stretch by stretch: the bars of a chart that the server draws."""

import datetime
from collections.abc import Mapping
from typing import Any

from service_quality.queries.ratings import together
from service_quality.satisfaction import Tally

WIDTH, HEIGHT, MARGIN = 960, 160, 4
MOST_DAYS = 45
A_DAY, A_WEEK = datetime.timedelta(days=1), datetime.timedelta(days=7)


def trend_chart(
    first: datetime.date, last: datetime.date, days: Mapping[datetime.date, Tally]
) -> dict[str, Any]:
    """One bar a day, or a week where the time is long; as high as the satisfaction, empty where nobody rated."""
    step = A_DAY if (last - first).days < MOST_DAYS else A_WEEK
    starts = [first + step * index for index in range((last - first) // step + 1)]
    room = WIDTH / len(starts)
    bars = []
    for index, start in enumerate(starts):
        end = min(start + step - A_DAY, last)
        tally = together(one for day, one in days.items() if start <= day <= end)
        height = float(tally.satisfaction or 0) * HEIGHT / 100
        bars.append(
            {
                "x": round(index * room, 2),
                "y": round(HEIGHT - height, 2),
                "height": round(height, 2),
                "first": start,
                "last": end,
                "tally": tally,
                "is_labelled": index % max(1, len(starts) // 8) == 0,
            }
        )
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "full_height": HEIGHT + 20,
        "label_y": HEIGHT + 15,
        "bar_width": round(max(room - MARGIN, 1), 2),
        "bars": bars,
        "is_weekly": step == A_WEEK,
        "has_ratings": any(bar["tally"].rated for bar in bars),
    }
