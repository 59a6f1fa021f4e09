"""How well: what customers say this month, the cards of the month, and the clocks of inquiries and complaints."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from config.dashboard.scope import Figure, Scope, page, rows
from service_quality.models import FollowUp, Matter, PraiseCard
from service_quality.queries.finished_visits import Extent, count_visits
from service_quality.queries.matters.figures import clock_counts
from service_quality.queries.ratings import together
from service_quality.satisfaction import LEVELS, Tally


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
    """Three queries."""
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
        *_follow_ups(scope),
        _cards(scope, first),
    )


def _hall(name: str, tally: Tally, extent: dict[str, Any]) -> HallRatings:
    return HallRatings(
        name,
        tally,
        Figure(_("visits"), tally.finished, page("service_quality:rating_rows", **extent)),
        Figure(_("rated"), tally.rated, page("service_quality:rating_rows", show="rated", **extent)),
    )


def _follow_ups(scope: Scope) -> tuple[Figure, Figure]:
    """What waits for a finding, as the list shows it."""
    found = (
        FollowUp.objects.visible_to(scope.staff)
        .open()
        .aggregate(open=Count("pk"), late=Count("pk", filter=Q(due_on__lt=scope.today)))
    )
    address = page("service_quality:follow_up_list", show="open")
    return (
        Figure(_("bad ratings to follow up"), found["open"], address, tone="wait" if found["open"] else ""),
        Figure(_("of them overdue"), found["late"], address, tone="late" if found["late"] else ""),
    )


def _cards(scope: Scope, first: datetime.date) -> Figure:
    cards = PraiseCard.objects.filter(voided_at__isnull=True, given_on__gte=first)
    if scope.branch_id is not None:
        cards = cards.filter(receiver__branch_id=scope.branch_id)
    link = rows(
        "service_quality.praisecard",
        given_on__gte=first,
        voided_at__isnull=True,
        receiver__branch__id__exact=scope.branch_id,
    )
    return Figure(_("5P cards this month"), cards.count(), link)


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
