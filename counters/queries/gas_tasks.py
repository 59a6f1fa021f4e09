"""Cards that still wait to be written: nobody may forget one."""

from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import Staff
from billing.models import CardWrite, Payment
from counters.models import CardHandover

TONES = {
    CardWrite.State.PENDING: "wait",
    CardWrite.State.FAILED: "late",
    CardWrite.State.WRITTEN: "done",
    CardWrite.State.ABANDONED: "",
}


def unfinished_writes(staff: Staff) -> "QuerySet[Any]":
    """All that wait in the branches this person sees, oldest first, each with who sees to it."""
    last = CardHandover.objects.filter(write=OuterRef("pk")).order_by("-pk").values("handed_to")[:1]
    writes = (
        CardWrite.objects.filter(state__in=CardWrite.UNFINISHED)
        .annotate(seen_to_by=Coalesce(Subquery(last), F("asked_by_id"), output_field=BigIntegerField()))
        .select_related("card__account__customer", "purchase", "asked_by")
        .order_by("pk")
    )
    if staff.has_perm("accounts.see_every_branch"):
        return writes
    return writes.filter(card__account__branch_id=staff.branch_id or 0)


def writes_to_see_to(staff: Staff) -> "QuerySet[Any]":
    """What this person asked for or was handed, and has not finished."""
    return unfinished_writes(staff).filter(seen_to_by=staff.pk)


def task_rows(writes: "QuerySet[Any]") -> list[dict[str, Any]]:
    """The writes as the pages list them."""
    found = list(writes)
    people = Staff.objects.in_bulk([one.seen_to_by for one in found if one.seen_to_by])
    return [_row(one, people) for one in found]


def _row(write: Any, people: dict[int, Staff]) -> dict[str, Any]:
    account = write.card.account
    person = people.get(write.seen_to_by)
    return {
        "asked_at": write.asked_at,
        "card_no": write.card.card_no,
        "account_no": account.account_no,
        "name": account.customer.name,
        "kind": write.get_kind_display(),
        "volume": write.purchase.volume if write.purchase else None,
        "state": write.get_state_display(),
        "tone": TONES[write.state],
        "why": write.get_last_code_display() if write.last_code is not None else "",
        "person": person.get_short_name() if person else "",
        "url": reverse("counters:gas_write", args=[write.pk]),
    }


def gas_write_url(payment: Payment) -> str:
    """Where the gas that a payment bought stands; empty when it bought none."""
    write = CardWrite.objects.filter(purchase__bill__allocations__payment=payment).order_by("-pk").first()
    return reverse("counters:gas_write", args=[write.pk]) if write else ""
