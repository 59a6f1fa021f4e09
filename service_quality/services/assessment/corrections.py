"""A figure that was measured wrong: somebody else asks, a third person decides, and the pool is split again."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from service_quality.assessment.quality import WHOLE
from service_quality.models import AssessmentCorrection, AssessmentLine, AssessmentRun
from service_quality.rounding import to_hundredths
from service_quality.services.assessment.reckoning import reckon_run
from service_quality.services.assessment.runs import lock_run
from service_quality.services.refusals import AssessmentRefused

Field = AssessmentCorrection.Field
State = AssessmentCorrection.State
LONGEST_REASON = 200
MOST = {
    Field.WORKLOAD: Decimal(10**9),
    Field.SATISFACTION: WHOLE,
    Field.COMPLAINTS: Decimal(999),
    Field.MISSED: Decimal(999),
}
WHOLE_NUMBERS = (Field.COMPLAINTS, Field.MISSED)


@transaction.atomic
def ask_correction(
    line_id: int, *, field: str, new: Decimal, reason: str, by: Staff, at: datetime.datetime
) -> AssessmentCorrection:
    """Ask for another figure in somebody's month.

    Codes: unknown_line, locked, own_score, unknown_figure, bad_figure, same_figure, reason_missing, reason_too_long,
    asked_already.
    """
    line = _locked_line(line_id, by)
    _check(line, field, new, reason, by)
    figure = Field(field)
    old = Decimal(getattr(line, figure.value))
    if new == old:
        raise AssessmentRefused(_("This is the figure that stands there."), code="same_figure")
    about = {"run": line.run, "staff": line.staff, "hall": line.hall, "pool": line.pool, "field": figure}
    if AssessmentCorrection.objects.filter(**about, state=State.ASKED).exists():
        raise AssessmentRefused(
            _("A correction of this figure waits for a decision already."), code="asked_already"
        )
    correction = AssessmentCorrection.objects.create(
        **about, old=old, new=to_hundredths(new), reason=reason.strip(), asked_at=at, asked_by=by
    )
    _record(correction, "ask_assessment_correction", by, at)
    return correction


@transaction.atomic
def approve_correction(
    correction: AssessmentCorrection, *, by: Staff, at: datetime.datetime
) -> AssessmentCorrection:
    """Let the new figure count, and split the pools of the month again.

    Codes: locked, own_score, same_person, decided_already, changed_since.
    """
    run = lock_run(correction.run.month)
    correction = _to_be_decided(correction, run, by)
    line = AssessmentLine.objects.filter(
        run=run, staff=correction.staff_id, hall=correction.hall_id, pool=correction.pool
    ).first()
    if line is None or Decimal(getattr(line, correction.field)) != correction.old:
        raise AssessmentRefused(
            _("The figure has changed since this was asked for. Refuse it, and ask again."),
            code="changed_since",
        )
    _decide(correction, State.APPROVED, by, at)
    reckon_run(run)
    _record(correction, "approve_assessment_correction", by, at)
    return correction


@transaction.atomic
def refuse_correction(
    correction: AssessmentCorrection, *, by: Staff, at: datetime.datetime
) -> AssessmentCorrection:
    """Leave the figure as it is. Codes: locked, own_score, same_person, decided_already."""
    run = lock_run(correction.run.month)
    correction = _to_be_decided(correction, run, by)
    _decide(correction, State.REFUSED, by, at)
    _record(correction, "refuse_assessment_correction", by, at)
    return correction


def _locked_line(line_id: int, by: Staff) -> AssessmentLine:
    line = AssessmentLine.objects.visible_to(by).select_related("run").filter(pk=line_id).first()
    if line is None:
        raise AssessmentRefused(_("There is no such line here."), code="unknown_line")
    _check_not_locked(lock_run(line.run.month))
    # Read again under the lock: it may have been reckoned anew meanwhile.
    line = AssessmentLine.objects.select_related("run", "staff", "hall").filter(pk=line_id).first()
    if line is None:
        raise AssessmentRefused(_("There is no such line here."), code="unknown_line")
    return line


def _check(line: AssessmentLine, field: str, new: Decimal, reason: str, by: Staff) -> None:
    if line.staff_id == by.pk:
        raise AssessmentRefused(
            _("This is your own month: somebody else has to ask for its correction."), code="own_score"
        )
    if field not in Field.values:
        raise AssessmentRefused(_("Choose a figure from the list."), code="unknown_figure")
    if not new.is_finite() or not 0 <= new <= MOST[Field(field)] or not _fits(Field(field), new):
        raise AssessmentRefused(_("This figure cannot be so."), code="bad_figure")
    if not reason.strip():
        raise AssessmentRefused(
            _("Say why: whoever is paid by this figure must understand it."), code="reason_missing"
        )
    if len(reason.strip()) > LONGEST_REASON:
        raise AssessmentRefused(_("The reason is too long."), code="reason_too_long")


def _fits(field: Field, new: Decimal) -> bool:
    return new == (new.to_integral_value() if field in WHOLE_NUMBERS else to_hundredths(new))


def _to_be_decided(correction: AssessmentCorrection, run: AssessmentRun, by: Staff) -> AssessmentCorrection:
    _check_not_locked(run)
    correction = AssessmentCorrection.objects.select_related("run").get(pk=correction.pk)
    if correction.state != State.ASKED:
        raise AssessmentRefused(_("This was decided already."), code="decided_already")
    if correction.staff_id == by.pk:
        raise AssessmentRefused(_("This is your own month: somebody else decides."), code="own_score")
    if correction.asked_by_id == by.pk:
        raise AssessmentRefused(_("You asked for this: a second person decides."), code="same_person")
    return correction


def _check_not_locked(run: AssessmentRun) -> None:
    if run.is_locked:
        raise AssessmentRefused(
            _("%(month)s is locked: nothing in it changes any more."),
            code="locked",
            params={"month": run.label},
        )


def _decide(correction: AssessmentCorrection, state: str, by: Staff, at: datetime.datetime) -> None:
    correction.state, correction.decided_by, correction.decided_at = state, by, at
    correction.save(update_fields=["state", "decided_by", "decided_at"])


def _record(correction: AssessmentCorrection, action: str, by: Staff, at: datetime.datetime) -> None:
    record_audit(
        actor=by,
        action=action,
        on=correction,
        at=at,
        reason=correction.reason,
        details={
            "staff": correction.staff.number,
            "figure": correction.field,
            "old": str(correction.old),
            "new": str(correction.new),
        },
    )
