"""The heating season as the heating company looks at it: how far it is, and what waits."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import Staff
from billing.models import Bill, HeatCredit, HeatingSeason, HeatSuspension, TemperatureRefund, TemperatureTest
from billing.money import NO_MONEY

State = HeatSuspension.State
# An application is answered within so many days (domain.md 2.5.1).
ANSWER_DAYS = 10


@dataclass(frozen=True, slots=True)
class SeasonFigures:
    """Counts and sums of one season, of the accounts that a person sees."""

    billed: int
    billed_amount: Decimal
    paid_amount: Decimal
    open_amount: Decimal
    paid_in_full: int
    applied: int
    suspended: int
    resumed: int
    refunds_proposed: int
    refunded_amount: Decimal
    tests: int
    tests_below: int

    @property
    def paid_pct(self) -> Decimal | None:
        if not self.billed_amount:
            return None
        return (self.paid_amount * 100 / self.billed_amount).quantize(Decimal("0.1"))


def seasons_for(staff: Staff) -> QuerySet[HeatingSeason]:
    """The seasons that exist for this person: of the own branch and for all, or everybody's."""
    seasons: QuerySet[HeatingSeason] = HeatingSeason.objects.select_related("branch")
    if not staff.has_perm("accounts.see_every_branch"):
        seasons = seasons.filter(Q(branch__isnull=True) | Q(branch_id=staff.branch_id or 0))
    return seasons.order_by("-season", F("branch").asc(nulls_first=True))


def figures_of(season: HeatingSeason, staff: Staff) -> SeasonFigures:
    """Five queries, whatever the number of accounts."""
    bills = _of_branch(Bill.objects.exclude(state=Bill.State.CANCELLED), season, staff).filter(
        service="HEAT", period__startswith=season.season
    )
    billed = bills.aggregate(
        bills=Count("pk", filter=Q(kind=Bill.Kind.HEATING)),
        amount=Sum("amount", default=NO_MONEY),
        open=Sum("outstanding", default=NO_MONEY),
        paid=Count("pk", filter=Q(kind=Bill.Kind.HEATING, state=Bill.State.PAID)),
    )
    credited = _of_branch(
        HeatCredit.objects.exclude(bill__state=Bill.State.CANCELLED), season, staff, "bill__account__"
    ).filter(bill__period__startswith=season.season)
    given_back = credited.aggregate(
        all=Sum("amount", default=NO_MONEY),
        cold=Sum("amount", default=NO_MONEY, filter=Q(reason=HeatCredit.Reason.TEMPERATURE)),
    )
    states = dict(suspensions_of(season, staff).order_by().values_list("state").annotate(number=Count("pk")))
    tests = tests_of(season, staff).aggregate(all=Count("pk"), below=Count("pk", filter=Q(is_below=True)))
    # What went back was never owed: a household that is suspended paid its basic fee, not its area.
    owed = billed["amount"] - given_back["all"]
    return SeasonFigures(
        billed=billed["bills"],
        billed_amount=owed,
        paid_amount=owed - billed["open"],
        open_amount=billed["open"],
        paid_in_full=billed["paid"],
        applied=states.get(State.APPLIED, 0),
        suspended=states.get(State.APPROVED, 0) + states.get(State.ENDED, 0),
        resumed=states.get(State.RESUMED, 0),
        refunds_proposed=refunds_of(season, staff).filter(state=TemperatureRefund.State.PROPOSED).count(),
        refunded_amount=given_back["cold"],
        tests=tests["all"],
        tests_below=tests["below"],
    )


def suspensions_of(season: HeatingSeason, staff: Staff) -> QuerySet[HeatSuspension]:
    rows: QuerySet[HeatSuspension] = HeatSuspension.objects.visible_to(staff).filter(season=season)
    return rows.select_related("account__customer", "account__premises", "applied_by", "decided_by", "season")


def refunds_of(season: HeatingSeason, staff: Staff) -> QuerySet[TemperatureRefund]:
    rows: QuerySet[TemperatureRefund] = TemperatureRefund.objects.visible_to(staff).filter(
        bill__period=season.season
    )
    if season.branch_id is not None:
        rows = rows.filter(account__branch_id=season.branch_id)
    return rows.select_related("account__customer", "account__premises", "proposed_by", "decided_by")


def tests_of(season: HeatingSeason, staff: Staff) -> QuerySet[TemperatureTest]:
    rows: QuerySet[TemperatureTest] = TemperatureTest.objects.visible_to(staff).filter(
        tested_at__date__range=(season.starts_on, season.ends_on)
    )
    if season.branch_id is not None:
        rows = rows.filter(account__branch_id=season.branch_id)
    return rows.select_related("account__customer", "account__premises", "tested_by")


def answer_by(suspension: HeatSuspension) -> datetime.date:
    return suspension.applied_on + datetime.timedelta(days=ANSWER_DAYS)


def _of_branch(
    rows: QuerySet[Any], season: HeatingSeason, staff: Staff, account: str = "account__"
) -> QuerySet[Any]:
    if season.branch_id is not None:
        rows = rows.filter(**{f"{account}branch_id": season.branch_id})
    if not staff.has_perm("accounts.see_every_branch"):
        rows = rows.filter(**{f"{account}branch_id": staff.branch_id or 0})
    return rows
