"""Teams of a year: five items, who is rewarded, and whom complaints exclude. Source: domain.md 4.4."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from billing.money import to_money
from service_quality.rounding import to_hundredths


@dataclass(frozen=True, slots=True)
class Team:
    key: int
    score: Decimal
    complaints: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a team stands; `complaint_rank` is None for a team that nobody complained about."""

    team: Team
    complaint_rank: int | None
    is_excluded: bool
    # Among those who may be rewarded; equal teams share a place.
    place: int | None
    is_rewarded: bool


def mean_score(scores: Sequence[Decimal]) -> Decimal | None:
    """The mean of months, or of the units of a branch; None of nothing."""
    if not scores:
        return None
    return to_hundredths(sum(map(Fraction, scores), Fraction(0)) / len(scores))


def team_score(items: Mapping[str, Decimal], weights: Mapping[str, Decimal]) -> Decimal:
    """Of a hundred: each item, itself of a hundred, by its weight. What has no score yet counts nothing."""
    whole = sum(weights.values())
    counted = sum((Fraction(items.get(item, 0)) * Fraction(weights[item]) for item in weights), Fraction(0))
    return to_hundredths(counted / Fraction(whole))


def places_of(teams: int, share: Decimal) -> int:
    """How many teams are rewarded: the percentage of all of them, rounded down, one at least."""
    return max(1, int(teams * share / 100))


def rank_teams(teams: Iterable[Team], *, rewarded: Decimal, excluded: Decimal) -> list[Standing]:
    """Exclude first, rank afterwards; `rewarded` and `excluded` are percentages of all teams.

    The complaint rank is a competition rank among teams with complaints; all that tie at the last excluded rank are
    excluded. Equal scores are ordered by fewer complaints; teams equal in both share the place, and the reward.
    """
    teams = sorted(teams, key=lambda team: (-team.score, team.complaints, team.key))
    places, reach = places_of(len(teams), rewarded), len(teams) * excluded / 100
    standings, eligible = [], []
    for team in teams:
        rank = 1 + sum(other.complaints > team.complaints for other in teams) if team.complaints else None
        if rank is not None and rank <= reach:
            standings.append(Standing(team, rank, is_excluded=True, place=None, is_rewarded=False))
            continue
        eligible.append(team)
        place = 1 + sum(_merit(other) < _merit(team) for other in eligible)
        standings.append(Standing(team, rank, is_excluded=False, place=place, is_rewarded=place <= places))
    return standings


def reward_of(base: Decimal, completion: Decimal) -> Decimal:
    """The reward moves with the completion of the branch, in percent."""
    return to_money(base * completion / 100)


def _merit(team: Team) -> tuple[Decimal, int]:
    return -team.score, team.complaints
