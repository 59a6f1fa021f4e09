"""Totals of a chunk by district, category, component and tier: of the drafts first, of the written rows later."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from accounts.copying import copy_rows
from billing.models import BillRunChunk
from billing.money import NO_MONEY
from billing.services.bill_run_pricing import PricedAccounts

_COLUMNS = (
    "chunk_id", "district_id", "category", "component", "component_name", "tier", "bills", "quantity", "amount",
)  # fmt: skip
# A bill counts once in the row without a component; its lines in one row for each component and tier.
_FROM_BOOKS = """
    WITH bill AS (
        SELECT b.id, b.quantity, b.amount, b.basis ->> 'category' AS category, place.district_id
        FROM billing_bill b
        JOIN accounts_account account ON account.id = b.account_id
        JOIN accounts_premises place ON place.id = account.premises_id
        WHERE b.id = ANY (%(ids)s))
    INSERT INTO billing_billruntotal
        (chunk_id, district_id, category, component, component_name, tier, bills, quantity, amount)
    SELECT %(chunk)s, district_id, bill.category, component, min(component_name), tier, count(DISTINCT bill.id),
        sum(line.quantity), sum(line.amount)
    FROM bill JOIN billing_billline line ON line.bill_id = bill.id
    GROUP BY district_id, bill.category, component, tier
    UNION ALL
    SELECT %(chunk)s, district_id, category, '', '', NULL, count(*), sum(quantity), sum(amount)
    FROM bill GROUP BY district_id, category
"""
# Nearly every new posting has no payment: the index of payments must not tempt the planner.
_WRITTEN = """
    SELECT count(*), coalesce(sum(amount), 0),
        (SELECT coalesce(sum(CASE WHEN debit = 'receivable' THEN amount ELSE -amount END), 0)
         FROM billing_posting WHERE bill_id = ANY (%(ids)s) AND coalesce(payment_id, 0) = 0)
    FROM billing_bill WHERE id = ANY (%(ids)s)
"""


# District, category, component and tier.
_Place = tuple[int, str, str, int | None]


@dataclass(slots=True)
class _Total:
    name: str = ""
    accounts: set[int] = field(default_factory=set)
    quantity: Decimal = Decimal(0)
    amount: Decimal = NO_MONEY

    def add(self, account_id: int, name: str, quantity: Decimal, amount: Decimal) -> None:
        self.accounts.add(account_id)
        self.name = name
        self.quantity += quantity
        self.amount += amount


class TotalsDiffer(Exception):
    """What stands in the tables is not what was priced: a bug, and the chunk is not written."""


def keep_totals_of_drafts(chunk: BillRunChunk, priced: PricedAccounts) -> None:
    """Put the totals of a preview in the place of earlier ones."""
    districts = {one["pk"]: one["premises__district_id"] for one in priced.facts}
    totals = defaultdict[_Place, _Total](_Total)
    for draft in priced.drafts:
        district, category = districts[draft.account_id], draft.basis["category"]
        totals[district, category, "", None].add(draft.account_id, "", draft.quantity, draft.total)
        for line in draft.lines:
            totals[district, category, line.component, line.tier].add(
                draft.account_id, line.component_name, line.quantity, line.amount
            )
    chunk.totals.all().delete()
    copy_rows(
        "billing_billruntotal",
        _COLUMNS,
        (
            (chunk.pk, district, category, component, of.name, tier, len(of.accounts), of.quantity, of.amount)
            for (district, category, component, tier), of in totals.items()
        ),
    )


def keep_totals_of_bills(chunk: BillRunChunk, bill_ids: Sequence[int]) -> None:
    """Put the totals of the written lines in the place of the preview's."""
    if chunk.previewed_at:
        chunk.totals.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_FROM_BOOKS, {"chunk": chunk.pk, "ids": list(bill_ids)})


def check_totals(bill_ids: Sequence[int], count: int, amount: Decimal) -> None:
    """Compare what stands in the tables with what was priced: bills, their sum, the postings of their lines."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, {"ids": list(bill_ids)})
        written = cursor.fetchone()
    if written != (count, amount, amount):
        raise TotalsDiffer(
            f"{count} bills of {amount} were priced, written are (bills, sum, posted) {written}"
        )
