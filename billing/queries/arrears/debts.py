"""What accounts owe that is overdue, as text that statements over many accounts begin with."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Min, Sum

from billing.models import Bill
from billing.money import NO_MONEY

# What of an open bill the ladder asks for: the principal, or the late charge that is left after it was paid.
OWED = "(outstanding + late_charge_left)"
# Overdue debts of the accounts %(ids)s on the day %(on)s. Without the late charge that grows by the day: a ladder
# stands on what was billed.
DEBTS = f"""
    debt AS (
        SELECT account_id, sum({OWED}) AS amount, min(due_on) AS oldest,
            array_agg(id ORDER BY due_on, id) AS bills
        FROM billing_bill
        WHERE state = 'OPEN' AND due_on < %(on)s AND account_id = ANY (%(ids)s)
        GROUP BY account_id
    )
"""  # noqa: S608 - words of our own


@dataclass(frozen=True, slots=True)
class Debt:
    """What is overdue, and since when; nothing if nothing is."""

    amount: Decimal = NO_MONEY
    oldest_due_on: datetime.date | None = None


def overdue_of(account_ids: Iterable[int], on: datetime.date) -> dict[int, Debt]:
    """The overdue debts of these accounts. One query; an account that owes nothing overdue is not among them."""
    rows = (
        Bill.objects.open()
        .due_before(on)
        .filter(account_id__in=list(account_ids))
        .values("account_id")
        .annotate(amount=Sum(F("outstanding") + F("late_charge_left")), oldest=Min("due_on"))
        .order_by()
    )
    return {row["account_id"]: Debt(row["amount"], row["oldest"]) for row in rows}


def overdue_debt(account_id: int, on: datetime.date) -> Decimal:
    """What one account owes that was due before the day."""
    return overdue_of([account_id], on).get(account_id, Debt()).amount
