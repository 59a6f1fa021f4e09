"""What a shift took, by tender, and what was undone: the sheet that goes with the cash to finance."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from billing.models import Receipt, Tender
from billing.money import NO_MONEY
from counters.models import Shift, TillEntry
from counters.queries.receipt_text import company_name


def day_sheet(shift: Shift) -> dict[str, Any]:
    """The figures of templates/counters/shift_closed.html; every sum is of rows of this shift."""
    taken = TillEntry.objects.filter(shift=shift, kind=TillEntry.Kind.PAYMENT)
    undone = (
        TillEntry.objects.filter(shift=shift)
        .exclude(kind=TillEntry.Kind.PAYMENT)
        .select_related("reversal__reversed_by", "payment__receipt")
    )
    receipts = Receipt.objects.filter(book=shift.code).order_by("serial")
    numbers = list(receipts.values_list("number", flat=True))
    cash = taken.aggregate(change=Sum("payment__change_given"), cash_in=Sum("cash_in"))
    paid_out = undone.aggregate(out=Sum("cash_out"))["out"] or NO_MONEY
    change = cash["change"] or NO_MONEY
    tenders = _tenders(shift)
    return {
        "company": company_name(),
        "shift": shift,
        "tenders": tenders,
        "total": {
            key: sum((row[key] for row in tenders), NO_MONEY) for key in ("amount", "void_amount", "net")
        }
        | {key: sum(row[key] for row in tenders) for key in ("count", "void_count")},
        "receipts": {
            "first": numbers[0] if numbers else "",
            "last": numbers[-1] if numbers else "",
            "count": len(numbers),
        },
        "voids": [_void(entry) for entry in undone],
        "cash": {
            "opening_float": shift.opening_float,
            "received": (cash["cash_in"] or NO_MONEY) + change,
            "change": change,
            "paid_out": paid_out,
        },
        "difference": abs(shift.difference),
        "is_over": shift.difference > 0,
        "is_short": shift.difference < 0,
        "denominations": [
            {
                "label": f"{count.denomination.normalize():f}",
                "pieces": count.pieces,
                "amount": count.denomination * count.pieces,
            }
            for count in shift.counts.all()
        ],
    }


def _tenders(shift: Shift) -> list[dict[str, Any]]:
    """Per way of paying: what was taken in this shift, what was undone in it. Change is off the cash."""
    taken, undone = Q(kind=TillEntry.Kind.PAYMENT), ~Q(kind=TillEntry.Kind.PAYMENT)
    rows = (
        TillEntry.objects.filter(shift=shift)
        .values(method=F("payment__tenders__method"))
        .annotate(
            count=Count("pk", filter=taken),
            amount=Sum("payment__tenders__amount", filter=taken),
            change=Sum("payment__change_given", filter=taken),
            void_count=Count("pk", filter=undone),
            void_amount=Sum("payment__tenders__amount", filter=undone),
            void_change=Sum("payment__change_given", filter=undone),
        )
        .order_by()
    )
    by_method = {row["method"]: row for row in rows}
    return [_tender(by_method[method], method) for method in Tender.Method if method in by_method]


def _tender(row: Mapping[str, Any], method: Tender.Method) -> dict[str, Any]:
    is_cash = method == Tender.Method.CASH

    def without_change(amount: str, change: str) -> Decimal:
        total: Decimal = row[amount] or NO_MONEY
        return total - (row[change] or NO_MONEY) if is_cash else total

    amount, void_amount = without_change("amount", "change"), without_change("void_amount", "void_change")
    return {
        "label": method.label,
        "count": row["count"],
        "amount": amount,
        "void_count": row["void_count"],
        "void_amount": void_amount,
        "net": amount - void_amount,
    }


def _void(entry: TillEntry) -> dict[str, Any]:
    reversal, payment = entry.reversal, entry.payment
    assert reversal is not None  # till_entry_names_its_reversal
    return {
        "receipt_number": payment.receipt.number,
        "at": reversal.reversed_at,
        "by": reversal.reversed_by.name,
        "amount": payment.allocated + payment.credited,
        "reason": reversal.get_reason_display(),
        "kind": reversal.get_kind_display(),
    }
