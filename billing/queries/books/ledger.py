from decimal import Decimal

from billing.models.amount import LARGEST_AMOUNT
from billing.models.posting import LEDGER as LEDGERS
from billing.money import FEN, NO_MONEY
from billing.queries.books.invariant import Invariant

# Every column of posted money with the least it may hold. NaN is above every number: it breaks the upper bound.
MONEY = (
    ("billing_balance", "account_id", "receivable", NO_MONEY),
    ("billing_balance", "account_id", "prepaid", NO_MONEY),
    ("billing_bill", "id", "amount", NO_MONEY),
    ("billing_bill", "id", "outstanding", NO_MONEY),
    ("billing_bill", "id", "late_charge_left", NO_MONEY),
    ("billing_bill", "id", "adjusted", NO_MONEY),
    ("billing_bill", "id", "written_off", NO_MONEY),
    ("billing_writeoff", "id", "amount", FEN),
    ("billing_writeoffrecovery", "id", "amount", FEN),
    ("billing_billcancellation", "id", "returned", NO_MONEY),
    ("billing_adjustment", "id", "amount", -LARGEST_AMOUNT),
    ("billing_adjustment", "id", "to_bill", NO_MONEY),
    ("billing_adjustment", "id", "to_credit", NO_MONEY),
    ("billing_waiver", "id", "amount", FEN),
    ("billing_billline", "id", "amount", -LARGEST_AMOUNT),
    ("billing_payment", "id", "tendered", FEN),
    ("billing_payment", "id", "change_given", NO_MONEY),
    ("billing_payment", "id", "allocated", NO_MONEY),
    ("billing_payment", "id", "credited", NO_MONEY),
    ("billing_tender", "id", "amount", FEN),
    ("billing_allocation", "id", "principal", NO_MONEY),
    ("billing_allocation", "id", "late_charge", NO_MONEY),
    ("billing_allocation", "id", "late_charge_left", NO_MONEY),
    ("billing_deposit", "id", "amount", FEN),
    ("billing_posting", "id", "amount", FEN),
    ("billing_temperaturerefund", "id", "heat_fee", NO_MONEY),
    ("billing_temperaturerefund", "id", "amount", FEN),
    ("billing_seasonsettlement", "id", "prepaid", NO_MONEY),
    ("billing_seasonsettlement", "id", "total", NO_MONEY),
    ("billing_seasonsettlement", "id", "refund", NO_MONEY),
    ("billing_seasonsettlement", "id", "collect", NO_MONEY),
    ("billing_heatcredit", "id", "amount", FEN),
    ("billing_donation", "id", "amount", FEN),
    ("billing_donationgrant", "id", "amount", FEN),
)


def out_of_range(table: str, key: str, column: str, least: Decimal) -> str:
    return (
        f"SELECT '{table}.{column} ' || {key} FROM {table} "  # noqa: S608 -- our own words
        f"WHERE NOT ({column} >= {least} AND {column} <= {LARGEST_AMOUNT})"
    )


LEDGER = (
    Invariant("amounts_are_in_range", " UNION ALL ".join(out_of_range(*column) for column in MONEY)),
    Invariant(
        "trial_balance_is_zero",
        """
        SELECT 'off by ' || sum(amount) FROM (
            SELECT debit AS ledger, sum(amount) AS amount FROM billing_posting GROUP BY debit
            UNION ALL
            SELECT credit, -sum(amount) FROM billing_posting GROUP BY credit) side
        HAVING sum(amount) <> 0
        """,
    ),
    # The few names are gathered before they are matched: the pattern is dear, and the postings are many.
    Invariant(
        "posting_names_ledgers_that_exist",
        f"""
        WITH named AS MATERIALIZED (
            SELECT debit AS ledger FROM billing_posting UNION SELECT credit FROM billing_posting),
        unknown AS MATERIALIZED (SELECT ledger FROM named WHERE ledger !~ '{LEDGERS}')
        SELECT id FROM billing_posting
        WHERE debit IN (SELECT ledger FROM unknown) OR credit IN (SELECT ledger FROM unknown) OR debit = credit
            OR account_id IS NULL
                AND (debit IN ('receivable', 'prepaid') OR credit IN ('receivable', 'prepaid'))
        """,  # noqa: S608 -- our own words
    ),
    Invariant(
        "posting_comes_from_a_bill_a_payment_or_a_count",
        """
        SELECT id FROM billing_posting
        WHERE bill_id IS NULL AND payment_id IS NULL AND adjustment_id IS NULL
            AND NOT (debit LIKE 'revenue:%' AND credit = 'prepaid'
                AND id IN (SELECT posting_id FROM billing_heatcredit))
            AND NOT (credit = 'donation' AND id IN (SELECT posting_id FROM billing_donation))
            AND NOT (debit = 'donation' AND id IN (SELECT posting_id FROM billing_donationreversal))
            AND NOT (debit = 'prepaid' AND credit LIKE 'revenue:%' AND cancellation_id IS NOT NULL
                AND reverses_id IN (SELECT posting_id FROM billing_heatcredit))
            AND NOT ('cash_difference' IN (debit, credit) AND (debit LIKE 'cash:%' OR credit LIKE 'cash:%'))
        """,
    ),
    Invariant(
        "posting_is_of_the_account_of_its_bill",
        """
        SELECT posting.id FROM billing_posting posting JOIN billing_bill bill ON bill.id = posting.bill_id
        WHERE posting.account_id IS DISTINCT FROM bill.account_id
        """,
    ),
    Invariant(
        "posting_is_on_the_date_of_its_payment",
        """
        SELECT posting.id FROM billing_posting posting
        JOIN billing_payment payment ON payment.id = posting.payment_id
        WHERE posting.reversal_id IS NULL AND posting.cancellation_id IS NULL
            AND posting.business_date <> payment.business_date
        """,
    ),
    Invariant(
        "balance_is_the_sum_of_its_postings",
        """
        SELECT account_id FROM billing_balance balance
        FULL JOIN (
            SELECT account_id,
                coalesce(sum(amount) FILTER (WHERE debit = 'receivable'), 0)
                    - coalesce(sum(amount) FILTER (WHERE credit = 'receivable'), 0) AS receivable,
                coalesce(sum(amount) FILTER (WHERE credit = 'prepaid'), 0)
                    - coalesce(sum(amount) FILTER (WHERE debit = 'prepaid'), 0) AS prepaid
            FROM billing_posting WHERE account_id IS NOT NULL GROUP BY account_id) posted USING (account_id)
        WHERE (coalesce(balance.receivable, 0), coalesce(balance.prepaid, 0))
            IS DISTINCT FROM (coalesce(posted.receivable, 0), coalesce(posted.prepaid, 0))
        """,
    ),
    Invariant(
        "receivable_is_what_the_bills_owe",
        """
        SELECT account_id FROM billing_balance balance
        FULL JOIN (SELECT account_id, sum(outstanding) AS owed FROM billing_bill GROUP BY account_id) bills
            USING (account_id)
        WHERE coalesce(balance.receivable, 0) IS DISTINCT FROM coalesce(bills.owed, 0)
        """,
    ),
    Invariant(
        "prepaid_is_never_negative",
        """
        SELECT account_id FROM (
            SELECT account_id,
                sum(CASE WHEN credit = 'prepaid' THEN amount ELSE -amount END) OVER (
                    PARTITION BY account_id ORDER BY id) AS prepaid
            FROM billing_posting WHERE debit = 'prepaid' OR credit = 'prepaid') history
        GROUP BY account_id HAVING min(prepaid) < 0
        """,
    ),
    Invariant(
        "closed_day_takes_no_postings",
        """
        SELECT posting.id FROM billing_posting posting
        JOIN billing_businessday day ON day.date = posting.business_date
        WHERE posting.posted_at > day.closed_at
        """,
    ),
)
