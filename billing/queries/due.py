"""Everything that a customer owes, as one answer for page, preview and API."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, Prefetch, Subquery

from accounts.models import Account, Contact, Staff
from billing.allocation import Debt
from billing.models import Bill, BillLine
from billing.money import NO_MONEY
from billing.queries.late_charges import debts_on


@dataclass(frozen=True, slots=True)
class DueBill:
    """An open bill and what it asks for today."""

    bill: Bill
    debt: Debt
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Due:
    """What the customer of an account owes: the account, the customer's others here, their open bills."""

    account: Account
    accounts: Sequence[Account]
    bills: Sequence[DueBill]
    prepaid: dict[int, Decimal]
    phone: str

    @property
    def own_bills(self) -> list[DueBill]:
        return [one for one in self.bills if one.bill.account_id == self.account.pk]

    @property
    def principal(self) -> Decimal:
        return sum((one.debt.principal for one in self.own_bills), NO_MONEY)

    @property
    def late_charge(self) -> Decimal:
        return sum((one.debt.late_charge for one in self.own_bills), NO_MONEY)


def what_is_due(account_no: str, *, staff: Staff, on: datetime.date) -> Due | None:
    """What is due on a day; None when the account does not exist for this person.

    At most five queries, whatever the number of bills: accounts, bills, lines, late charge rules, part payments.
    """
    if "\x00" in account_no:
        return None  # PostgreSQL cannot even compare it
    accounts = list(
        Account.objects.visible_to(staff)
        .filter(customer__accounts__account_no=account_no)
        .select_related("customer", "premises", "branch", "balance")
        .annotate(
            phone=Subquery(
                Contact.objects.filter(customer=OuterRef("customer"), is_wrong=False).values("phone")[:1]
            )
        )
        .order_by("pk")
        .distinct()
    )
    account = next((one for one in accounts if one.account_no == account_no), None)
    if account is None:
        return None
    bills = list(
        Bill.objects.open()
        .filter(account__in=accounts)
        .oldest_first()
        .prefetch_related(Prefetch("lines", BillLine.objects.order_by("position")))
    )
    by_pk = {one.pk: one for one in accounts}
    for bill in bills:
        bill.account = by_pk[bill.account_id]
    due = [
        DueBill(bill, debt, bill.is_overdue_on(on))
        for bill, debt in zip(bills, debts_on(bills, on), strict=True)
    ]
    return Due(
        account,
        accounts,
        due,
        {one.pk: prepaid_of(one) for one in accounts},
        getattr(account, "phone", None) or "",
    )


def prepaid_of(account: Account) -> Decimal:
    """Prepaid credit; an account without postings has none. Reads `account.balance`, so select it."""
    prepaid: Decimal = account.balance.prepaid if hasattr(account, "balance") else NO_MONEY
    return prepaid
