"""How much accounts owe in all: one figure beside a name in a list."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Min, Sum

from billing.models import Bill
from billing.money import NO_MONEY


@dataclass(frozen=True, slots=True)
class Owed:
    amount: Decimal = NO_MONEY
    oldest_due_on: datetime.date | None = None

    def is_overdue_on(self, date: datetime.date) -> bool:
        return self.oldest_due_on is not None and self.oldest_due_on < date


def owed_by(account_ids: Iterable[int]) -> dict[int, Owed]:
    """What is outstanding per account, without the late charge that grows by the day. One query."""
    rows = (
        Bill.objects.open()
        .filter(account_id__in=list(account_ids))
        .values("account_id")
        .annotate(amount=Sum(F("outstanding") + F("late_charge_left")), oldest=Min("due_on"))
        .order_by()
    )
    return {row["account_id"]: Owed(row["amount"], row["oldest"]) for row in rows}
