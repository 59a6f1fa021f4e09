"""What an account owes that is overdue: the figure that the ladder and its orders look at."""

import datetime
from decimal import Decimal

from django.db.models import Sum

from billing.models import Bill
from billing.money import NO_MONEY


def overdue_debt(account_id: int, on: datetime.date) -> Decimal:
    """The principal of the account's bills that was due before the day."""
    bills = Bill.objects.filter(account_id=account_id, outstanding__gt=0).open().due_before(on)
    owed: Decimal | None = bills.aggregate(owed=Sum("outstanding"))["owed"]
    return owed or NO_MONEY
