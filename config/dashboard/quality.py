"""How well: what customers say this month, the cards of the month, and the clocks of inquiries and complaints."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from config.dashboard.scope import NO_BRANCH, Figure, Scope, page, rows
from service_quality.models import Matter
from service_quality.queries.finished_visits import Extent, count_visits
from service_quality.queries.matters.figures import clock_counts
from service_quality.queries.ratings import together
from service_quality.satisfaction import LEVELS, Tally

_COUNTS = """
    WITH waiting AS (
        SELECT f.due_on FROM service_quality_followup f
        JOIN service_quality_rating r ON r.id = f.rating_id JOIN counters_hall h ON h.id = r.hall_id
        WHERE f.state = 'OPEN' AND (%(own)s::bigint IS NULL OR h.branch_id = %(own)s)
    )
    SELECT (SELECT count(*) FROM waiting), (SELECT count(*) FROM waiting WHERE due_on < %(today)s),
        (SELECT count(*) FROM service_quality_praisecard c JOIN accounts_staff s ON s.id = c.receiver_id
         WHERE c.voided_at IS NULL AND c.given_on >= %(first)s
             AND (%(branch)s::bigint IS NULL OR s.branch_id = %(branch)s))
"""


@dataclass(frozen=True, slots=True)
class HallRatings:
    """The visits of a hall this month, and those of them that were rated."""

    name: str
    tally: Tally
    visits: Figure
    rated: Figure


@dataclass(frozen=True, slots=True)
class Quality:
    tally: Tally
    halls: list[HallRatings]
    follow_ups: Figure
    late: Figure
    cards: Figure


def quality_of(scope: Scope, halls: Sequence[dict[str, Any]]) -> Quality:
    """Two queries."""
    first, last = scope.today.replace(day=1), scope.today
    finished: dict[int, int] = defaultdict(int)
    levels: dict[int, dict[int, int]] = defaultdict(lambda: dict.fromkeys(LEVELS, 0))
    for hall, level, count in count_visits(Extent(first, last, branch_id=scope.branch_id), "hall"):
        finished[hall] += count
        if level is not None:
            levels[hall][level] += count
    tallies = {hall: Tally(count, dict(levels[hall])) for hall, count in finished.items()}
    month = {"first": first, "last": last}
    return Quality(
        together(tallies.values()),
        [
            _hall(one["name"], tallies[one["id"]], {**month, "hall": one["id"]})
            for one in halls
            if one["id"] in tallies
        ],
        *_counts(scope, first),
    )


def _hall(name: str, tally: Tally, extent: dict[str, Any]) -> HallRatings:
    return HallRatings(
        name,
        tally,
        Figure(_("visits"), tally.finished, page("service_quality:rating_rows", **extent)),
        Figure(_("rated"), tally.rated, page("service_quality:rating_rows", show="rated", **extent)),
    )


def _counts(scope: Scope, first: datetime.date) -> tuple[Figure, Figure, Figure]:
    """What waits for a finding, as its list shows it to this person, and the cards of the month."""
    values = {
        "own": None if scope.may("accounts.see_every_branch") else scope.staff.branch_id or NO_BRANCH,
        "branch": scope.branch_id,
        "today": scope.today,
        "first": first,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        waiting, late, cards = cursor.fetchone()
    address = page("service_quality:follow_up_list", show="open")
    link = rows(
        "service_quality.praisecard",
        given_on__gte=first,
        voided_at__isnull=True,
        receiver__branch__id__exact=scope.branch_id,
    )
    return (
        Figure(_("bad ratings to follow up"), waiting, address, tone="wait" if waiting else ""),
        Figure(_("of them overdue"), late, address, tone="late" if late else ""),
        Figure(_("5P cards this month"), cards, link),
    )


def matters_of(scope: Scope) -> list[Figure]:
    """The clocks of first-inquiry responsibility. One query."""
    found = clock_counts(None if scope.branch_id is None else [scope.branch_id], scope.at)
    at = timezone.localtime(scope.at)
    midnight = at.replace(hour=23, minute=59, second=59, microsecond=999_999)
    open_ones = {"state__in": ",".join(Matter.UNANSWERED), "branch__id__exact": scope.branch_id}
    clocks: tuple[tuple[str, int, dict[str, Any], str], ...] = (
        (_("overdue"), found.overdue, {"due_at__lt": at}, "late"),
        (_("due today"), found.due_today, {"due_at__gte": at, "due_at__lte": midnight}, "wait"),
        (
            _("customer to be told"),
            found.interim_due,
            {"interim_due_at__lte": midnight, "interim_told_at__isnull": True},
            "wait",
        ),
        (_("without a date"), found.without_a_date, {"due_at__isnull": True}, "late"),
    )
    return [
        Figure(label, count, rows("service_quality.matter", **open_ones, **query), tone=tone if count else "")
        for label, count, query, tone in clocks
    ]
