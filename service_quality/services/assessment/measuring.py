"""What a month holds for each person in each hall, before anything is corrected or paid."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from service_quality.assessment.pay import workload_of
from service_quality.assessment.quality import QualityRule, satisfaction_of
from service_quality.models import AssessmentMatter, AssessmentRun
from service_quality.queries.assessment.quality_inputs import ratings_in
from service_quality.queries.assessment.rules import kinds_of_business
from service_quality.queries.assessment.work_inputs import Work, work_of
from service_quality.satisfaction import LEVELS
from service_quality.services.refusals import AssessmentRefused

NOBODY_RATED = (0,) * len(LEVELS)
# Person, pool, hall.
Key = tuple[int, str, int]


@dataclass(slots=True)
class Measured:
    """One person's month in one hall."""

    staff_id: int
    pool: str
    hall_id: int
    # By kind of business: done, and done but undone again.
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    ratings: Sequence[int] = NOBODY_RATED
    workload: Decimal = Decimal("0.00")
    satisfaction: Decimal = Decimal("0.00")
    basis: str = ""
    complaints: int = 0
    missed: int = 0


def measure_month(
    run: AssessmentRun, rule: QualityRule, weights: Mapping[str, Decimal]
) -> dict[Key, Measured]:
    """Count the month of everybody who did something in it. Three queries. Code: no_weight."""
    lines = _work(work_of(run.month, run.last_day, run.measured_at), weights)
    _rate(lines, ratings_in(run), rule)
    _count_matters(lines, run.matters.select_related("matter"))
    return lines


def _work(done: Iterable[Work], weights: Mapping[str, Decimal]) -> dict[Key, Measured]:
    lines: dict[Key, Measured] = {}
    for work in done:
        if work.business not in weights:
            raise AssessmentRefused(
                _("Nobody has said how much %(business)s counts as work. Enter its weight first."),
                code="no_weight",
                params={"business": kinds_of_business().get(work.business, work.business)},
            )
        key = (work.staff_id, work.post, work.hall_id)
        line = lines.setdefault(key, Measured(*key))
        line.counts[work.business] = (work.times, work.undone)
    for line in lines.values():
        line.workload = workload_of((count, weights[code]) for code, (count, _undone) in line.counts.items())
    return lines


def _rate(
    lines: Mapping[Key, Measured], ratings: Mapping[tuple[int, int], Sequence[int]], rule: QualityRule
) -> None:
    halls: defaultdict[int, list[Sequence[int]]] = defaultdict(list)
    for (_staff, hall_id), counts in ratings.items():
        halls[hall_id].append(counts)
    of_hall = {hall_id: _sum(counts) for hall_id, counts in halls.items()}
    company = _sum(of_hall.values())
    for line in lines.values():
        line.ratings = ratings.get((line.staff_id, line.hall_id), NOBODY_RATED)
        line.satisfaction, basis = satisfaction_of(
            line.ratings, of_hall.get(line.hall_id, NOBODY_RATED), company, rule
        )
        line.basis = basis.value


def _main_halls(lines: Mapping[Key, Measured]) -> dict[int, Measured]:
    """Where each person did most: what names no hall of theirs goes there."""
    main: dict[int, Measured] = {}
    for line in sorted(lines.values(), key=lambda one: (-one.workload, one.hall_id)):
        main.setdefault(line.staff_id, line)
    return main


def _count_matters(lines: Mapping[Key, Measured], against: Iterable[AssessmentMatter]) -> None:
    """What counts against somebody stands with the hall where it happened, or where the person did most."""
    by_hall = {(line.staff_id, line.hall_id): line for line in lines.values()}
    main = _main_halls(lines)
    for one in against:
        line = by_hall.get((one.staff_id, one.matter.hall_id or 0)) or main.get(one.staff_id)
        if line is None:
            continue
        if one.kind == AssessmentMatter.Kind.COMPLAINT:
            line.complaints += 1
        else:
            line.missed += 1


def _sum(counts: Iterable[Sequence[int]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(NOBODY_RATED, *counts, strict=True)))
