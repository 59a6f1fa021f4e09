"""Where and by whom an account was paid for, on the account's own page."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse

from accounts.models import Account, Staff
from accounts.models.account import Service
from billing.models import GasCard, Payment, Reversal, Tender
from counters.models import TillEntry

SHOWN = 40


def payments_of_account(account: Account, staff: Staff, at: datetime) -> dict[str, Any]:
    """The latest payments with place and way of paying, and the way to the counter. Two queries."""
    methods = (
        Tender.objects.filter(payment=OuterRef("pk"))
        .order_by()
        .values("payment")
        .annotate(all=ArrayAgg("method", order_by="position"))
        .values("all")
    )
    payments = list(
        Payment.objects.filter(account=account)
        .select_related("receipt")
        .annotate(methods=Subquery(methods), is_void=Exists(Reversal.objects.filter(payment=OuterRef("pk"))))
        .order_by("-pk")[:SHOWN]
    )
    entries = TillEntry.objects.filter(payment__in=payments, kind=TillEntry.Kind.PAYMENT)
    places = {
        entry.payment_id: str(entry.shift.window) for entry in entries.select_related("shift__window__hall")
    }
    takes_money = staff.has_perm("billing.take_payment")
    counter_url = f"{reverse('counters:counter')}?account={account.account_no}" if takes_money else None
    return {
        "account": {"counter_url": counter_url, "gas_card_url": _gas_card_url(account, staff)},
        "payments": [_row(payment, places.get(payment.pk, "")) for payment in payments],
    }


def _gas_card_url(account: Account, staff: Staff) -> str:
    """The card of a gas account, or where its first one is issued; empty for everybody and everything else."""
    if account.service != Service.GAS or not staff.has_perm("billing.view_gascard"):
        return ""
    if card := GasCard.objects.in_use().filter(account=account).first():
        return reverse("counters:gas_card", args=[card.card_no])
    may_issue = staff.has_perm("billing.issue_gas_card")
    return reverse("counters:gas_card_issue", args=[account.account_no]) if may_issue else ""


def _row(payment: Any, place: str) -> dict[str, Any]:
    number = payment.receipt.number if hasattr(payment, "receipt") else ""
    return {
        "taken_at": payment.taken_at,
        "receipt_number": number,
        "url": reverse("counters:payment", args=[number]) if number else "",
        "place": place or payment.get_channel_display(),
        "methods": "、".join(str(Tender.Method(method).label) for method in payment.methods or ()),
        "amount": payment.allocated + payment.credited,
        "is_void": payment.is_void,
    }
