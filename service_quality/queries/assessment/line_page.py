"""One person's month with its arithmetic, so that everybody can reckon it again by hand."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from billing.money import FEN, NO_MONEY
from service_quality.models import AssessmentCorrection, AssessmentLine, Rating
from service_quality.queries.assessment.rules import business_name, quality_rule_of

Basis = AssessmentLine.Basis
EXACT = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Piece:
    """One kind of business in the workload."""

    code: str
    name: str
    count: int
    undone: int
    weight: Decimal
    work: Decimal


@dataclass(frozen=True, slots=True)
class Level:
    name: str
    count: int
    weight: Decimal


def pieces_of(line: AssessmentLine) -> list[Piece]:
    """What was done, kind by kind."""
    return [
        Piece(
            one.business,
            business_name(line.run.rule, one.business),
            one.count,
            one.undone,
            one.weight,
            one.work,
        )
        for one in line.counts.order_by("business")
    ]


def levels_of(line: AssessmentLine) -> list[Level]:
    """How customers rated, the best level first. Never who rated, nor which visit."""
    weights = line.run.rule["level_weights"]
    return [
        Level(str(Rating.Level(number).label), line.ratings[number - 1], Decimal(weights[number - 1]))
        for number in range(len(weights), 0, -1)
    ]


def arithmetic_of(line: AssessmentLine) -> dict[str, Any]:
    """The sentences from the work to the pay. One query."""
    rule = quality_rule_of(line.run.rule)
    points = line.pay_pool.lines.aggregate(total=Sum("points"))["total"] or NO_MONEY
    exact = (line.pay_pool.amount * line.points / points) if points else NO_MONEY
    return {
        "basis": basis_in_words(line),
        "per_complaint": rule.per_complaint,
        "per_missed": rule.per_missed_inquiry,
        "taken_away": line.satisfaction - line.quality,
        "all_points": points,
        "exact": f"{exact.quantize(EXACT, ROUND_DOWN):,}",
        "is_rounded_up": line.pay > exact.quantize(FEN, ROUND_DOWN),
    }


def basis_in_words(line: AssessmentLine) -> str:
    """Whose ratings the satisfaction was taken from, and why."""
    fewest, rated = line.run.rule["fewest_ratings"], line.rated
    values = {"rated": rated, "fewest": fewest}
    if line.basis == Basis.OWN:
        return _("%(rated)s customers rated: their mean counts.") % values
    if line.basis == Basis.LOWER_BOUND:
        return _("%(rated)s customers rated, fewer than %(fewest)s: the lower bound counts.") % values
    if line.basis == Basis.HALL:
        return (
            _("%(rated)s customers rated, fewer than %(fewest)s: the mean of the hall stands in for them.")
            % values
        )
    if line.basis == Basis.COMPANY:
        return _("Nobody rated in this hall: the mean of the company stands in.")
    return _("Nobody rated anywhere: the figure of the rule stands in.")


def corrections_of(line: AssessmentLine) -> list[AssessmentCorrection]:
    """What was asked to be corrected in this line, by whom, why, and what came of it."""
    return list(
        AssessmentCorrection.objects.filter(
            run=line.run_id, staff=line.staff_id, hall=line.hall_id, pool=line.pool
        ).select_related("asked_by", "decided_by")
    )


def other_lines_of(line: AssessmentLine) -> list[AssessmentLine]:
    """The same person's lines of this month in other halls."""
    return list(
        AssessmentLine.objects.filter(run=line.run_id, staff=line.staff_id)
        .exclude(pk=line.pk)
        .select_related("hall")
    )
