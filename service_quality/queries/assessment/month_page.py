"""The month as a page: each pool with its people, so that the column of pay can be added up to the pool."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Sum

from accounts.models import Staff
from billing.money import NO_MONEY
from service_quality.models import AssessmentCorrection, AssessmentLine, AssessmentRun, PayPool

# The width of the longest bar, in units of its drawing.
WIDEST = 100


@dataclass(slots=True)
class Row:
    line: AssessmentLine
    bar: int
    is_corrected: bool


@dataclass(slots=True)
class Share:
    """One pool of the month: the lines that a person sees, and what the others have together."""

    pool: PayPool
    rows: list[Row] = field(default_factory=list)
    points: Decimal = NO_MONEY
    paid: Decimal = NO_MONEY
    other_lines: int = 0
    other_points: Decimal = NO_MONEY
    other_pay: Decimal = NO_MONEY

    @property
    def undivided(self) -> Decimal:
        return self.pool.amount - self.paid

    @property
    def is_whole(self) -> bool:
        return self.paid == self.pool.amount


def shares_of(run: AssessmentRun, staff: Staff) -> list[Share]:
    """The pools of a month, cashiers before advisers, each with the lines `staff` may see. Four queries."""
    lines = list(
        AssessmentLine.objects.visible_to(staff)
        .filter(run=run)
        .select_related("staff", "hall", "pay_pool__branch")
        .order_by("-pay", "-points", "staff__number", "hall__number")
    )
    corrected = set(
        AssessmentCorrection.objects.filter(run=run, state=AssessmentCorrection.State.APPROVED).values_list(
            "staff_id", "pool", "hall_id"
        )
    )
    shares = {one.pay_pool_id: Share(one.pay_pool) for one in lines}
    for line in lines:
        key = (line.staff_id, line.pool, line.hall_id)
        shares[line.pay_pool_id].rows.append(Row(line, 0, key in corrected))
    _add_others(run, shares.values())
    for share in shares.values():
        most = max((row.line.pay for row in share.rows), default=NO_MONEY)
        for row in share.rows:
            row.bar = int(row.line.pay * WIDEST / most) if most else 0
    return sorted(shares.values(), key=_place)


def work_in_words(run: AssessmentRun, lines: Iterable[AssessmentLine]) -> dict[int, int]:
    """By line, how many pieces of any kind were done: what the list shows beside the points. One query."""
    pieces = AssessmentLine.objects.filter(run=run).values_list("pk").annotate(Sum("counts__count"))
    wanted = {line.pk for line in lines}
    return {pk: total or 0 for pk, total in pieces if pk in wanted}


def waiting_corrections(run: AssessmentRun, staff: Staff) -> list[AssessmentCorrection]:
    """What somebody asked to be corrected, the open ones first."""
    rows = (
        AssessmentCorrection.objects.visible_to(staff)
        .filter(run=run)
        .select_related("staff", "hall", "asked_by", "decided_by")
        .order_by("-pk")
    )
    return sorted(rows, key=lambda one: not one.is_waiting)


def counts_of_people(runs: Iterable[AssessmentRun]) -> Counter[int]:
    """By run, how many people it assessed."""
    rows = (
        AssessmentLine.objects.filter(run__in=list(runs))
        .order_by()
        .values_list("run")
        .annotate(Count("staff", distinct=True))
    )
    return Counter(dict(rows))


def _add_others(run: AssessmentRun, shares: Iterable[Share]) -> None:
    totals = (
        AssessmentLine.objects.filter(run=run)
        .order_by()
        .values_list("pay_pool")
        .annotate(Count("pk"), Sum("points"), Sum("pay"))
    )
    by_pool = {pool: (number, points, pay) for pool, number, points, pay in totals}
    for share in shares:
        number, share.points, share.paid = by_pool[share.pool.pk]
        share.other_lines = number - len(share.rows)
        share.other_points = share.points - sum((row.line.points for row in share.rows), NO_MONEY)
        share.other_pay = share.paid - sum((row.line.pay for row in share.rows), NO_MONEY)


def _place(share: Share) -> tuple[bool, str, int]:
    branch = share.pool.branch
    return share.pool.pool != "CASHIER", branch.code if branch else "", share.pool.pk
