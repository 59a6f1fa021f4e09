"""The assessment of a month: measured from the books, a draft that may be reckoned again until it is published."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from counters.models import Hall
from service_quality.assessment import FORMULA_VERSION
from service_quality.models import AssessmentCount, AssessmentLine, AssessmentMatter, AssessmentRun, PayPool
from service_quality.queries.assessment.quality_inputs import matters_of
from service_quality.queries.assessment.rules import quality_rule_of, rule_on, snapshot_of, weights_on
from service_quality.services.assessment.measuring import Key, Measured, measure_month
from service_quality.services.assessment.reckoning import reckon_run
from service_quality.services.refusals import AssessmentRefused

State = AssessmentRun.State
MEASURED = (
    "pay_pool", "ratings", "measured_workload", "measured_satisfaction", "basis", "measured_complaints",
    "measured_missed",
)  # fmt: skip


@transaction.atomic
def run_assessment(
    month: datetime.date, *, at: datetime.datetime, started_by: Staff | None = None
) -> AssessmentRun:
    """Assess everybody's month, or reckon its draft again: the books count as they stood at the first run.

    Two that ask at once wait for each other, and the second finds the same numbers.
    Codes: month_not_over, published, no_weight, no_pool.
    """
    month = month.replace(day=1)
    if month >= business_date_of(at).replace(day=1):
        raise AssessmentRefused(
            _("%(month)s is not over yet: it is assessed from the first of the next month on."),
            code="month_not_over",
            params={"month": f"{month:%Y-%m}"},
        )
    run = _open_run(month, at, started_by)
    if not run.rule:
        # The first time: later the matters go on, and a re-run must find what this one found.
        AssessmentMatter.objects.bulk_create(matters_of(run))
    rule, weights = rule_on(month), weights_on(month)
    run.rule, run.formula_version = snapshot_of(rule, weights), FORMULA_VERSION
    run.made_at, run.made_by = at, started_by
    run.save(update_fields=["rule", "formula_version", "made_at", "made_by"])
    measured = measure_month(
        run, quality_rule_of(run.rule), {code: one.weight for code, one in weights.items()}
    )
    _write_lines(run, measured)
    lines = reckon_run(run)
    record_audit(
        actor=started_by,
        action="run_assessment",
        on=run,
        at=at,
        details={"month": run.label, "lines": len(lines), "formula": FORMULA_VERSION},
    )
    return run


def lock_run(month: datetime.date) -> AssessmentRun:
    """Lock the run of a month: whoever changes a figure of it holds this. Code: no_run."""
    run = AssessmentRun.objects.select_for_update().filter(month=month).first()
    if run is None:
        raise AssessmentRefused(_("This month is not assessed yet."), code="no_run")
    return run


def _open_run(month: datetime.date, at: datetime.datetime, started_by: Staff | None) -> AssessmentRun:
    # Two first runs meet at the unique month: the second one waits here until the first is committed.
    AssessmentRun.objects.bulk_create(
        [
            AssessmentRun(
                month=month, formula_version=FORMULA_VERSION, measured_at=at, made_at=at, made_by=started_by
            )
        ],
        ignore_conflicts=True,
    )
    run = lock_run(month)
    if run.state != State.DRAFT:
        raise AssessmentRefused(
            _("%(month)s is published: it is corrected by approved corrections, not run again."),
            code="published",
            params={"month": run.label},
        )
    return run


def _write_lines(run: AssessmentRun, measured: Mapping[Key, Measured]) -> None:
    """Write what was measured; a line that was there keeps its key, one that is no longer found goes."""
    pools = _pools_of(run, measured)
    rows = [
        AssessmentLine(
            run=run,
            staff_id=one.staff_id,
            pool=one.pool,
            hall_id=one.hall_id,
            pay_pool=pools[key],
            ratings=list(one.ratings),
            measured_workload=one.workload,
            measured_satisfaction=one.satisfaction,
            basis=one.basis,
            measured_complaints=one.complaints,
            measured_missed=one.missed,
        )
        for key, one in sorted(measured.items())
    ]
    AssessmentCount.objects.filter(line__run=run).delete()
    AssessmentLine.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["run", "staff", "hall", "pool"], update_fields=MEASURED
    )
    keys = {
        (staff_id, pool, hall_id): pk
        for pk, staff_id, pool, hall_id in run.lines.values_list("pk", "staff_id", "pool", "hall_id")
    }
    if gone := [pk for key, pk in keys.items() if key not in measured]:
        run.lines.filter(pk__in=gone).delete()
    weights = run.rule["weights"]
    AssessmentCount.objects.bulk_create(
        AssessmentCount(
            line_id=keys[key], business=code, count=count, undone=undone, weight=weights[code]["weight"]
        )
        for key, one in sorted(measured.items())
        for code, (count, undone) in sorted(one.counts.items())
    )


def _pools_of(run: AssessmentRun, measured: Mapping[Key, Measured]) -> dict[Key, PayPool]:
    """The pool that each line draws from: that of its branch, otherwise the company's. Code: no_pool."""
    pools = {(one.pool, one.branch_id): one for one in PayPool.objects.filter(month=run.month)}
    branches = dict(Hall.objects.values_list("pk", "branch_id"))
    found: dict[Key, PayPool] = {}
    for key, one in measured.items():
        pool = pools.get((one.pool, branches[one.hall_id])) or pools.get((one.pool, None))
        if pool is None:
            raise AssessmentRefused(
                _("No amount is entered for the pool of %(pool)s in %(month)s."),
                code="no_pool",
                params={"pool": PayPool(pool=one.pool).get_pool_display(), "month": run.label},
            )
        found[key] = pool
    return found
