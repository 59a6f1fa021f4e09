"""Takings by the hour, today beside the same day of last year. One statement."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from billing.money import NO_MONEY
from config.dashboard.scope import Scope, rows
from config.dashboard.takings import CHANNELS

# Outside of these hours a column stands only where something was taken.
OPENS, CLOSES = 8, 17

_HOURS = """
    SELECT p.business_date, extract(hour FROM p.taken_at AT TIME ZONE 'Asia/Shanghai')::int AS hour, count(*),
        sum(p.tendered - p.change_given - COALESCE(own.amount, 0))
    FROM billing_payment p
    LEFT JOIN billing_reversal r ON r.payment_id = p.id
    LEFT JOIN LATERAL (
        SELECT sum(t.amount) AS amount FROM billing_tender t WHERE t.payment_id = p.id AND t.method = 'PREPAID'
    ) own ON true
    WHERE p.business_date IN (%(today)s, %(before)s) AND p.channel = ANY (%(channels)s) AND r.id IS NULL
        AND (%(branch)s::bigint IS NULL OR p.branch_id = %(branch)s)
    GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Hours:
    """The columns and the line of the chart, the sums of both days up to now, and the rows of the day before."""

    before: datetime.date
    before_url: str
    columns: list[dict[str, Any]]
    until_now: Decimal
    before_until_now: Decimal

    @property
    def change(self) -> int | None:
        """By how many percent today stands above the same hours of last year; None where there is nothing to compare."""
        if not self.before_until_now:
            return None
        return int((self.until_now - self.before_until_now) * 100 / self.before_until_now)

    @property
    def chart(self) -> dict[str, Any]:
        """What the script draws; the sums are text, so that no digit is lost on the way."""
        return {
            "hours": [f"{one['hour']:02}:00" for one in self.columns],
            "today": [str(one["today"]) for one in self.columns],
            "before": [str(one["before"]) for one in self.columns],
        }


def same_day_last_year(day: datetime.date) -> datetime.date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)


def hours_of(scope: Scope) -> Hours:
    today, before = scope.today, same_day_last_year(scope.today)
    sums: dict[tuple[datetime.date, int], Decimal] = {}
    values = {
        "today": today,
        "before": before,
        "branch": scope.branch_id,
        "channels": list(map(str, CHANNELS)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, values)
        for day, hour, _count, amount in cursor.fetchall():
            sums[day, hour] = amount
    shown = {*range(OPENS, CLOSES + 1), *(hour for _day, hour in sums)}
    columns = [
        {
            "hour": hour,
            "today": sums.get((today, hour), NO_MONEY),
            "before": sums.get((before, hour), NO_MONEY),
        }
        for hour in range(min(shown), max(shown) + 1)
    ]
    link = rows(
        "billing.payment", business_date__exact=before, stands="yes", branch__id__exact=scope.branch_id,
        channel__in=",".join(CHANNELS),
    )  # fmt: skip
    now = timezone.localtime(scope.at).hour
    return Hours(
        before,
        link,
        columns,
        until_now=sum((amount for (day, _hour), amount in sums.items() if day == today), NO_MONEY),
        before_until_now=sum(
            (amount for (day, hour), amount in sums.items() if day == before and hour < now), NO_MONEY
        ),
    )
