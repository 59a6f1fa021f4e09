"""From measured figures and approved corrections to quality, points and pay."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from service_quality.assessment.pay import points_of, split_pool
from service_quality.assessment.quality import quality_of
from service_quality.models import AssessmentCorrection, AssessmentLine, AssessmentRun
from service_quality.queries.assessment.rules import quality_rule_of

Line = AssessmentLine
RECKONED = ("workload", "satisfaction", "complaints", "missed", "quality", "points", "pay")


def reckon_run(run: AssessmentRun) -> list[AssessmentLine]:
    """Give every line of the run its points and its share. The caller holds the run's lock. Four queries."""
    lines = list(Line.objects.filter(run=run).select_related("pay_pool").order_by("pk"))
    _correct(run, lines)
    rule = quality_rule_of(run.rule)
    pools: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        line.quality = quality_of(line.satisfaction, line.complaints, line.missed, rule)
        line.points = points_of(line.workload, line.quality)
        pools[line.pay_pool_id].append(line)
    for sharing in pools.values():
        # By person and hall, not by key: a month reckoned in another database gives the same fen.
        points = {(line.staff_id, line.hall_id): line.points for line in sharing}
        shares = split_pool(sharing[0].pay_pool.amount, points)
        for line in sharing:
            line.pay = shares[(line.staff_id, line.hall_id)]
    Line.objects.bulk_update(lines, RECKONED)
    return lines


def _correct(run: AssessmentRun, lines: Sequence[Line]) -> None:
    """Begin with what was measured, and put approved corrections in its place, the newest last."""
    approved = AssessmentCorrection.objects.filter(run=run, state=AssessmentCorrection.State.APPROVED)
    corrected: dict[tuple[int, str, int, str], Decimal] = {
        (one.staff_id, one.pool, one.hall_id, one.field): one.new
        for one in approved.order_by("decided_at", "pk")
    }
    for line in lines:
        measured = {
            "workload": line.measured_workload,
            "satisfaction": line.measured_satisfaction,
            "complaints": line.measured_complaints,
            "missed": line.measured_missed,
        }
        for name, value in measured.items():
            new = corrected.get((line.staff_id, line.pool, line.hall_id, name), value)
            setattr(line, name, int(new) if name in ("complaints", "missed") else new)
