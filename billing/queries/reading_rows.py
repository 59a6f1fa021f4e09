"""Readings as the pages of the review show them: what is odd in a sentence, and the last ones as a small chart."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.meter_use import (
    Anomaly,
    Known,
    Place,
    Taken,
    billed_too_high,
    last_true,
    use_between,
    uses_before,
    usual_per_day,
)
from billing.models import Reading, ReadingPolicy
from billing.queries.meter_places import places_of
from billing.queries.reading_policies import policies
from billing.rating.plain import plain

CHART_READINGS = 6
CHART_HEIGHT = 24
BAR_WIDTH, BAR_STEP = 9, 12
TENTH = Decimal("0.1")


def counts_by_anomaly(readings: QuerySet[Reading]) -> dict[str, int]:
    """How many of the readings are odd in which way. One query."""
    ids = readings.order_by().values("anomalies")
    sql, values = ids.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT code, count(*) FROM ({sql}) odd, jsonb_array_elements_text(odd.anomalies) AS code"  # noqa: S608
            " GROUP BY code",
            values,
        )
        return dict(cursor.fetchall())


def reading_rows(readings: Iterable[Reading]) -> list[dict[str, Any]]:
    """Rows for readings that came with their account, customer, premises and meter. Four queries, however many."""
    readings = list(readings)
    days: dict[int, datetime.date] = {}
    for reading in readings:
        key = reading.installation_id
        days[key] = max(reading.read_on, days.get(key, reading.read_on))
    places = places_of(days) if days else {}
    rules = policies()
    return [_row(reading, places[reading.installation_id], rules) for reading in readings]


def _row(reading: Reading, place: Place, rules: Mapping[str, ReadingPolicy]) -> dict[str, Any]:
    account = reading.installation.account
    before = last_true(place, reading.read_on)
    taken = Taken(reading.read_on, reading.value, reading.kind, reading.rolled_over)
    return {
        "pk": reading.pk,
        "url": reverse("billing:reading_review", args=[reading.pk]),
        "account_no": account.account_no,
        "account_url": reverse("accounts:account_detail", args=[account.account_no]),
        "name": account.customer.name,
        "address": account.premises.address,
        "service": account.get_service_display(),
        "meter_no": place.serial_no,
        "read_on": reading.read_on,
        "value": plain(reading.value),
        "before": plain(before.value),
        "before_on": before.read_on,
        "used": plain(use_between(place, before, taken).units),
        "kind": reading.get_kind_display(),
        "is_estimate": reading.is_estimate,
        "state": reading.get_state_display(),
        "is_in_review": reading.is_in_review,
        "read_by": reading.read_by,
        "reason": reading.reason,
        "has_photo": bool(reading.photo),
        "anomalies": [
            {"code": code, "label": Anomaly(code).label, "sentence": sentence}
            for code, sentence in _sentences(reading.anomalies, taken, place, rules[place.service], reading)
        ],
        "chart": chart(place, taken),
    }


def _sentences(
    codes: Sequence[str], taken: Taken, place: Place, policy: ReadingPolicy, reading: Reading
) -> list[tuple[str, str]]:
    before = last_true(place, taken.read_on)
    use = use_between(place, before, taken)
    usual = usual_per_day(uses_before(place, taken.read_on), policy.usual_of) or Decimal(0)
    too_high = billed_too_high(taken, place)
    facts = {
        "used": plain(use.units),
        "days": use.days,
        "usual": plain((usual * use.days).quantize(TENTH)),
        "value": plain(taken.value),
        "before": plain(before.value),
        "before_on": before.read_on,
        "times": policy.zero_times,
        "billed": plain(too_high.value) if too_high else "",
        "billed_on": too_high.read_on if too_high else "",
        "reason": reading.reason,
        "who": reading.entered_by or "",
    }
    sentences = {
        Anomaly.HIGH: _("%(used)s used in %(days)s days; usual are %(usual)s."),
        Anomaly.ZERO_AGAIN: _("No use for the last %(times)s readings."),
        Anomaly.FALLS: _("%(value)s is lower than %(before)s of %(before_on)s."),
        Anomaly.ESTIMATE_TOO_HIGH: _(
            "Billed was an estimate of %(billed)s on %(billed_on)s; the meter shows only %(value)s."
        )
        if too_high
        else _("The estimate that was billed is corrected; the reading can be accepted."),
        Anomaly.ESTIMATE: _("Estimated: %(reason)s. Proposed by %(who)s, a second person approves.")
        if reading.entered_by
        else _("Estimated: %(reason)s. It has to be approved."),
        Anomaly.SELF_REPORTED: _("The customer says so. Compare it with the photo.")
        if reading.photo
        else _("The customer says so, without a photo."),
    }
    return [(code, sentences[Anomaly(code)] % facts) for code in codes]


def chart(place: Place, taken: Taken) -> dict[str, Any]:
    """Bars of what was used up to each of the last readings; the last bar is the one in question."""
    before = [known for known in place.known if known.is_accepted and known.read_on < taken.read_on]
    points: list[Known | Taken] = [*before[-CHART_READINGS:], taken]
    uses = [
        (end.read_on, use_between(place, start, end).units)
        for start, end in pairwise(points)
        if isinstance(start, Known)
    ]
    highest = max((units for _day, units in uses), default=Decimal(0))
    bars = []
    for index, (day, units) in enumerate(uses):
        height = int(CHART_HEIGHT * max(units, Decimal(0)) / highest) if highest > 0 else 0
        bars.append(
            {
                "x": index * BAR_STEP,
                "y": CHART_HEIGHT - max(height, 1),
                "height": max(height, 1),
                "title": f"{day}: {plain(units)}",
                "is_this": day == taken.read_on,
            }
        )
    return {
        "bars": bars,
        "width": max(1, len(bars)) * BAR_STEP,
        "height": CHART_HEIGHT,
        "bar_width": BAR_WIDTH,
        "words": _("; ").join(str(bar["title"]) for bar in bars),
    }


def history_rows(place: Place, upto: datetime.date) -> list[dict[str, Any]]:
    """The readings before one, newest first, each with its use."""
    known = [one for one in place.known if one.read_on < upto][-CHART_READINGS - 1 :]
    rows = [
        {
            "read_on": end.read_on,
            "value": plain(end.value),
            "used": plain(use_between(place, start, end).units),
            "kind": Reading.Kind(end.kind).label,
            "is_in_review": not end.is_accepted,
        }
        for start, end in pairwise(known)
    ]
    return rows[::-1]
