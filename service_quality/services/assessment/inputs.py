"""What people enter for the month and the year by hand: pools, weights, scores of teams, completion of branches."""

import datetime
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Branch, Staff
from accounts.services.audit import record_audit
from billing.models.amount import LARGEST_AMOUNT
from billing.money import to_money
from counters.models import Hall
from service_quality.assessment.quality import WHOLE
from service_quality.models import AssessmentRun, BranchCompletion, PayPool, Pool, TeamScore
from service_quality.rounding import to_hundredths
from service_quality.services.refusals import AssessmentRefused

MOST_COMPLETION = Decimal(300)
DECEMBER = 12


@transaction.atomic
def enter_pay_pool(
    month: datetime.date,
    pool: str,
    amount: Decimal,
    *,
    branch: Branch | None = None,
    by: Staff,
    at: datetime.datetime,
) -> PayPool:
    """Say how much the cashiers or the advisers share for a month. Codes: unknown_pool, bad_amount, published."""
    if pool not in Pool.values:
        raise AssessmentRefused(_("Choose a pool from the list."), code="unknown_pool")
    if not amount.is_finite() or not 0 <= amount <= LARGEST_AMOUNT or to_money(amount) != amount:
        raise AssessmentRefused(_("A pool is an amount of money."), code="bad_amount")
    month = month.replace(day=1)
    _check_is_open(month)
    row, _is_new = PayPool.objects.update_or_create(
        month=month, pool=pool, branch=branch, defaults={"amount": amount, "entered_by": by, "entered_at": at}
    )
    record_audit(
        actor=by,
        action="enter_pay_pool",
        on=row,
        at=at,
        branch=branch,
        details={"month": f"{month:%Y-%m}", "pool": pool, "amount": str(amount)},
    )
    return row


@transaction.atomic
def enter_month_scores(
    month: datetime.date, scores: Mapping[tuple[Hall, str], Decimal], *, by: Staff, at: datetime.datetime
) -> list[TeamScore]:
    """Enter what the visits of a month gave each hall for place and service. Codes: unknown_item, bad_score, published."""
    month = month.replace(day=1)
    _check_is_open(month)
    return _enter_scores(month.year, month.month, scores, TeamScore.MONTHLY, by, at)


@transaction.atomic
def enter_year_scores(
    year: int, scores: Mapping[tuple[Hall, str], Decimal], *, by: Staff, at: datetime.datetime
) -> list[TeamScore]:
    """Enter the three items of the year's end. Codes: unknown_item, bad_score, locked."""
    _check_year_is_open(year)
    return _enter_scores(year, None, scores, TeamScore.YEARLY, by, at)


@transaction.atomic
def enter_branch_completion(
    year: int, branch: Branch, percent: Decimal, *, by: Staff, at: datetime.datetime
) -> BranchCompletion:
    """Say how far a branch got with the plan of a year. Codes: bad_completion, locked."""
    if not percent.is_finite() or not 0 <= percent <= MOST_COMPLETION or to_hundredths(percent) != percent:
        raise AssessmentRefused(_("The completion is a percentage up to 300."), code="bad_completion")
    _check_year_is_open(year)
    row, _is_new = BranchCompletion.objects.update_or_create(
        year=year, branch=branch, defaults={"percent": percent, "entered_by": by, "entered_at": at}
    )
    record_audit(
        actor=by,
        action="enter_branch_completion",
        on=row,
        at=at,
        branch=branch,
        details={"year": year, "percent": str(percent)},
    )
    return row


def _enter_scores(
    year: int,
    month: int | None,
    scores: Mapping[tuple[Hall, str], Decimal],
    items: tuple[str, ...],
    by: Staff,
    at: datetime.datetime,
) -> list[TeamScore]:
    rows = []
    for (hall, item), score in scores.items():
        if item not in items:
            raise AssessmentRefused(_("This item is scored at another time."), code="unknown_item")
        if not score.is_finite() or not 0 <= score <= WHOLE or to_hundredths(score) != score:
            raise AssessmentRefused(_("A score is a number from 0 to 100."), code="bad_score")
        row, _is_new = TeamScore.objects.update_or_create(
            hall=hall,
            item=item,
            year=year,
            month=month,
            defaults={"score": score, "entered_by": by, "entered_at": at},
        )
        rows.append(row)
    record_audit(
        actor=by,
        action="enter_team_scores",
        on=TeamScore,
        at=at,
        details={
            "year": year,
            "month": month,
            "scores": {f"{hall.number} {item}": str(score) for (hall, item), score in scores.items()},
        },
    )
    return rows


def _check_is_open(month: datetime.date) -> None:
    """Nobody publishes the month before this is written. Codes: published."""
    run = AssessmentRun.objects.select_for_update().filter(month=month).first()
    if run is not None and not run.is_draft:
        raise AssessmentRefused(
            _("%(month)s is published: what it was reckoned from stays."),
            code="published",
            params={"month": run.label},
        )


def _check_year_is_open(year: int) -> None:
    run = AssessmentRun.objects.select_for_update().filter(month=datetime.date(year, DECEMBER, 1)).first()
    if run is not None and run.is_locked:
        raise AssessmentRefused(
            _("December %(year)s is locked, and the year with it."), code="locked", params={"year": year}
        )
