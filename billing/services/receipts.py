import datetime

from django.db import transaction

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.models import Receipt, ReceiptPrint
from billing.services.locks import lock_receipt


@transaction.atomic
def print_receipt(receipt: Receipt, *, printed_by: Staff, at: datetime.datetime) -> ReceiptPrint:
    """Count one printing of a receipt; from the second on the paper says 补打 and how often.

    Source: domain.md 3.2.6.
    """
    lock_receipt(receipt.pk)
    copy_no = ReceiptPrint.objects.filter(receipt=receipt).count() + 1
    printed = ReceiptPrint.objects.create(
        receipt=receipt, copy_no=copy_no, printed_at=at, printed_by=printed_by
    )
    if copy_no > 1:
        record_audit(actor=printed_by, action="reprint_receipt", on=receipt, at=at, details={"copy": copy_no})
    return printed
