from accounts.models import Staff
from billing.models import Payment, Receipt


def payment_of_receipt(number: str) -> Payment | None:
    """What was paid with the receipt of this number; blanks around it do not matter."""
    receipt = Receipt.objects.filter(number=number.strip()).select_related("payment__account").first()
    return receipt.payment if receipt else None


def staff_of_number(number: str) -> Staff | None:
    found: Staff | None = Staff.objects.filter(number=number.strip()).first()
    return found
