"""One bill at the counter, written like those of a run."""

import datetime

from accounts.models.account import Service
from accounts.rows import insert_rows
from billing.models import Bill, BillLine, Posting
from billing.services.bill_drafts import BillDraft
from billing.services.locks import balances_of, lock_accounts, save_balances


def issue_bill(draft: BillDraft, *, service: Service, at: datetime.datetime) -> Bill:
    """Write one bill with its lines and postings. Prepaid credit stays: whoever pays decides about it.

    The caller holds the lock of the account, inside a transaction.
    """
    bill = Bill(
        number=f"{draft.account_no}-{draft.period}",
        account_id=draft.account_id,
        service=service,
        kind=draft.kind,
        period=draft.period,
        period_from=draft.period_from,
        period_to=draft.period_to,
        tariff_id=draft.tariff_id,
        issued_on=draft.issued_on,
        due_on=draft.due_on,
        quantity=draft.quantity,
        amount=draft.total,
        outstanding=draft.total,
        state=Bill.State.OPEN if draft.total else Bill.State.PAID,
        basis=dict(draft.basis),
        tier_uses=dict(draft.tier_uses),
    )
    insert_rows([bill])
    if draft.lines:
        insert_rows(_lines(bill, draft))
    if postings := _postings(bill, draft, at):
        insert_rows(postings)
    _raise_receivable(bill)
    return bill


def _lines(bill: Bill, draft: BillDraft) -> list[BillLine]:
    return [
        BillLine(
            bill=bill,
            position=position,
            component=line.component,
            component_name=line.component_name,
            category=line.category,
            tier=line.tier,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            sentence=line.sentence_zh,
            sentence_en=line.sentence_en,
        )
        for position, line in enumerate(draft.lines, 1)
    ]


def _postings(bill: Bill, draft: BillDraft, at: datetime.datetime) -> list[Posting]:
    rows = []
    for line in draft.lines:
        if line.amount:
            revenue = f"revenue:{line.component}"
            debit, credit = ("receivable", revenue) if line.amount > 0 else (revenue, "receivable")
            rows.append(
                Posting(
                    debit=debit,
                    credit=credit,
                    amount=abs(line.amount),
                    account_id=bill.account_id,
                    bill=bill,
                    business_date=bill.issued_on,
                    posted_at=at,
                )
            )
    return rows


def _raise_receivable(bill: Bill) -> None:
    balance = balances_of(lock_accounts([bill.account_id]))[bill.account_id]
    balance.receivable += bill.amount
    save_balances([balance])
