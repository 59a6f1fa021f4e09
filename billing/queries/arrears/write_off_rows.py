"""Write-offs as the list shows them, and what this person may do with each."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.urls import reverse

from accounts.models import Staff
from billing.models import WriteOff, WriteOffRecovery
from billing.money import NO_MONEY

State = WriteOff.State
VIEWS = ("waiting", "mine", "done")
TONES = {State.PROPOSED: "wait", State.SECONDED: "wait", State.APPROVED: "late", State.REFUSED: ""}


def write_offs_in(staff: Staff, view: str) -> QuerySet[WriteOff]:
    rows: QuerySet[WriteOff] = WriteOff.objects.visible_to(staff).select_related(
        "bill__account__customer", "proposed_by", "seconded_by", "decided_by"
    )
    rows = rows.prefetch_related(
        Prefetch("recoveries", WriteOffRecovery.objects.select_related("recovered_by").order_by("pk"))
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
    stands = Q(state=State.APPROVED)
    back = WriteOffRecovery.objects.filter(write_off__in=seen)
    sums: dict[str, Decimal | None] = seen.aggregate(
        doubtful=Sum("amount", filter=stands & Q(kind=WriteOff.Kind.DOUBTFUL)),
        bad=Sum("amount", filter=stands & Q(kind=WriteOff.Kind.BAD)),
    )
    came: dict[str, Decimal | None] = back.aggregate(
        recovered=Sum("amount"),
        doubtful=Sum("amount", filter=Q(write_off__kind=WriteOff.Kind.DOUBTFUL)),
        bad=Sum("amount", filter=Q(write_off__kind=WriteOff.Kind.BAD)),
    )
    left = {name: (amount or NO_MONEY) - (came[name] or NO_MONEY) for name, amount in sums.items()}
    waiting = seen.aggregate(count=Count("pk", filter=Q(state__in=WriteOff.WAITING)))["count"]
    return {"waiting": waiting, "recovered": came["recovered"] or NO_MONEY, **left}


def write_off_row(one: WriteOff, staff: Staff) -> dict[str, Any]:
    account = one.bill.account
    recoveries = list(one.recoveries.all())
    left = one.amount - sum((back.amount for back in recoveries), NO_MONEY)
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
        "recoveries": recoveries,
        "left": left,
        "decide_url": reverse("billing:write_off_decide", args=[one.pk]) if may_decide(one, staff) else "",
        "recover_url": reverse("billing:write_off_recover", args=[one.pk])
        if one.state == State.APPROVED and left and staff.has_perm("billing.recover_writeoff")
        else "",
    }


def may_decide(one: WriteOff, staff: Staff) -> bool:
    """Whether the next approval could be this person's."""
    if not one.is_waiting or staff.pk in (one.proposed_by_id, one.seconded_by_id):
        return False
    first = one.state == State.PROPOSED
    return staff.has_perm("billing.second_writeoff" if first else "billing.approve_writeoff")
