"""Which bill gets how much of the money: a pure function, its policy handed in as data.

Source: domain.md 2.6.3–2.6.5 (民法典 560, 561): oldest bill first, a bill is settled with its own
late charge, principal before late charge unless the policy says otherwise.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.money import NO_MONEY


@dataclass(frozen=True, slots=True)
class Policy:
    principal_first: bool = True
    uses_credit: bool = True

    def as_json(self) -> dict[str, bool | str]:
        return {
            "order": "oldest_first",
            "principal_first": self.principal_first,
            "uses_credit": self.uses_credit,
        }


@dataclass(frozen=True, slots=True)
class Debt:
    """What one bill asks for on a day."""

    bill_id: int
    account_id: int
    due_on: datetime.date
    principal: Decimal
    late_charge: Decimal
    late_charge_sentence: str = ""
    late_charge_sentence_en: str = ""

    @property
    def total(self) -> Decimal:
        return self.principal + self.late_charge


@dataclass(frozen=True, slots=True)
class Share:
    """What one bill gets: by kind of debt, and by where the money comes from. Both add up to the same."""

    debt: Debt
    principal: Decimal
    late_charge: Decimal
    by_credit: Decimal
    by_money: Decimal

    @property
    def total(self) -> Decimal:
        return self.principal + self.late_charge

    @property
    def late_charge_left(self) -> Decimal:
        """Late charge that stays owed although the principal is now paid; it grows no more."""
        return self.debt.late_charge - self.late_charge if self.principal == self.debt.principal else NO_MONEY


@dataclass(frozen=True, slots=True)
class Plan:
    shares: tuple[Share, ...]
    credit_used: Mapping[int, Decimal]
    money_used: Decimal
    money_left: Decimal

    @property
    def allocated(self) -> Decimal:
        return sum((share.total for share in self.shares), NO_MONEY)


def allocate(debts: Sequence[Debt], money: Decimal, prepaid: Mapping[int, Decimal], policy: Policy) -> Plan:
    """Spread the money, and each account's own prepaid credit, over the debts.

    `prepaid` maps an account id to its prepaid credit; an account's credit pays that account's bills only.
    """
    credit_left = dict(prepaid) if policy.uses_credit else {}
    money_left = money
    shares = []
    for debt in sorted(debts, key=lambda one: (one.due_on, one.bill_id)):
        by_credit = min(credit_left.get(debt.account_id, NO_MONEY), debt.total)
        by_money = min(money_left, debt.total - by_credit)
        if by_credit + by_money == 0:
            continue
        credit_left[debt.account_id] = credit_left.get(debt.account_id, NO_MONEY) - by_credit
        money_left -= by_money
        principal, late_charge = _split(debt, by_credit + by_money, policy)
        shares.append(Share(debt, principal, late_charge, by_credit, by_money))
    credit_used: dict[int, Decimal] = {}
    for share in shares:
        if share.by_credit:
            account_id = share.debt.account_id
            credit_used[account_id] = credit_used.get(account_id, NO_MONEY) + share.by_credit
    return Plan(tuple(shares), credit_used, money - money_left, money_left)


def _split(debt: Debt, amount: Decimal, policy: Policy) -> tuple[Decimal, Decimal]:
    if policy.principal_first:
        principal = min(amount, debt.principal)
        return principal, amount - principal
    late_charge = min(amount, debt.late_charge)
    return amount - late_charge, late_charge
