"""What a payment would do: which bills, which order, how much change and credit. Reads little, writes nothing."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.rows import read_rows
from billing.allocation import Debt, Plan, Policy, allocate
from billing.models import AllocationPolicy, Balance, Bill
from billing.money import NO_MONEY
from billing.services.offers import PaymentRequest
from billing.services.refusals import PaymentRefused


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a payment would do, or does: shown to the clerk before, written after."""

    plan: Plan
    change: Decimal
    deposit: Decimal
    owed: Decimal


def policy_on(date: datetime.date) -> Policy:
    latest = "WHERE effective_from <= %s ORDER BY effective_from DESC LIMIT 1"
    rows = read_rows(AllocationPolicy, latest, [date])
    if not rows:
        return Policy()
    (row,) = rows
    return Policy(row.within_bill == AllocationPolicy.WithinBill.PRINCIPAL_FIRST, row.uses_credit)


def choose_bills(bills: Sequence[Bill], bill_ids: Sequence[int], taken_by: Staff) -> list[Bill]:
    """The chosen ones among the open bills. Codes: bill_settled, older_bill_skipped."""
    wanted = set(bill_ids)
    chosen = [bill for bill in bills if bill.pk in wanted]
    if len(chosen) != len(wanted):
        raise PaymentRefused(
            _("One of these bills has been paid or withdrawn meanwhile. Look at the account again."),
            code="bill_settled",
        )
    newest = {
        bill.account_id: (bill.due_on, bill.pk) for bill in sorted(chosen, key=lambda b: (b.due_on, b.pk))
    }
    skipped = [
        bill
        for bill in bills
        if bill.pk not in wanted and (bill.due_on, bill.pk) < newest.get(bill.account_id, (bill.due_on, 0))
    ]
    if skipped and not taken_by.has_perm("billing.pay_out_of_order"):
        raise PaymentRefused(
            _("An older bill (%(bill)s) would stay open. Settle the oldest first."),
            code="older_bill_skipped",
            params={"bill": skipped[0].title},
        )
    return chosen


def reckon(
    wanted: PaymentRequest, debts: Sequence[Debt], balances: dict[int, Balance], policy: Policy
) -> Reckoning:
    """Work out allocation, change and new credit. Codes: nothing_to_take, nothing_owed, too_much."""
    prepaid = {account_id: balance.prepaid for account_id, balance in balances.items()}
    plan = allocate(debts, wanted.tendered, prepaid, policy)
    owed = sum((debt.total for debt in debts), NO_MONEY) - sum(plan.credit_used.values(), NO_MONEY)
    if not wanted.tenders and not plan.credit_used:
        raise PaymentRefused(_("Enter the amount that was handed over."), code="nothing_to_take")
    if plan.money_left and wanted.keep_as_credit:
        return Reckoning(plan, NO_MONEY, plan.money_left, owed)
    if plan.money_left and not plan.money_used:
        raise PaymentRefused(
            _("Nothing is owed. Tick prepaid credit if the customer wants to pay in advance."),
            code="nothing_owed",
        )
    if plan.money_left > wanted.cash:
        raise PaymentRefused(
            _(
                "Only %(owed)s is owed and change is given on cash only. "
                "Lower the amount, or tick prepaid credit to keep %(over)s for the next bill."
            ),
            code="too_much",
            params={"owed": owed, "over": plan.money_left - wanted.cash},
        )
    return Reckoning(plan, plan.money_left, NO_MONEY, owed)
