"""Write-offs as the list shows them, and what this person may do with each."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse

from accounts.models import Staff
from billing.models import WriteOff
from billing.money import NO_MONEY

State = WriteOff.State
VIEWS = ("waiting", "mine", "done")
TONES = {State.PROPOSED: "wait", State.SECONDED: "wait", State.APPROVED: "late", State.REFUSED: ""}


def write_offs_in(staff: Staff, view: str) -> QuerySet[WriteOff]:
    rows: QuerySet[WriteOff] = WriteOff.objects.visible_to(staff).select_related(
        "bill__account__customer", "proposed_by", "seconded_by", "decided_by", "recovery__recovered_by"
    )
    if view == "mine":
        return rows.filter(proposed_by=staff)
    return (
        rows.filter(state__in=WriteOff.WAITING)
        if view == "waiting"
        else rows.exclude(state__in=WriteOff.WAITING)
    )


def write_off_totals(staff: Staff) -> dict[str, Any]:
    """How many wait, and what stands written off by kind and was not taken back."""
    seen = WriteOff.objects.visible_to(staff)
    stands = Q(state=State.APPROVED, recovery__isnull=True)
    sums: dict[str, Decimal | None] = seen.aggregate(
        doubtful=Sum("amount", filter=stands & Q(kind=WriteOff.Kind.DOUBTFUL)),
        bad=Sum("amount", filter=stands & Q(kind=WriteOff.Kind.BAD)),
        recovered=Sum("recovery__amount"),
    )
    waiting = seen.aggregate(count=Count("pk", filter=Q(state__in=WriteOff.WAITING)))["count"]
    return {"waiting": waiting} | {name: amount or NO_MONEY for name, amount in sums.items()}


def write_off_row(one: WriteOff, staff: Staff) -> dict[str, Any]:
    account = one.bill.account
    recovery = getattr(one, "recovery", None)
    return {
        "kind": one.get_kind_display(),
        "amount": one.amount,
        "reason": one.get_reason_display(),
        "note": one.note,
        "name": account.customer.name,
        "account_no": account.account_no,
        "account_url": reverse("accounts:account_detail", args=[account.account_no]),
        "bill": one.bill.title,
        "bill_url": reverse("billing:bill_detail", args=[one.bill.number]),
        "due_on": one.bill.due_on,
        "persons": [
            (person, at)
            for person, at in (
                (one.proposed_by, one.proposed_at),
                (one.seconded_by, one.seconded_at),
                (one.decided_by, one.decided_at),
            )
            if person
        ],
        "state_label": one.get_state_display(),
        "state_tone": TONES[State(one.state)],
        "recovered_at": recovery.recovered_at if recovery else None,
        "recovered_by": recovery.recovered_by if recovery else None,
        "decide_url": reverse("billing:write_off_decide", args=[one.pk]) if may_decide(one, staff) else "",
        "recover_url": reverse("billing:write_off_recover", args=[one.pk])
        if one.state == State.APPROVED and not recovery and staff.has_perm("billing.recover_writeoff")
        else "",
    }


def may_decide(one: WriteOff, staff: Staff) -> bool:
    """Whether the next approval could be this person's."""
    if not one.is_waiting or staff.pk in (one.proposed_by_id, one.seconded_by_id):
        return False
    first = one.state == State.PROPOSED
    return staff.has_perm("billing.second_writeoff" if first else "billing.approve_writeoff")
