"""A card and all that was bought on it."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from billing.models import GasCard, GasPurchase

TONES = {
    GasCard.State.ACTIVE: "done",
    GasCard.State.LOST: "late",
    GasCard.State.BLOCKED: "late",
    GasCard.State.REPLACED: "",
    GasCard.State.VOID: "",
}
SHOWN = 20


def card_rows(cards: Iterable[GasCard]) -> list[dict[str, Any]]:
    return [
        {
            "card_no": card.card_no,
            "url": reverse("counters:gas_card", args=[card.card_no]),
            "account_no": card.account.account_no,
            "name": card.account.customer.name,
            "kind": card.get_meter_kind_display(),
            "state": card.get_state_display(),
            "tone": TONES[GasCard.State(card.state)],
            "count": card.purchase_count,
            "total": card.total_purchased,
        }
        for card in cards
    ]


def card_facts(card: GasCard) -> dict[str, Any]:
    """What the page of a card shows beside its fields."""
    purchases = (
        GasPurchase.objects.filter(card=card)
        .select_related("bill", "made_by")
        .prefetch_related("writes")
        .order_by("-pk")[:SHOWN]
    )
    return {
        "tone": TONES[GasCard.State(card.state)],
        "purchases": [_purchase(one) for one in purchases],
        "next_card": GasCard.objects.filter(replaces=card).first(),
        "task": next((one for one in card.writes.order_by("-pk") if one.is_unfinished), None),
    }


def _purchase(purchase: GasPurchase) -> dict[str, Any]:
    writes = sorted(purchase.writes.all(), key=lambda one: one.pk)
    write = writes[-1] if writes else None
    return {
        "made_at": purchase.made_at,
        "made_by": purchase.made_by,
        "kind": purchase.get_kind_display(),
        "state": purchase.get_state_display(),
        "is_reversed": purchase.state == GasPurchase.State.REVERSED,
        "sequence": purchase.sequence,
        "volume": purchase.volume,
        "amount": purchase.bill.amount if purchase.bill else None,
        "bill_url": reverse("billing:bill_detail", args=[purchase.bill.number]) if purchase.bill else "",
        "write": f"{write.get_kind_display()} · {write.get_state_display()}" if write else "",
        "write_url": reverse("counters:gas_write", args=[write.pk]) if write else "",
    }
