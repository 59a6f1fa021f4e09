"""Draft → published → locked, and never back."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from service_quality.models import AssessmentCorrection, AssessmentRun
from service_quality.services.assessment.runs import lock_run
from service_quality.services.refusals import AssessmentRefused

State = AssessmentRun.State


@transaction.atomic
def publish_assessment(month: datetime.date, *, by: Staff, at: datetime.datetime) -> AssessmentRun:
    """Show everybody their month. Codes: no_run, not_a_draft, correction_waiting."""
    run = lock_run(month)
    if run.state != State.DRAFT:
        raise AssessmentRefused(_("This month is published already."), code="not_a_draft")
    _check_nothing_waits(run)
    run.state, run.published_at, run.published_by = State.PUBLISHED, at, by
    run.save(update_fields=["state", "published_at", "published_by"])
    record_audit(actor=by, action="publish_assessment", on=run, at=at, details={"month": run.label})
    return run


@transaction.atomic
def lock_assessment(month: datetime.date, *, by: Staff, at: datetime.datetime) -> AssessmentRun:
    """End the month: it is paid out, and nothing in it changes any more.

    Codes: no_run, not_published, correction_waiting.
    """
    run = lock_run(month)
    if run.state != State.PUBLISHED:
        raise AssessmentRefused(_("Only a published month is locked."), code="not_published")
    _check_nothing_waits(run)
    run.state, run.locked_at, run.locked_by = State.LOCKED, at, by
    run.save(update_fields=["state", "locked_at", "locked_by"])
    record_audit(actor=by, action="lock_assessment", on=run, at=at, details={"month": run.label})
    return run


def _check_nothing_waits(run: AssessmentRun) -> None:
    waiting = run.corrections.filter(state=AssessmentCorrection.State.ASKED).count()
    if waiting:
        raise AssessmentRefused(
            _("%(count)s corrections wait for a decision. Decide about them first."),
            code="correction_waiting",
            params={"count": waiting},
        )
