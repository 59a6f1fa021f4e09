from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.ledger_names import ledger_name
from billing.models import Payment, Reversal
from billing.views.numbered import get_numbered_or_404
from counters.forms.reversal import ReversalForm
from counters.models import Shift, TillEntry
from counters.queries.gas_tasks import gas_write_url
from counters.queries.shifts import open_shift_of
from counters.services.payments import reverse_payment_at_counter, void_payment_at_counter


@permission_required("billing.view_payment", raise_exception=True)
@require_GET
@never_cache
def payment(request: StaffRequest, number: str) -> HttpResponse:
    """All about a payment: what was handed over, what it settled, what became of it."""
    found = _payment(request, number)
    form = ReversalForm(request=request)
    return render(request, "billing/payment_detail.html", _context(request, found, form))


@permission_required(["billing.view_payment", "billing.void_payment"], raise_exception=True)
@require_POST
def undo(request: StaffRequest, number: str) -> HttpResponse:
    """Void an own payment of the open shift, or reverse one of a closed shift with a second person."""
    found = _payment(request, number)
    form = ReversalForm(request.POST, request=request)
    shift = open_shift_of(request.user)
    if shift is None:
        form.add_error(None, _("Open a shift first: the cash comes out of its drawer."))
    elif form.is_valid():
        try:
            _undo(request, found, shift, form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("counters:payment", number=number)
    return render(request, "billing/payment_detail.html", _context(request, found, form), status=422)


def _undo(request: StaffRequest, found: Payment, shift: Shift, form: ReversalForm) -> Reversal:
    data, now = form.cleaned_data, timezone.now()
    if _entry(found).shift_id == shift.pk:
        return void_payment_at_counter(
            found,
            shift=shift,
            request_id=data["request_id"],
            reason=data["reason"],
            note=data["note"],
            voided_by=request.user,
            at=now,
        )
    if form.second_person is None:
        raise ValidationError(
            _("A payment of a closed shift needs a second person."), code="second_person_needed"
        )
    return reverse_payment_at_counter(
        found,
        shift=shift,
        request_id=data["request_id"],
        reason=data["reason"],
        note=data["note"],
        reversed_by=request.user,
        approved_by=form.second_person,
        at=now,
    )


def _payment(request: StaffRequest, number: str) -> Payment:
    payments = Payment.objects.visible_to(request.user).select_related(
        "receipt",
        "account__customer",
        "account__premises",
        "taken_by",
        "reversal__reversed_by",
        "reversal__approved_by",
        "third_party__payer",
    )
    found: Payment = get_numbered_or_404(payments, receipt__number=number)
    return found


def _entry(payment: Payment) -> TillEntry:
    return TillEntry.objects.select_related("shift__window__hall").get(
        payment=payment, kind=TillEntry.Kind.PAYMENT
    )


def _context(request: StaffRequest, found: Payment, form: ReversalForm) -> dict[str, Any]:
    entry = _entry(found)
    shift = open_shift_of(request.user)
    refusal = _why_not(request, found, entry, shift)
    number = found.receipt.number
    is_void = shift is not None and entry.shift_id == shift.pk
    return {
        "current_shift": shift,
        "payment": {
            "receipt_number": number,
            "receipt_url": reverse("counters:receipt", args=[number]),
            "reprint_url": reverse("counters:print_receipt", args=[number]),
            "taken_at": found.taken_at,
            "business_date": found.business_date,
            "taken_by": found.taken_by,
            "place": str(entry.shift.window),
            "channel": found.get_channel_display(),
            "total": found.allocated + found.credited,
            "change": found.change_given,
            "credited": found.credited,
            "payer": found.third_party.payer if hasattr(found, "third_party") else None,
            "copies": found.receipt.prints.count(),
        },
        "account": {
            "account_no": found.account.account_no,
            "name": found.account.customer.name,
            "address": found.account.premises.address,
            "url": reverse("accounts:account_detail", args=[found.account.account_no]),
        },
        "tenders": [
            {"label": tender.get_method_display(), "reference": tender.reference, "amount": tender.amount}
            for tender in found.tenders.all()
        ],
        "allocations": [
            {
                "title": share.bill.title,
                "url": reverse("billing:bill_detail", args=[share.bill.number]),
                "principal": share.principal,
                "late_charge": share.late_charge,
                "amount": share.principal + share.late_charge,
                "sentence": share.late_charge_sentence,
            }
            for share in found.allocations.select_related("bill")
        ],
        "postings": _postings(request, found),
        "reversal": _reversal(found),
        "reversal_form": None if refusal else form,
        "needs_second_person": not is_void,
        "reversal_verb": _("Void this payment") if is_void else _("Reverse this payment"),
        "reversal_url": reverse("counters:undo", args=[number]),
        "no_reversal_sentence": refusal,
        "gas_write_url": gas_write_url(found),
    }


def _postings(request: StaffRequest, found: Payment) -> list[dict[str, Any]]:
    if not request.user.has_perm("billing.view_posting"):
        return []
    return [
        {
            "posted_at": row.posted_at,
            "debit": ledger_name(row.debit),
            "credit": ledger_name(row.credit),
            "amount": row.amount,
            "is_reversal": row.reverses_id is not None,
        }
        for row in found.postings.order_by("id")
    ]


def _reversal(found: Payment) -> dict[str, Any] | None:
    if not hasattr(found, "reversal"):
        return None
    row = found.reversal
    return {
        "kind_label": row.get_kind_display(),
        "reason_label": row.get_reason_display(),
        "note": row.note,
        "reversed_at": row.reversed_at,
        "reversed_by": row.reversed_by,
        "approved_by": row.approved_by,
    }


def _why_not(request: StaffRequest, found: Payment, entry: TillEntry, shift: Shift | None) -> str:
    """Why this person cannot undo the payment now, in words; empty when it can be done."""
    if not request.user.has_perm("billing.void_payment"):
        return _("A cashier can undo a payment at a window.")
    if shift is None:
        return _("Open a shift first: the cash comes out of its drawer.")
    if business_date_of(timezone.now()) != shift.business_date:
        return _("Your shift belongs to another day. Close it and open a new one.")
    if entry.shift.is_open and entry.shift_id != shift.pk:
        return _("The shift that took this payment is still open: %(name)s can void it.") % {
            "name": entry.shift.cashier.get_short_name()
        }
    return ""
