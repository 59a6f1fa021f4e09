"""Bills into the books, in sets: one COPY a table, whatever the number of bills."""

import datetime
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from django.db import connection

from accounts.copying import copy_lines, copy_rows, escaped, json_line, reserve_ids
from billing.models import BillRun
from billing.money import NO_MONEY
from billing.services.bill_drafts import BillDraft
from billing.services.reckoning import policy_on

# The same bill gives the same request, so credit is used once however often a chunk is tried.
CREDIT_USE = uuid.UUID("6f0c8a52-9f53-4d0f-9e0b-6d0c1a2b7e11")

NULL = "\\N"
BILL = (
    "id", "number", "account_id", "service", "kind", "period", "period_from", "period_to", "run_id", "tariff_id",
    "issued_on", "due_on", "quantity", "amount", "outstanding", "late_charge_left", "state", "basis", "tier_uses",
    "replaces_id",
)  # fmt: skip
LINE = (
    "bill_id", "position", "component", "component_name", "category", "tier", "quantity", "unit_price", "amount",
    "sentence", "sentence_en",
)  # fmt: skip
POSTING = ("debit", "credit", "amount", "account_id", "business_date", "posted_at", "bill_id", "payment_id")
PAYMENT = (
    "id", "request_id", "fingerprint", "channel", "branch_id", "account_id", "business_date", "taken_at",
    "tendered", "change_given", "allocated", "credited", "policy",
)  # fmt: skip

_RAISE_BALANCES = """
    INSERT INTO billing_balance (account_id, receivable, prepaid)
    SELECT * FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[])
    ON CONFLICT (account_id) DO UPDATE
    SET receivable = billing_balance.receivable + EXCLUDED.receivable
"""
_LOWER_BALANCES = """
    UPDATE billing_balance b SET receivable = b.receivable - u.amount, prepaid = b.prepaid - u.amount
    FROM unnest(%s::bigint[], %s::numeric[]) AS u (account_id, amount) WHERE b.account_id = u.account_id
"""
# An older bill that is still open has the first claim on the credit; at the counter it is settled first.
_CREDITS = """
    SELECT account_id, greatest(prepaid - receivable, least(meant, prepaid))
    FROM billing_balance JOIN unnest(%s::bigint[], %s::numeric[]) AS u (account_id, meant) USING (account_id)
    WHERE prepaid > receivable OR least(meant, prepaid) > 0
"""
NO_CREDIT: Mapping[int, Decimal] = MappingProxyType({})

# A period that was billed and cancelled is billed again under the next number.
_CANCELLED = """
    SELECT b.account_id, count(*), max(b.id) FROM billing_bill b
    JOIN unnest(%s::bigint[], %s::text[], %s::text[]) AS draft (account_id, kind, period)
        USING (account_id, kind, period)
    WHERE b.state = 'CANCELLED' GROUP BY b.account_id
"""
# How often the period was billed before, and the bill that this one replaces.
Replaced = Mapping[int, tuple[int, int]]


def issue_bills(
    drafts: Sequence[BillDraft],
    branches: Mapping[int, int],
    run: BillRun,
    at: datetime.datetime,
    *,
    meant_for_them: Mapping[int, Decimal] = NO_CREDIT,
) -> list[int]:
    """Write bills, lines, postings and balances, and let prepaid credit pay what it can at once.

    The caller holds the locks of the accounts, inside a transaction. `branches` maps account to branch. A draft
    whose period had a bill that was cancelled replaces it; `meant_for_them` is how much of an account's credit
    had been paid on such bills: it pays the new one even while an older bill is open.
    Answers the keys of the bills, in the order of the drafts.
    """
    prepaid = _credits(drafts, meant_for_them)
    replaced = _replaced(drafts)
    ids = reserve_ids("billing_bill", len(drafts))
    numbered = list(zip(ids, drafts, strict=True))
    copy_lines("billing_bill", BILL, (_bill(pk, draft, run, prepaid, replaced) for pk, draft in numbered))
    copy_lines("billing_billline", LINE, _lines(numbered))
    copy_lines("billing_posting", POSTING, _postings(numbered, at))
    totals = {draft.account_id: draft.total for draft in drafts}
    with connection.cursor() as cursor:
        cursor.execute(_RAISE_BALANCES, [list(totals), list(totals.values()), [0] * len(totals)])
    _use_credit([(pk, draft) for pk, draft in numbered if draft.account_id in prepaid], prepaid, branches, at)
    return ids


def _credits(
    drafts: Sequence[BillDraft], meant_for_them: Mapping[int, Decimal] = NO_CREDIT
) -> dict[int, Decimal]:
    """How much of its prepaid credit each account's new bill uses."""
    if not policy_on(drafts[0].issued_on).uses_credit:
        return {}
    totals = {draft.account_id: draft.total for draft in drafts if draft.total}
    meant = [meant_for_them.get(account_id, NO_MONEY) for account_id in totals]
    with connection.cursor() as cursor:
        cursor.execute(_CREDITS, [list(totals), meant])
        return {account_id: min(free, totals[account_id]) for account_id, free in cursor}


def _replaced(drafts: Sequence[BillDraft]) -> Replaced:
    with connection.cursor() as cursor:
        cursor.execute(
            _CANCELLED,
            [
                [draft.account_id for draft in drafts],
                [draft.kind for draft in drafts],
                [draft.period for draft in drafts],
            ],
        )
        return {account_id: (times, bill_id) for account_id, times, bill_id in cursor}


# The three that follow write most of the rows of the whole system: lines of COPY, built at once.


def _bill(pk: int, draft: BillDraft, run: BillRun, prepaid: Mapping[int, Decimal], replaced: Replaced) -> str:
    outstanding = draft.total - prepaid.get(draft.account_id, NO_MONEY)
    times, replaces = replaced.get(draft.account_id, (0, None))
    number = f"{draft.account_no}-{draft.period}" + (f"-R{times}" if times else "")
    return (
        f"{pk}\t{number}\t{draft.account_id}\t{run.service}\t{draft.kind}\t{draft.period}\t"
        f"{draft.period_from}\t{draft.period_to}\t{run.pk or NULL}\t{draft.tariff_id or NULL}\t"
        f"{draft.issued_on}\t{draft.due_on}\t{draft.quantity}\t{draft.total}\t{outstanding}\t{NO_MONEY}\t"
        f"{'OPEN' if outstanding else 'PAID'}\t{json_line(draft.basis)}\t{json_line(draft.tier_uses)}\t"
        f"{replaces or NULL}\n"
    )


def _lines(numbered: Sequence[tuple[int, BillDraft]]) -> Iterator[str]:
    for pk, draft in numbered:
        for position, line in enumerate(draft.lines, 1):
            yield (
                f"{pk}\t{position}\t{_words(line.component, line.component_name, line.category)}\t"
                f"{NULL if line.tier is None else line.tier}\t{line.quantity}\t{line.unit_price}\t{line.amount}\t"
                f"{escaped(line.sentence_zh)}\t{escaped(line.sentence_en)}\n"
            )


def _postings(numbered: Sequence[tuple[int, BillDraft]], at: datetime.datetime) -> Iterator[str]:
    posted_at = str(at)
    for pk, draft in numbered:
        of_bill = f"{draft.account_id}\t{draft.issued_on}\t{posted_at}\t{pk}\t{NULL}\n"
        for line in draft.lines:
            if line.amount > 0:
                yield f"receivable\trevenue:{line.component}\t{line.amount}\t{of_bill}"
            elif line.amount:
                yield f"revenue:{line.component}\treceivable\t{-line.amount}\t{of_bill}"


@lru_cache(maxsize=1024)
def _words(component: str, name: str, category: str) -> str:
    """The same in thousands of lines."""
    return f"{escaped(component)}\t{escaped(name)}\t{escaped(category)}"


def _use_credit(
    numbered: Sequence[tuple[int, BillDraft]],
    prepaid: Mapping[int, Decimal],
    branches: Mapping[int, int],
    at: datetime.datetime,
) -> None:
    if not numbered:
        return
    ids = reserve_ids("billing_payment", len(numbered))
    used = [
        (pk, bill_id, draft, prepaid[draft.account_id])
        for pk, (bill_id, draft) in zip(ids, numbered, strict=True)
    ]
    policy = policy_on(numbered[0][1].issued_on).as_json()
    copy_rows(
        "billing_payment",
        PAYMENT,
        (
            (
                pk, uuid.uuid5(CREDIT_USE, str(bill_id)), "", "CREDIT", branches[draft.account_id], draft.account_id,
                draft.issued_on, at, amount, NO_MONEY, amount, NO_MONEY, policy,
            )
            for pk, bill_id, draft, amount in used
        ),
    )  # fmt: skip
    copy_rows(
        "billing_tender",
        ("payment_id", "position", "method", "amount", "reference", "account_id"),
        ((pk, 1, "PREPAID", amount, "", draft.account_id) for pk, _, draft, amount in used),
    )
    copy_rows(
        "billing_allocation",
        (
            "payment_id", "position", "bill_id", "account_id", "principal", "late_charge", "late_charge_left",
            "late_charge_sentence", "late_charge_sentence_en",
        ),
        ((pk, 1, bill_id, draft.account_id, amount, NO_MONEY, NO_MONEY, "", "") for pk, bill_id, draft, amount in used),
    )  # fmt: skip
    copy_rows(
        "billing_posting",
        POSTING,
        (
            ("prepaid", "receivable", amount, draft.account_id, draft.issued_on, at, bill_id, pk)
            for pk, bill_id, draft, amount in used
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(_LOWER_BALANCES, [[d.account_id for _, _, d, _ in used], [a for *_, a in used]])
