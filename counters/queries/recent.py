"""The last payments of a shift, for the foot of the cashier's page."""

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from billing.models import CardWrite, Payment, ReceiptPrint, Reversal, Tender
from counters.models import Shift

SHOWN = 3


def recent_payments(shift: Shift) -> list[dict[str, Any]]:
    """The newest payments of the shift with what can be done to them. One query."""
    methods = (
        Tender.objects.filter(payment=OuterRef("pk"))
        .order_by()
        .values("payment")
        .annotate(all=ArrayAgg("method", order_by="position"))
        .values("all")
    )
    copies = (
        ReceiptPrint.objects.filter(receipt__payment=OuterRef("pk"))
        .order_by()
        .values("receipt")
        .annotate(count=Count("pk"))
        .values("count")
    )
    payments = (
        Payment.objects.filter(till_entries__shift=shift, till_entries__kind="PAYMENT")
        .select_related("account__customer", "receipt")
        .annotate(
            methods=Subquery(methods),
            copies=Coalesce(Subquery(copies), 0),
            task=Subquery(_unfinished_writes().values("pk")[:1]),
            is_void=Exists(Reversal.objects.filter(payment=OuterRef("pk"))),
        )
        .order_by("-pk")[:SHOWN]
    )
    return [_row(payment) for payment in payments]


def _unfinished_writes() -> "QuerySet[CardWrite]":
    """Gas that the payment bought and that is not on its card yet."""
    return CardWrite.objects.filter(
        purchase__bill__allocations__payment=OuterRef("pk"), state__in=CardWrite.UNFINISHED
    )


def _row(payment: Any) -> dict[str, Any]:
    number = payment.receipt.number
    detail = reverse("counters:payment", args=[number])
    return {
        "taken_at": payment.taken_at,
        "name": payment.account.customer.name,
        "account_no": payment.account.account_no,
        "amount": payment.allocated + payment.credited,
        "methods": "、".join(str(Tender.Method(method).label) for method in payment.methods or ()),
        "receipt_number": number,
        "url": detail,
        "reprint_url": reverse("counters:print_receipt", args=[number]),
        "void_url": None if payment.is_void else f"{detail}#undo",
        "is_void": payment.is_void,
        "copies": payment.copies,
        "task_url": reverse("counters:gas_write", args=[payment.task]) if payment.task else None,
    }
