from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Account
from accounts.models.organisation import in_current_language
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.ledger_names import component_name
from billing.models import Bill, Payment
from billing.queries.account_page import BILL_TONES
from billing.queries.bill_corrections import corrections_of
from billing.queries.bill_explanation import explanation_of
from billing.queries.late_charges import debts_on
from billing.queries.tier_position import tier_sentence_of
from billing.rating.plain import plain
from billing.rating.sentences import UNITS_EN, UNITS_ZH, price_text
from billing.views.numbered import get_numbered_or_404


@permission_required("billing.view_bill", raise_exception=True)
@require_GET
@never_cache
def bill_detail(request: StaffRequest, number: str) -> HttpResponse:
    """A bill, line by line, each with the sentence that explains it, and what was paid on it."""
    bill = _bill(request, number)
    today = business_date_of(timezone.now())
    (debt,) = debts_on([bill], today)
    units = {code: in_current_language(UNITS_ZH[code], UNITS_EN.get(code, code)) for code in UNITS_ZH}
    unit = bill.basis.get("unit", "m2" if bill.kind == Bill.Kind.HEATING else "")
    context = {
        "bill": {
            "number": bill.number,
            "title": bill.title,
            "service": bill.get_service_display(),
            "state_label": bill.get_state_display(),
            "state_tone": BILL_TONES[Bill.State(bill.state)],
            "period_from": bill.period_from,
            "period_to": bill.period_to,
            "issued_on": bill.issued_on,
            "due_on": bill.due_on,
            "is_overdue": bill.is_overdue_on(today),
            "tariff": str(bill.tariff or ""),
            "amount": bill.amount,
            "outstanding": bill.outstanding,
            "late_charge": debt.late_charge,
            "owed": debt.total,
            "basis_sentence": _basis_sentence(bill),
        },
        "account": {
            "account_no": bill.account.account_no,
            "name": bill.account.customer.name,
            "address": bill.account.premises.address,
            "url": reverse("accounts:account_detail", args=[bill.account.account_no]),
        },
        "as_of": today,
        "late_charge_sentence": in_current_language(debt.late_charge_sentence, debt.late_charge_sentence_en),
        "lines": [
            {
                "component_name": in_current_language(line.component_name, component_name(line.component))
                or component_name(line.component),
                "quantity": plain(line.quantity),
                "unit": units.get(unit, unit),
                "unit_price": price_text(line.unit_price),
                "amount": line.amount,
                "explanation": in_current_language(line.sentence, line.sentence_en),
            }
            for line in bill.lines.order_by("position")
        ],
        "allocations": _allocations(bill),
        "explanation": explanation_of(bill),
        "explanation_url": reverse("billing:bill_explanation", args=[bill.number]),
        **corrections_of(bill, request.user, debt.late_charge),
    }
    return render(request, "billing/bill_detail.html", context)


@permission_required("billing.view_bill", raise_exception=True)
@require_GET
@never_cache
def bill_explanation(request: StaffRequest, number: str) -> HttpResponse:
    """The bill in words to read aloud: a sheet in large type, or the sentences alone inside another page."""
    bill = _bill(request, number)
    context = {
        "bill": bill,
        "account": bill.account,
        "explanation": explanation_of(bill),
        "back_url": reverse("billing:bill_detail", args=[bill.number]),
    }
    inside = bool(getattr(request, "htmx", False))
    template = "billing/_explanation.html" if inside else "billing/bill_explanation.html"
    return render(request, template, context)


def _bill(request: StaffRequest, number: str) -> Bill:
    bills = Bill.objects.filter(account__in=Account.objects.visible_to(request.user)).select_related(
        "account__customer", "account__premises", "tariff", "replaces"
    )
    return get_numbered_or_404(bills, number=number)


def _basis_sentence(bill: Bill) -> str:
    """From which readings the bill was made, and where it left the tiers."""
    parts = [
        _("Meter %(meter)s: %(start)s → %(end)s")
        % {
            "meter": segment["meter"],
            "start": plain(Decimal(segment["from"])),
            "end": plain(Decimal(segment["to"])),
        }
        for segment in bill.basis.get("segments", ())
    ]
    tier = tier_sentence_of(bill.basis, bill.tier_uses)
    return _("; ").join([*parts, tier] if tier else parts)


def _allocations(bill: Bill) -> list[dict[str, Any]]:
    rows = bill.allocations.select_related("payment__receipt", "payment__reversal").order_by("-payment_id")
    return [
        {
            "taken_at": share.payment.taken_at,
            "receipt_number": share.payment.receipt.number if hasattr(share.payment, "receipt") else "",
            "url": _address_of(share.payment),
            "principal": share.principal,
            "late_charge": share.late_charge,
            "channel": share.payment.get_channel_display(),
            "is_void": hasattr(share.payment, "reversal"),
        }
        for share in rows
    ]


def _address_of(payment: Payment) -> str:
    """A payment at a counter has a receipt; credit that paid by itself has a page all the same."""
    if hasattr(payment, "receipt"):
        return reverse("counters:payment", args=[payment.receipt.number])
    if payment.channel == Payment.Channel.CREDIT:
        return reverse("counters:credit_undo", args=[payment.request_id])
    return ""
