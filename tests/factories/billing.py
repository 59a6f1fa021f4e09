import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import Account
from billing.models import (
    Balance,
    Bill,
    BillLine,
    BillRun,
    BillRunChunk,
    BillRunFinding,
    LateChargeRule,
    Posting,
)
from tests.factories.accounts import make_staff

_numbers = count(1)


def make_bill(
    account: Account,
    *,
    total: str = "100.00",
    due_on: datetime.date = datetime.date(2026, 11, 30),
    period: str | None = None,
    kind: str = Bill.Kind.USAGE,
) -> Bill:
    """A bill as the bill run leaves it: one line, its posting, the balance raised."""
    number = next(_numbers)
    issued_on = due_on - datetime.timedelta(days=15)
    amount = Decimal(total)
    bill = Bill.objects.create(
        number=f"{account.account_no}-{number}",
        account=account,
        service=account.service,
        kind=kind,
        period=period or f"T{number}",
        period_from=issued_on - datetime.timedelta(days=30),
        period_to=issued_on,
        issued_on=issued_on,
        due_on=due_on,
        quantity=Decimal("10"),
        amount=amount,
        outstanding=amount,
        state=Bill.State.OPEN if amount else Bill.State.PAID,
    )
    if amount:
        BillLine.objects.create(
            bill=bill,
            position=1,
            component="supply",
            quantity=Decimal("10"),
            unit_price=amount / 10,
            amount=amount,
            sentence="10 立方米",
        )
        post(bill, "receivable", "revenue:supply", amount)
        raise_balance(account, receivable=amount)
    return bill


def post(bill: Bill, debit: str, credit: str, amount: Decimal) -> None:
    Posting.objects.create(
        debit=debit,
        credit=credit,
        amount=amount,
        account_id=bill.account_id,
        bill=bill,
        business_date=bill.issued_on,
        posted_at=timezone.now(),
    )


def raise_balance(account: Account, **amounts: Decimal) -> Balance:
    balance, _ = Balance.objects.get_or_create(account=account)
    for name, amount in amounts.items():
        setattr(balance, name, getattr(balance, name) + amount)
    balance.save()
    return balance


def make_late_charge_rule(**overrides: Any) -> LateChargeRule:
    fields = {
        "service": "WATER",
        "effective_from": datetime.date(2000, 1, 1),
        "terms": {"rate": "0.005", "cap": "principal"},
        "made_by": make_staff(role="finance"),
        "approved_by": make_staff(role="manager"),
        "approved_at": timezone.now(),
    }
    return LateChargeRule.objects.create(**{**fields, **overrides})


def make_finding(account: Account, *, period: str = "2026-11") -> BillRunFinding:
    """A run of the account's branch that is previewed, and could not price the account."""
    run = BillRun.objects.create(
        service=account.service,
        period=period,
        branch=account.branch,
        issued_on=datetime.date(2026, 11, 16),
        state=BillRun.State.PREVIEWED,
        started_at=timezone.now(),
    )
    chunk = BillRunChunk.objects.create(
        run=run,
        position=1,
        account_ids=[account.pk],
        accounts=1,
        unpriced=1,
        state=BillRunChunk.State.PREVIEWED,
        previewed_at=timezone.now(),
        fingerprint="1" * 64,
    )
    return BillRunFinding.objects.create(
        run=run,
        chunk=chunk,
        account=account,
        kind=BillRunFinding.Kind.UNPRICED,
        code="reading_fell",
        message="The reading fell from %(before)s to %(after)s; a rollover must be stated.",
        params={"before": "50", "after": "49"},
    )
