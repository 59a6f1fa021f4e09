"""What stands on a receipt, in words and figures."""

from typing import Any

import segno
from django.utils.translation import gettext as _

from billing.models import Allocation, Payment, Receipt, Reversal
from billing.queries.due import prepaid_of
from billing.queries.tier_standing import tier_standing
from counters.models import TillEntry
from counters.queries.visit_code import rating_address


def company_name() -> str:
    """The name over the counter; until the company has a page of its own, its branches share it."""
    return str(_("Nuanchuang Utilities"))


def receipt_text(receipt: Receipt, *, copy_no: int) -> dict[str, Any]:
    """The receipt for templates/counters/_receipt.html. `copy_no` counts printings from 1."""
    payment = receipt.payment
    entry = (
        TillEntry.objects.filter(payment=payment, kind=TillEntry.Kind.PAYMENT)
        .select_related("shift__window__hall", "shift__cashier")
        .first()
    )
    account = payment.account
    return {
        "company": company_name(),
        "number": receipt.number,
        "is_void": Reversal.objects.filter(payment=payment).exists(),
        "is_copy": copy_no > 1,
        "copy_no": copy_no - 1,
        "taken_at": payment.taken_at,
        "cashier": entry.shift.cashier.number if entry else "",
        "place": str(entry.shift.window) if entry else payment.get_channel_display(),
        "customer": account.customer.name,
        "account_no": account.account_no,
        "address": account.premises.address,
        "bills": [_bill(share, payment) for share in payment.allocations.select_related("bill__account")],
        "deposit": payment.credited,
        "total": payment.allocated + payment.credited,
        "tenders": [
            {
                "label": tender.get_method_display(),
                "amount": tender.amount,
                "reference_tail": tender.reference[-4:],
            }
            for tender in payment.tenders.all()
        ],
        "change": payment.change_given,
        "prepaid": prepaid_of(account),
        "tier": tier_standing(account, payment.business_date),
    }


def _bill(share: Allocation, payment: Payment) -> dict[str, Any]:
    title = f"{share.bill.get_service_display()} {share.bill.title}"
    if share.account_id != payment.account_id:
        title = f"{title} ({share.bill.account.account_no})"
    return {"title": title, "late_charge": share.late_charge, "amount": share.principal + share.late_charge}


def qr_code(receipt: Receipt) -> str:
    """A code that opens the account when it is scanned at any window on the next visit."""
    return str(segno.make(f"NC:{receipt.payment.account.account_no}", error="m").svg_data_uri())


def rating_code(receipt: Receipt, site: str) -> str:
    """A code that opens, on the customer's phone, the page to rate this visit."""
    return str(segno.make(rating_address(receipt, site), error="m").svg_data_uri())


def taken_sentence(payment: Payment) -> str:
    """“已收 2,400.00,找零 82.45,收据 1-03-261122A-0017”."""
    received = payment.allocated + payment.credited
    facts = {
        "amount": f"{received:,.2f}",
        "change": f"{payment.change_given:,.2f}",
        "number": payment.receipt.number,
    }
    if payment.change_given:
        return _("%(amount)s taken, change %(change)s, receipt %(number)s") % facts
    return _("%(amount)s taken, receipt %(number)s") % facts
