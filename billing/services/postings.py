"""Postings of a payment: which ledger gives, which takes. Nothing else moves money."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from billing.allocation import Share
from billing.models import Payment, Posting, Tender

RECEIVABLE, PREPAID, LATE_CHARGE, DONATION = "receivable", "prepaid", "late_charge", "donation"

_CLEARING = {
    Tender.Method.POS: "clearing:pos",
    Tender.Method.WECHAT: "clearing:wechat",
    Tender.Method.ALIPAY: "clearing:alipay",
    Tender.Method.BANK: "clearing:bank",
    Tender.Method.OPENING: "opening",
    Tender.Method.DONATION: DONATION,
}


def ledger_of(method: str, cash_ledger: str) -> str:
    """The ledger that a tender arrives in; cash arrives in the drawer of the shift."""
    return cash_ledger if method == Tender.Method.CASH else _CLEARING[Tender.Method(method)]


@dataclass(slots=True)
class _Source:
    ledger: str
    left: Decimal


class Sources:
    """The money of one payment, drawn on tender by tender."""

    def __init__(self, sources: Iterable[tuple[str, Decimal]]) -> None:
        self.sources = [_Source(ledger, amount) for ledger, amount in sources if amount]

    def draw(self, amount: Decimal) -> list[tuple[str, Decimal]]:
        """Take the amount from the tenders in their order: (ledger, part) pairs that add up to it."""
        parts = []
        for source in self.sources:
            part = min(source.left, amount)
            if part:
                source.left -= part
                amount -= part
                parts.append((source.ledger, part))
        if amount:
            raise ArithmeticError(f"{amount} is not covered by the tenders")
        return parts


class PostingEntry(NamedTuple):
    """One line of the ledger, before it is written."""

    debit: str
    credit: str
    amount: Decimal
    account_id: int
    bill_id: int | None


def payment_entries(
    account_id: int, shares: Sequence[Share], deposit: Decimal, sources: Sources
) -> list[PostingEntry]:
    """What a payment of this account writes, in the order in which it is read aloud."""
    rows = []
    for share in shares:
        owner, bill_id = share.debt.account_id, share.debt.bill_id
        if share.late_charge:
            rows.append(PostingEntry(RECEIVABLE, LATE_CHARGE, share.late_charge, owner, bill_id))
        if share.by_credit:
            rows.append(PostingEntry(PREPAID, RECEIVABLE, share.by_credit, owner, bill_id))
        for ledger, part in sources.draw(share.by_money):
            rows.append(PostingEntry(ledger, RECEIVABLE, part, owner, bill_id))
    for ledger, part in sources.draw(deposit):
        rows.append(PostingEntry(ledger, PREPAID, part, account_id, None))
    return rows


def payment_postings(
    payment: Payment, shares: Sequence[Share], deposit: Decimal, sources: Sources, at: datetime.datetime
) -> list[Posting]:
    """The rows that a payment writes."""
    return [
        Posting(payment=payment, business_date=payment.business_date, posted_at=at, **entry._asdict())
        for entry in payment_entries(payment.account_id, shares, deposit, sources)
    ]
