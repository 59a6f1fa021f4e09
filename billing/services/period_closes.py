import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.models import BillRun, BillRunFinding, PeriodClose
from billing.queries.period_checks import period_checks
from billing.services.locks import lock_period
from billing.services.refusals import BillingRefused


class PeriodCloseRefused(BillingRefused):
    """The period stays open."""


class FindingRefused(BillingRefused):
    """The finding stays without an explanation."""


@transaction.atomic
def close_period(run: BillRun, *, closed_by: Staff, at: datetime.datetime) -> PeriodClose:
    """Close the period of a run: from now on only a bill that replaces another may be issued for it.

    Codes: already_closed, and of the check list not_published, chunks_left, unexplained.
    """
    lock_period(run.service, run.period)
    run = BillRun.objects.select_for_update().get(pk=run.pk)
    if PeriodClose.objects.filter(run=run).exists():
        raise PeriodCloseRefused(_("This period is closed already."), code="already_closed")
    for check in period_checks(run):
        if not check.holds:
            raise PeriodCloseRefused(check.sentence, code=check.code)
    close = PeriodClose.objects.create(run=run, closed_at=at, closed_by=closed_by)
    record_audit(
        actor=closed_by,
        action="close_period",
        on=run,
        at=at,
        details={"service": run.service, "period": run.period},
    )
    return close


@transaction.atomic
def explain_finding(
    finding: BillRunFinding, *, explanation: str, explained_by: Staff, at: datetime.datetime
) -> BillRunFinding:
    """Say why an account has no bill, or why its bill is right. Codes: empty, period_closed."""
    finding = BillRunFinding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    explanation = explanation.strip()
    if not explanation:
        raise FindingRefused(_("Say in a few words what was found."), code="empty")
    if PeriodClose.objects.filter(run=finding.run_id).exists():
        raise FindingRefused(_("This period is closed already."), code="period_closed")
    finding.explanation, finding.explained_by, finding.explained_at = explanation, explained_by, at
    finding.save(update_fields=["explanation", "explained_by", "explained_at"])
    record_audit(
        actor=explained_by,
        action="explain_finding",
        on=finding,
        at=at,
        reason=explanation,
        branch=finding.account.branch,
    )
    return finding
