"""Credits of a heating bill on the bill in its place: the same cause gives back the same share of the new amount."""

import datetime
from decimal import Decimal

from billing.models import Bill, HeatCredit
from billing.money import NO_MONEY, to_money
from billing.services.adjustments import left_of
from billing.services.heat_credits import components_of, credit_bill, settle_with_credit


def credit_again(old: Bill, new: Bill, *, at: datetime.datetime) -> list[HeatCredit]:
    """Give on the new bill what the cancelled one had given, in proportion to what each charges for it.

    A refund for cold rooms and a share for early payment are both percentages of the charge. What is open of the
    new bill is paid with it at once. The caller holds the lock of the account.
    """
    given = list(old.heat_credits.filter(replaced_by__isnull=True).select_related("refund").order_by("pk"))
    if not given:
        return []
    before, now = components_of(old), components_of(new)
    written: list[HeatCredit] = []
    left = {component: max(amount, NO_MONEY) for component, amount in now.items()}
    # Adjustments that followed have their part of it already.
    whole = left_of(new)
    for credit in given:
        charged = left.get(credit.component, NO_MONEY)
        amount = min(_share(credit, before, now), charged, whole)
        if amount <= NO_MONEY:
            continue
        left[credit.component] = charged - amount
        whole -= amount
        written += credit_bill(
            new.account,
            new,
            reason=credit.reason,
            amounts={credit.component: amount},
            at=at,
            refund=credit.refund,
            replaces=credit,
        )
    settle_with_credit(new.account, new, at=at)
    return written


def _share(credit: HeatCredit, before: dict[str, Decimal], now: dict[str, Decimal]) -> Decimal:
    charged = before[credit.component]
    if not charged:
        return NO_MONEY
    return to_money(credit.amount * now.get(credit.component, NO_MONEY) / charged)
