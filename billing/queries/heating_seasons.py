"""Which heating season counts for a branch on a day, and how a household is billed in it."""

import datetime

from django.db.models import F, Q

from accounts.models import Account
from billing.models import Bill, BuildingHandover, HeatingSeason, HouseholdConversion

# The seasons of warranty are counted from the summer before a building's first winter.
SEASON_YEAR_STARTS_IN = 5


def season_on(branch_id: int, day: datetime.date) -> HeatingSeason | None:
    """The season that the day lies in, or else the next one announced, or else the last."""
    seasons = HeatingSeason.objects.for_branch(branch_id)
    ahead = seasons.filter(ends_on__gte=day).order_by("starts_on", F("branch").desc(nulls_last=True))
    return ahead.first() or seasons.first()


def season_named(branch_id: int, season: str) -> HeatingSeason | None:
    """The row that a branch follows for "2026-27"; none before finance has entered it."""
    return HeatingSeason.objects.for_branch(branch_id).filter(season=season).first()


def bill_of_season(account: Account, season: HeatingSeason) -> Bill | None:
    """What was billed to the account for the season as a whole."""
    found: Bill | None = (
        Bill.objects.filter(account=account, kind=Bill.Kind.HEATING, period=season.season)
        .exclude(state=Bill.State.CANCELLED)
        .first()
    )
    return found


def earlier_debts(account: Account, season: HeatingSeason) -> bool:
    """Whether the account owes anything besides what this season is about."""
    return (
        Bill.objects.open()
        .filter(account=account)
        .exclude(Q(kind=Bill.Kind.HEATING) & Q(period=season.season))
        .exists()
    )


def is_in_warranty(account: Account, season: HeatingSeason) -> bool:
    """Whether the building is in its first seasons, for which the developer answers (two, unless the city says so)."""
    premises = account.premises
    handover = BuildingHandover.objects.filter(
        district_id=premises.district_id, community=premises.community, building=premises.building
    ).first()
    if handover is None:
        return False
    day = handover.handed_over_on
    first_year = day.year if day.month >= SEASON_YEAR_STARTS_IN else day.year - 1
    return first_year <= season.first_year < first_year + season.warranty_seasons


def method_in(account: Account, season: HeatingSeason) -> str:
    """How the household is billed in the season: a conversion counts from the season after it."""
    last = (
        HouseholdConversion.objects.filter(account=account, converted_on__lte=season.starts_on)
        .order_by("converted_on")
        .last()
    )
    return last.method if last else HouseholdConversion.Method.AREA
