"""Draft → published → locked, and never back."""

import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Sum
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from service_quality.models import AssessmentCorrection, AssessmentRun, PayPool
from service_quality.services.assessment.runs import lock_run
from service_quality.services.refusals import AssessmentRefused

State = AssessmentRun.State


@transaction.atomic
def publish_assessment(month: datetime.date, *, by: Staff, at: datetime.datetime) -> AssessmentRun:
    """Show everybody their month. Codes: no_run, not_a_draft, correction_waiting, pool_changed."""
    run = lock_run(month)
    if run.state != State.DRAFT:
        raise AssessmentRefused(_("This month is published already."), code="not_a_draft")
    _check_nothing_waits(run)
    _check_pools_are_split(run)
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


def _check_pools_are_split(run: AssessmentRun) -> None:
    """A pool that was entered after the draft was reckoned is in nobody's pay yet."""
    lines = run.lines.order_by()
    own = PayPool.objects.filter(month=run.month, pool=OuterRef("pool"), branch=OuterRef("hall__branch"))
    draws_on_another = lines.filter(Exists(own), pay_pool__branch__isnull=True)
    split = lines.values("pay_pool", "pay_pool__amount").annotate(paid=Sum("pay"), worked=Sum("points"))
    # Where nobody has points the pool stays whole.
    differs = split.filter(worked__gt=0).exclude(paid=F("pay_pool__amount"))
    if draws_on_another.exists() or differs.exists():
        raise AssessmentRefused(
            _("A pool was entered after %(month)s was reckoned. Reckon the month again first."),
            code="pool_changed",
            params={"month": run.label},
        )
