"""A step of a case has reached the customer, and this is what proves it. Only that moves a case up the ladder."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import ArrearsCase, CaseStep, DeliveryProof
from billing.services.refusals import ArrearsRefused


@transaction.atomic
def deliver_step(
    step_id: int,
    *,
    kind: DeliveryProof.Kind,
    at: datetime,
    by: Staff | None,
    delivered_at: datetime | None = None,
    reference: str = "",
    place: str = "",
    photo: str = "",
) -> CaseStep:
    """Keep the proof, and let the case stand on this step from the day of the delivery on (peers.md L7).

    `at` is now; `delivered_at` is when the customer had it, now unless said. `by` is None for a delivery report.
    Codes: step_not_waiting, step_out_of_order, step_not_approved.
    """
    delivered_at = delivered_at or at
    account_id = CaseStep.objects.values_list("case__account_id", flat=True).get(pk=step_id)
    Account.objects.select_for_update(no_key=True).get(pk=account_id)
    step = CaseStep.objects.select_related("rule").get(pk=step_id)
    case = ArrearsCase.objects.get(pk=step.case_id)
    if step.state not in CaseStep.WAITING:
        raise ArrearsRefused(
            _("This step is over already: %(state)s."),
            code="step_not_waiting",
            params={"state": step.get_state_display()},
        )
    if step.state == CaseStep.State.PROPOSED:
        raise ArrearsRefused(
            _("This step has not been approved yet. It cannot be carried out before."),
            code="step_not_approved",
        )
    if step.position != case.level + 1:
        raise ArrearsRefused(
            _("Step %(position)s comes after a step that has not been delivered yet."),
            code="step_out_of_order",
            params={"position": step.position},
        )
    DeliveryProof.objects.create(
        step=step,
        kind=kind,
        delivered_at=delivered_at,
        reference=reference,
        place=place,
        photo=photo,
        recorded_at=at,
        recorded_by=by,
    )
    step.state, step.done_at = CaseStep.State.DONE, delivered_at
    step.save(update_fields=["state", "done_at"])
    case.level, case.reached_on = step.position, business_date_of(delivered_at)
    case.save(update_fields=["level", "reached_on"])
    record_audit(
        actor=by,
        action="arrears.deliver_step",
        on=step,
        at=at,
        details={"position": step.position, "proof": kind},
    )
    return step
