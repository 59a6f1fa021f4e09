"""How far the rounds of a month are, and what became of them: counts per route and per reader, in sets."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

# Every stop of some routes with the meters that hang there at the end of the month, and the best reading of each:
# a meter is missed when the route was due and nobody has brought a figure, not even an estimated one.
_STOPS = """
    SELECT s.route_id, s.account_id, s.position, i.id AS installation_id,
           r.id AS reading_id, r.state, r.kind
    FROM billing_routestop s
    JOIN billing_route t ON t.id = s.route_id
    JOIN accounts_account a ON a.id = s.account_id AND a.state <> 'CLOSED'
    JOIN billing_meterinstallation i ON i.account_id = s.account_id AND i.installed_on <= %(last)s
        AND (i.removed_on IS NULL OR i.removed_on > %(last)s)
    LEFT JOIN LATERAL (
        SELECT id, state, kind FROM billing_reading
        WHERE installation_id = i.id AND state <> 'REJECTED' AND kind <> 'INITIAL' AND read_on <= %(last)s
            AND read_on >= (%(first)s - make_interval(months => t.every_months - 1))::date
        ORDER BY read_on DESC LIMIT 1) r ON true
    WHERE t.id = ANY (%(routes)s)
"""
_PROGRESS = f"""
    SELECT route_id, count(*), count(*) FILTER (WHERE state = 'ACCEPTED'), count(*) FILTER (WHERE state = 'IN_REVIEW'),
           count(*) FILTER (WHERE reading_id IS NULL), count(*) FILTER (WHERE kind = 'ESTIMATED')
    FROM ({_STOPS}) stops GROUP BY route_id
"""  # noqa: S608 - our own text
_MISSED = f"""
    SELECT account_id, route_id, position FROM ({_STOPS}) stops WHERE reading_id IS NULL
    GROUP BY account_id, route_id, position ORDER BY route_id, position
"""  # noqa: S608 - our own text
_SHEET = f"""
    SELECT account_id, position, installation_id, reading_id FROM ({_STOPS}) stops
    ORDER BY position, installation_id
"""  # noqa: S608 - our own text
_ESTIMATED = f"SELECT reading_id FROM ({_STOPS}) stops WHERE kind = 'ESTIMATED' ORDER BY reading_id"  # noqa: S608
# Read too low (少抄): the use was a part of the one before, and the next true reading jumps above both.
_UNDER = """
    SELECT now.id FROM billing_reading now
    JOIN billing_meterinstallation i ON i.id = now.installation_id
    JOIN billing_routestop s ON s.account_id = i.account_id
    JOIN billing_route t ON t.id = s.route_id
    JOIN billing_meter m ON m.id = i.meter_id
    LEFT JOIN billing_readingpolicy p ON p.service = t.service
    JOIN LATERAL (SELECT read_on, value FROM billing_reading
        WHERE installation_id = i.id AND state = 'ACCEPTED' AND kind <> 'ESTIMATED' AND read_on < now.read_on
        ORDER BY read_on DESC LIMIT 1) one ON true
    JOIN LATERAL (SELECT read_on, value FROM billing_reading
        WHERE installation_id = i.id AND state = 'ACCEPTED' AND kind <> 'ESTIMATED' AND read_on < one.read_on
        ORDER BY read_on DESC LIMIT 1) two ON true
    JOIN LATERAL (SELECT read_on, value FROM billing_reading
        WHERE installation_id = i.id AND state <> 'REJECTED' AND kind <> 'ESTIMATED' AND read_on > now.read_on
        ORDER BY read_on LIMIT 1) later ON true
    CROSS JOIN LATERAL (SELECT
        (one.value - two.value) / (one.read_on - two.read_on) AS before,
        (now.value - one.value) / (now.read_on - one.read_on) AS this,
        (later.value - now.value) / (later.read_on - now.read_on) AS after) day
    WHERE now.state = 'ACCEPTED' AND now.kind = 'ACTUAL' AND now.read_on BETWEEN %(first)s AND %(last)s
        AND t.id = ANY (%(routes)s) AND day.this >= 0
        AND day.this * coalesce(p.under_factor, 2) <= day.before
        AND day.after >= day.this * coalesce(p.under_factor, 2) AND day.after > day.before
    ORDER BY now.id
"""


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of readings."""

    first: datetime.date

    @classmethod
    def of(cls, day: datetime.date) -> "Month":
        return cls(day.replace(day=1))

    @property
    def last(self) -> datetime.date:
        return self.following.first - datetime.timedelta(days=1)

    @property
    def following(self) -> "Month":
        return Month.of(self.first + datetime.timedelta(days=31))

    @property
    def previous(self) -> "Month":
        return Month.of(self.first - datetime.timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(slots=True)
class Progress:
    """How many meters of a round are read, wait for a review, or were missed; estimates among the read ones."""

    meters: int = 0
    read: int = 0
    in_review: int = 0
    missed: int = 0
    estimated: int = 0

    @property
    def seen(self) -> int:
        return self.read + self.in_review

    def add(self, other: "Progress") -> None:
        self.meters += other.meters
        self.read += other.read
        self.in_review += other.in_review
        self.missed += other.missed
        self.estimated += other.estimated


def progress_of(route_ids: Sequence[int], month: Month) -> dict[int, Progress]:
    """The round of each route. One query."""
    return {route_id: Progress(*counts) for route_id, *counts in _rows(_PROGRESS, route_ids, month)}


def missed_accounts(route_ids: Sequence[int], month: Month) -> list[int]:
    """Accounts with a meter that nobody has read (漏抄), in the order of the way."""
    return [account_id for account_id, _route, _position in _rows(_MISSED, route_ids, month)]


def estimated_readings(route_ids: Sequence[int], month: Month) -> list[int]:
    """Readings that were estimated (估抄)."""
    return [reading_id for (reading_id,) in _rows(_ESTIMATED, route_ids, month)]


def readings_too_low(route_ids: Sequence[int], month: Month) -> list[int]:
    """Readings of the month that a later one proves too low (少抄)."""
    return [reading_id for (reading_id,) in _rows(_UNDER, route_ids, month)]


def sheet_of(route_id: int, month: Month) -> list[tuple[int, int, int, int | None]]:
    """(account, position, installation, reading of the month) along the way."""
    return _rows(_SHEET, [route_id], month)


def _rows(sql: str, route_ids: Sequence[int], month: Month) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"routes": list(route_ids), "first": month.first, "last": month.last})
        return list(cursor.fetchall())
