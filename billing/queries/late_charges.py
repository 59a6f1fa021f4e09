"""What late payment costs on a day, for many bills at once."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Value

from billing.allocation import Debt
from billing.models import Allocation, Bill, Decision, LateChargeRule, Waiver
from billing.models.amount import MoneyField
from billing.money import NO_MONEY
from billing.rating.late_charge import PartPayment, late_charge
from billing.rating.late_charge_rule import LateChargeRule as Terms
from billing.rating.late_charge_rule import compile_late_charge


class PaidPart(NamedTuple):
    """Principal of a bill that was paid on a day, and late charge paid with it; or late charge that was waived."""

    paid_on: datetime.date
    principal: Decimal
    late_charge: Decimal
    is_waiver: bool = False


def debts_on(bills: Sequence[Bill], on: datetime.date) -> list[Debt]:
    """What each open bill asks for on the day. At most two queries, whatever the number of bills.

    Each bill needs its account loaded (its branch and category choose rule and rate).
    """
    overdue = [bill for bill in bills if bill.outstanding and bill.due_on < on]
    rules = _Rules(overdue)
    # A bill of which no principal was paid yet may still have had its late charge paid.
    parts = _paid_parts(overdue)
    return [_debt(bill, rules, parts.get(bill.pk, ()), on) for bill in bills]


def _debt(bill: Bill, rules: "_Rules", parts: Sequence[PaidPart], on: datetime.date) -> Debt:
    late, sentence, sentence_en = bill.late_charge_left, "", ""
    if bill.outstanding and bill.due_on < on and (rule := rules.rule_for(bill)) is not None:
        # The base is what was owed on the due date; it falls the day after each part was paid.
        # Nothing is charged on a late charge.
        since_due = [part for part in parts if part.principal and part.paid_on > bill.due_on]
        charge = late_charge(
            rule,
            bill.outstanding + sum((part.principal for part in since_due), NO_MONEY),
            bill.due_on,
            on,
            category=bill.account.category.lower(),
            part_payments=[PartPayment(part.paid_on, part.principal) for part in since_due],
        )
        paid = sum((part.late_charge for part in parts), NO_MONEY)
        late = max(charge.penalty - paid, NO_MONEY)
        sentence, sentence_en = charge.sentence_zh, charge.sentence_en
        if waived := sum((part.late_charge for part in parts if part.is_waiver), NO_MONEY):
            sentence, sentence_en = f"{sentence}，已减免 {waived} 元", f"{sentence_en}, {waived} yuan waived"
    return Debt(bill.pk, bill.account_id, bill.due_on, bill.outstanding, late, sentence, sentence_en)


def _paid_parts(bills: Iterable[Bill]) -> dict[int, list[PaidPart]]:
    parts: dict[int, list[PaidPart]] = defaultdict(list)
    ids = [bill.pk for bill in bills]
    if ids:
        paid = Allocation.objects.filter(bill_id__in=ids, payment__reversal__isnull=True)
        waived = Waiver.objects.filter(bill_id__in=ids, state=Decision.APPROVED)
        rows = paid.values_list(
            "bill_id", "payment__business_date", "principal", "late_charge", Value(False)
        ).union(
            waived.order_by().values_list(
                "bill_id", "business_date", Value(NO_MONEY, MoneyField()), "amount", Value(True)
            ),
            all=True,
        )
        for bill_id, *part in rows:
            parts[bill_id].append(PaidPart(*part))
    return parts


class _Rules:
    """The rules that the given bills can need, read once."""

    def __init__(self, bills: Sequence[Bill]) -> None:
        self.rules = (
            list(LateChargeRule.objects.approved().filter(service__in={bill.service for bill in bills}))
            if bills
            else []
        )
        self.compiled: dict[int, Terms] = {}

    def rule_for(self, bill: Bill) -> Terms | None:
        """The most particular rule for the day on which the bill was due: that of the own branch first."""
        fitting = [rule for rule in self.rules if self._fits(rule, bill)]
        if not fitting:
            return None
        rule = max(fitting, key=lambda one: one.branch_id is not None)
        if rule.pk not in self.compiled:
            self.compiled[rule.pk] = compile_late_charge(rule.terms)
        return self.compiled[rule.pk]

    @staticmethod
    def _fits(rule: LateChargeRule, bill: Bill) -> bool:
        return (
            rule.service == bill.service
            and rule.branch_id in (None, bill.account.branch_id)
            and rule.effective_from <= bill.due_on
            and (rule.effective_until is None or bill.due_on <= rule.effective_until)
        )
