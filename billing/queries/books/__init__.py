"""The books of billing, proved row by row (reliability: a sum that is stored is also recomputed)."""

from billing.queries.books.adjustments import ADJUSTMENTS
from billing.queries.books.bills import BILLS
from billing.queries.books.cancellations import CANCELLATIONS
from billing.queries.books.donations import DONATIONS
from billing.queries.books.gas import GAS
from billing.queries.books.heating import HEATING
from billing.queries.books.invariant import Finding, Invariant, examine
from billing.queries.books.ledger import LEDGER
from billing.queries.books.payments import PAYMENTS
from billing.queries.books.receipts import RECEIPTS
from billing.queries.books.reversals import REVERSALS
from billing.queries.books.runs import RUNS
from billing.queries.books.write_offs import WRITE_OFFS

BILLING = (
    *LEDGER, *BILLS, *PAYMENTS, *RECEIPTS, *REVERSALS, *CANCELLATIONS, *ADJUSTMENTS, *HEATING, *GAS, *RUNS,
    *WRITE_OFFS, *DONATIONS,
)  # fmt: skip

__all__ = ["BILLING", "Finding", "Invariant", "examine"]
