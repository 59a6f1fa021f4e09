"""The teams of a year: the published months, the year's end, complaints, places and rewards."""

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.models import Branch
from counters.models import Hall
from service_quality.assessment.teams import (
    Standing,
    Team,
    mean_score,
    places_of,
    rank_teams,
    reward_of,
    team_score,
)
from service_quality.models import AssessmentRule, AssessmentRun, BranchCompletion, TeamScore
from service_quality.queries.assessment.quality_inputs import complaints_of_halls
from service_quality.queries.assessment.rules import rule_on

Item = TeamScore.Item
JANUARY, DECEMBER = 1, 12


@dataclass(slots=True)
class TeamRow:
    """One hall in the year."""

    hall: Hall
    items: dict[str, Decimal]
    months: int
    score: Decimal
    missing: list[str]
    standing: Standing
    completion: Decimal | None
    reward: Decimal | None


@dataclass(slots=True)
class TeamYear:
    year: int
    rule: AssessmentRule
    rows: list[TeamRow] = field(default_factory=list)
    places: int = 0
    branches: list[tuple[Branch, Decimal]] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Every item of every team and the completion of every branch are there."""
        return bool(self.rows) and not any(row.missing or row.completion is None for row in self.rows)


def team_year(year: int) -> TeamYear:
    """Rank the teams of a year by what is published so far. Six queries, whatever the number of teams."""
    rule = rule_on(datetime.date(year, DECEMBER, 1))
    weights = {item.value: getattr(rule, item.value) for item in Item}
    halls = list(Hall.objects.select_related("branch").order_by("number"))
    items, months = _items(year)
    complaints = complaints_of_halls(datetime.date(year, JANUARY, 1), datetime.date(year, DECEMBER, 31))
    scores = {hall.pk: team_score(items[hall.pk], weights) for hall in halls}
    standings = rank_teams(
        [Team(hall.pk, scores[hall.pk], complaints.get(hall.pk, 0)) for hall in halls],
        rewarded=rule.rewarded_share,
        excluded=rule.excluded_share,
    )
    completions = dict(BranchCompletion.objects.filter(year=year).values_list("branch_id", "percent"))
    by_key = {hall.pk: hall for hall in halls}
    found = TeamYear(year, rule, places=places_of(len(halls), rule.rewarded_share) if halls else 0)
    for standing in standings:
        hall = by_key[standing.team.key]
        completion = completions.get(hall.branch_id)
        found.rows.append(
            TeamRow(
                hall=hall,
                items=items[hall.pk],
                months=months[hall.pk],
                score=standing.team.score,
                missing=[str(item.label) for item in Item if item.value not in items[hall.pk]],
                standing=standing,
                completion=completion,
                reward=reward_of(rule.reward, completion)
                if standing.is_rewarded and completion is not None
                else None,
            )
        )
    found.branches = _branches(halls, scores)
    return found


def _items(year: int) -> tuple[defaultdict[int, dict[str, Decimal]], Counter[int]]:
    """By hall, each item of a hundred: the mean of the published months, or the figure of the year's end."""
    published = {
        month.month
        for month in AssessmentRun.objects.filter(month__year=year)
        .exclude(state=AssessmentRun.State.DRAFT)
        .values_list("month", flat=True)
    }
    monthly: defaultdict[tuple[int, str], list[Decimal]] = defaultdict(list)
    items: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    months: Counter[int] = Counter()
    rows = TeamScore.objects.filter(year=year).values_list("hall_id", "item", "month", "score")
    for hall_id, item, month, score in rows:
        if month is None:
            items[hall_id][item] = score
        elif month in published:
            monthly[hall_id, item].append(score)
    for (hall_id, item), scores in monthly.items():
        mean = mean_score(scores)
        assert mean is not None
        items[hall_id][item] = mean
        months[hall_id] = max(months[hall_id], len(scores))
    return items, months


def _branches(halls: list[Hall], scores: dict[int, Decimal]) -> list[tuple[Branch, Decimal]]:
    """A branch is the mean of its halls, the best first."""
    units: defaultdict[int, list[Decimal]] = defaultdict(list)
    branches = {hall.branch_id: hall.branch for hall in halls}
    for hall in halls:
        units[hall.branch_id].append(scores[hall.pk])
    means = [(branches[pk], mean_score(own) or Decimal(0)) for pk, own in units.items()]
    return sorted(means, key=lambda one: (-one[1], one[0].code))
