"""What waits for a second person, what somebody proposed, what was decided: for the list of corrections."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Staff
from billing.models import Adjustment, CorrectionBatch, Decision, Waiver
from billing.queries.bill_corrections import TONES
from billing.queries.correction_batches import progress_of
from billing.queries.limits import limit_of

SHOWN = 50
BATCH_TONES = {
    CorrectionBatch.State.PROPOSED: "wait",
    CorrectionBatch.State.APPROVED: "wait",
    CorrectionBatch.State.REFUSED: "",
    CorrectionBatch.State.DONE: "done",
}
VIEWS = ("waiting", "mine", "done")


def corrections_for(staff: Staff, view: str) -> dict[str, Any]:
    """Adjustments, waivers and batches of one view, newest first, and how many wait in all."""
    adjustments = Adjustment.objects.visible_to(staff)
    waivers = Waiver.objects.visible_to(staff)
    batches = CorrectionBatch.objects.all() if staff.has_perm("billing.view_correctionbatch") else None
    limit = limit_of(staff, "WAIVER")
    return {
        "adjustments": [
            _adjustment(one, staff)
            for one in _chosen(adjustments, view, staff).select_related(
                "account__customer", "bill", "charge", "proposed_by", "decided_by"
            )[:SHOWN]
        ],
        "waivers": [
            _waiver(one, staff, limit)
            for one in _chosen(waivers, view, staff).select_related(
                "bill__account__customer", "proposed_by", "decided_by"
            )[:SHOWN]
        ],
        "batches": [
            _batch(one)
            for one in _chosen_batches(batches, view, staff).select_related("proposed_by", "decided_by")[
                :SHOWN
            ]
        ]
        if batches is not None
        else [],
        "waiting_count": adjustments.filter(state=Decision.PROPOSED).count()
        + waivers.filter(state=Decision.PROPOSED).count()
        + (batches.filter(state=CorrectionBatch.State.PROPOSED).count() if batches is not None else 0),
    }


def _chosen(rows: QuerySet[Any], view: str, staff: Staff) -> QuerySet[Any]:
    if view == "mine":
        return rows.filter(proposed_by=staff)
    waits = rows.filter(state=Decision.PROPOSED)
    return waits if view == "waiting" else rows.exclude(state=Decision.PROPOSED).order_by("-decided_at")


def _chosen_batches(rows: QuerySet[Any], view: str, staff: Staff) -> QuerySet[Any]:
    if view == "mine":
        return rows.filter(proposed_by=staff)
    # What is approved still has to be worked off.
    working = (CorrectionBatch.State.PROPOSED, CorrectionBatch.State.APPROVED)
    return rows.filter(state__in=working) if view == "waiting" else rows.exclude(state__in=working)


def _may_decide(one: Any, staff: Staff) -> bool:
    return (
        bool(one.is_waiting)
        and one.proposed_by_id != staff.pk
        and staff.has_perm("billing.approve_correction")
    )


def _adjustment(one: Adjustment, staff: Staff) -> dict[str, Any]:
    about = one.charge or one.bill
    return {
        **_common(one),
        "account_no": one.account.account_no,
        "name": one.account.customer.name,
        "account_url": reverse("accounts:account_detail", args=[one.account.account_no]),
        "bill": about.number if about else "",
        "bill_url": reverse("billing:bill_detail", args=[about.number]) if about else "",
        "decide_url": reverse("billing:adjustment_decide", args=[one.pk]) if _may_decide(one, staff) else "",
        "is_credit": one.amount < 0,
    }


def _waiver(one: Waiver, staff: Staff, limit: Decimal) -> dict[str, Any]:
    account = one.bill.account
    return {
        **_common(one),
        "account_no": account.account_no,
        "name": account.customer.name,
        "account_url": reverse("accounts:account_detail", args=[account.account_no]),
        "bill": one.bill.number,
        "bill_url": reverse("billing:bill_detail", args=[one.bill.number]),
        "decide_url": reverse("billing:waiver_decide", args=[one.pk]) if _may_decide(one, staff) else "",
        "is_above_limit": _may_decide(one, staff) and one.amount > limit,
    }


def _common(one: Adjustment | Waiver) -> dict[str, Any]:
    return {
        "amount": one.amount,
        "reason": one.get_reason_display(),
        "note": one.note,
        "proposed_by": one.proposed_by,
        "proposed_at": one.proposed_at,
        "decided_by": one.decided_by,
        "decided_at": one.decided_at,
        "state_label": one.get_state_display(),
        "state_tone": TONES[Decision(one.state)],
    }


def _batch(one: CorrectionBatch) -> dict[str, Any]:
    return {
        "url": reverse("billing:batch", args=[one.pk]),
        "reason": one.get_reason_display(),
        "note": one.note,
        "proposed_by": one.proposed_by,
        "proposed_at": one.proposed_at,
        "decided_by": one.decided_by,
        "state_label": one.get_state_display(),
        "state_tone": BATCH_TONES[CorrectionBatch.State(one.state)],
        "progress": progress_of(one),
    }
