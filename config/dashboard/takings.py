"""What was taken today: payments that stand, by hall and window, by tender and channel. One statement."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from billing.models import Payment, Tender
from billing.money import NO_MONEY
from config.dashboard.scope import Figure, Scope, rows

# Money that came in today. Credit that settles a bill was taken on another day, and so was what the old system had.
CHANNELS = (Payment.Channel.COUNTER, Payment.Channel.BANK, Payment.Channel.PHONE)

# A payment in its parts: each tender, and the change as cash that went back. Own credit of the customer is no taking.
_PARTS = """
    WITH taken AS (
        SELECT p.id, p.channel, p.change_given, s.window_id
        FROM billing_payment p
        LEFT JOIN billing_reversal r ON r.payment_id = p.id
        LEFT JOIN counters_tillentry e ON e.payment_id = p.id AND e.kind = 'PAYMENT'
        LEFT JOIN counters_shift s ON s.id = e.shift_id
        WHERE p.business_date = %(on)s AND p.channel = ANY (%(channels)s) AND r.id IS NULL
            AND (%(branch)s::bigint IS NULL OR p.branch_id = %(branch)s)
    ), parts AS (
        SELECT taken.id, channel, window_id, t.method, CASE WHEN t.method = 'PREPAID' THEN 0 ELSE t.amount END AS amount
        FROM taken JOIN billing_tender t ON t.payment_id = taken.id
        UNION ALL
        SELECT id, channel, window_id, 'CASH', -change_given FROM taken WHERE change_given > 0
    )
    SELECT CASE GROUPING(channel, window_id, method) WHEN 7 THEN 'all' WHEN 3 THEN 'channel' WHEN 5 THEN 'window'
            ELSE 'method' END,
        COALESCE(channel, window_id::text, method, ''), count(DISTINCT id), COALESCE(sum(amount), 0)
    FROM parts GROUP BY GROUPING SETS ((), (channel), (window_id), (method))
"""

Sums = dict[str, dict[str, tuple[int, Decimal]]]


@dataclass(frozen=True, slots=True)
class HallTakings:
    hall: Figure
    windows: list[Figure]


@dataclass(frozen=True, slots=True)
class Takings:
    total: Figure
    tenders: list[Figure]
    channels: list[Figure]
    halls: list[HallTakings]


def sums_of(on: datetime.date, branch_id: int | None) -> Sums:
    """(payments, money) of the day: in all, and by channel, window and method. One query."""
    found: Sums = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, {"on": on, "branch": branch_id, "channels": [str(one) for one in CHANNELS]})
        for kind, key, count, amount in cursor.fetchall():
            found[kind][key] = (count, amount)
    return found


def takings_of(scope: Scope, halls: list[dict[str, Any]]) -> Takings:
    """The figures with their links. `halls` are those of the hall panel: id, name and windows (id, name)."""
    sums = sums_of(scope.today, scope.branch_id)
    stands = {"business_date__exact": scope.today, "stands": "yes", "branch__id__exact": scope.branch_id}
    money = {"channel__in": ",".join(CHANNELS), **stands}
    count, amount = sums["all"].get("", (0, NO_MONEY))
    return Takings(
        total=Figure("", count, rows("billing.payment", **money), amount),
        tenders=[
            _figure(
                one.label, sums["method"][one], rows("billing.payment", tenders__method__exact=one, **money)
            )
            for one in Tender.Method
            if one in sums["method"]
        ],
        channels=[
            _figure(one.label, sums["channel"][one], rows("billing.payment", channel__exact=one, **stands))
            for one in CHANNELS
            if one in sums["channel"]
        ],
        halls=[_hall(scope, hall, sums) for hall in halls],
    )


def _hall(scope: Scope, hall: dict[str, Any], sums: Sums) -> HallTakings:
    till = {"kind__exact": "PAYMENT", "payment__business_date__exact": scope.today, "stands": "yes"}
    windows = [
        _figure(
            window["name"],
            sums["window"].get(str(window["id"]), (0, NO_MONEY)),
            rows("counters.tillentry", shift__window__id__exact=window["id"], **till),
        )
        for window in hall["windows"]
    ]
    total = (sum(one.count for one in windows), sum((one.amount for one in windows), NO_MONEY))
    link = rows("counters.tillentry", shift__window__hall__id__exact=hall["id"], **till)
    return HallTakings(_figure(hall["name"], total, link), [one for one in windows if one.count])


def _figure(label: object, found: tuple[int, Decimal], url: str) -> Figure:
    return Figure(str(label), found[0], url, found[1])
