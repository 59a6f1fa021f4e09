"""What was corrected on a bill, and what this person may do about it: for the page of the bill."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.models import Adjustment, Bill, BillCancellation, Decision, Waiver

TONES = {Decision.PROPOSED: "wait", Decision.APPROVED: "done", Decision.REFUSED: ""}


def corrections_of(bill: Bill, staff: Staff, late_charge: Decimal) -> dict[str, Any]:
    """Five queries at most: the cancellation, what replaced the bill, adjustments, waivers, the charge behind it."""
    adjustments = bill.adjustments.select_related(
        "proposed_by", "decided_by", "charge", "follows__bill", "followed_by__bill"
    ).order_by("pk")
    waivers = bill.waivers.select_related("proposed_by", "decided_by").order_by("pk")
    return {
        "cancellation": _cancellation(bill),
        "replaces": _link(bill.replaces) if bill.replaces_id else None,
        "replaced_by": _link(Bill.objects.filter(replaces=bill).first()),
        "charged_by": Adjustment.objects.filter(charge=bill)
        .select_related("proposed_by", "decided_by")
        .first(),
        "adjustments": [adjustment_row(one) for one in adjustments],
        "waivers": [waiver_row(one) for one in waivers],
        "correction_actions": _actions(bill, staff, late_charge),
    }


def adjustment_row(one: Adjustment) -> dict[str, Any]:
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
        "to_bill": one.to_bill,
        "to_credit": one.to_credit,
        "charge": _link(one.charge),
        "follows": _link(one.follows.bill) if one.follows else None,
        "followed_by": _link(_bill_after(one)),
    }


def _bill_after(one: Adjustment) -> Bill | None:
    """The bill on which this credit stands since its own was cancelled."""
    after: Adjustment | None = getattr(one, "followed_by", None)
    return after.bill if after is not None else None


def waiver_row(one: Waiver) -> dict[str, Any]:
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


def _cancellation(bill: Bill) -> BillCancellation | None:
    if bill.state != Bill.State.CANCELLED:
        return None
    found: BillCancellation | None = (
        BillCancellation.objects.filter(bill=bill).select_related("cancelled_by", "approved_by").first()
    )
    return found


def _link(bill: Bill | None) -> dict[str, str] | None:
    if bill is None:
        return None
    return {"number": bill.number, "url": reverse("billing:bill_detail", args=[bill.number])}


def _actions(bill: Bill, staff: Staff, late_charge: Decimal) -> list[dict[str, str]]:
    """Addresses of what can be done now, by this person."""
    counts = bill.state != Bill.State.CANCELLED
    actions = [
        ("billing:adjustment_form", _("Adjust"), counts and staff.has_perm("billing.propose_adjustment")),
        (
            "billing:waiver_form",
            _("Waive late charge"),
            counts and bool(late_charge) and staff.has_perm("billing.propose_waiver"),
        ),
        (
            "billing:write_off_form",
            _("Write off"),
            bool(bill.outstanding) and staff.has_perm("billing.propose_writeoff"),
        ),
        (
            "billing:bill_cancel",
            _("Cancel and bill again") if counts else _("Bill again"),
            staff.has_perm("billing.cancel_bill"),
        ),
    ]
    return [
        {"label": label, "url": reverse(route, args=[bill.number])}
        for route, label, allowed in actions
        if allowed
    ]
