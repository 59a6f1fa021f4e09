"""The books of the counters, proved row by row, and with them those of billing below."""

from billing.queries.books import BILLING, Invariant

# The cash that a payment left in the drawer: what was handed over less the change.
_CASH_OF_PAYMENTS = """
    SELECT payment.id AS payment_id, coalesce(tender.cash, 0) - payment.change_given AS cash
    FROM billing_payment payment
    LEFT JOIN (SELECT payment_id, sum(amount) AS cash FROM billing_tender
               WHERE method = 'CASH' GROUP BY payment_id) tender ON tender.payment_id = payment.id
"""

TILLS = (
    Invariant(
        "counter_payment_enters_one_till",
        """
        SELECT payment.id FROM billing_payment payment
        LEFT JOIN (SELECT payment_id, count(*) AS entries FROM counters_tillentry
                   WHERE kind = 'PAYMENT' GROUP BY payment_id) entered ON entered.payment_id = payment.id
        WHERE coalesce(entered.entries, 0) <> CASE payment.channel WHEN 'COUNTER' THEN 1 ELSE 0 END
        """,
    ),
    Invariant(
        "reversal_leaves_one_till",
        """
        SELECT undone.id FROM billing_reversal undone
        LEFT JOIN counters_tillentry entry ON entry.reversal_id = undone.id
        GROUP BY undone.id
        HAVING count(entry.id) <> 1
            OR bool_or((entry.payment_id, entry.kind) IS DISTINCT FROM (undone.payment_id, undone.kind))
        """,
    ),
    Invariant(
        "till_entry_is_the_cash_of_its_payment",
        f"""
        SELECT entry.id FROM counters_tillentry entry
        JOIN ({_CASH_OF_PAYMENTS}) paid USING (payment_id)
        WHERE (entry.cash_in, entry.cash_out) IS DISTINCT FROM
            (CASE entry.kind WHEN 'PAYMENT' THEN paid.cash ELSE 0 END,
             CASE entry.kind WHEN 'PAYMENT' THEN 0 ELSE paid.cash END)
        """,  # noqa: S608 -- our own words
    ),
    Invariant(
        "cash_is_posted_to_the_drawer_it_entered",
        """
        SELECT posting.id FROM billing_posting posting
        JOIN billing_payment payment ON payment.id = posting.payment_id
        LEFT JOIN counters_tillentry entry ON entry.payment_id = posting.payment_id
            AND entry.reversal_id IS NOT DISTINCT FROM posting.reversal_id
        WHERE (posting.debit LIKE 'cash:%' OR posting.credit LIKE 'cash:%')
            AND coalesce('cash:' || entry.shift_id NOT IN (posting.debit, posting.credit), true)
        """,
    ),
    Invariant(
        "payment_is_on_the_date_of_its_shift",
        """
        SELECT entry.payment_id FROM counters_tillentry entry
        JOIN counters_shift shift ON shift.id = entry.shift_id
        JOIN billing_payment payment ON payment.id = entry.payment_id
        LEFT JOIN billing_reversal undone ON undone.id = entry.reversal_id
        WHERE coalesce(undone.business_date, payment.business_date) <> shift.business_date
        """,
    ),
)

SHIFTS = (
    # Counted and expected may differ; the difference is then posted to the drawer as well.
    Invariant(
        "drawer_is_the_sum_of_its_till_entries",
        """
        SELECT drawer FROM (
            SELECT 'cash:' || shift.id AS drawer,
                coalesce(sum(entry.cash_in - entry.cash_out), 0)
                    + coalesce(shift.counted - shift.expected, 0) AS amount
            FROM counters_shift shift LEFT JOIN counters_tillentry entry ON entry.shift_id = shift.id
            GROUP BY shift.id) till
        FULL JOIN (
            SELECT drawer, sum(amount) AS amount FROM (
                SELECT debit AS drawer, amount FROM billing_posting WHERE debit LIKE 'cash:%'
                UNION ALL
                SELECT credit, -amount FROM billing_posting WHERE credit LIKE 'cash:%') side
            GROUP BY drawer) posted USING (drawer)
        WHERE till.drawer IS NULL OR till.amount IS DISTINCT FROM coalesce(posted.amount, 0)
        """,
    ),
    Invariant(
        "closed_shift_expects_its_float_and_entries",
        """
        SELECT shift.id FROM counters_shift shift
        LEFT JOIN counters_tillentry entry ON entry.shift_id = shift.id
        WHERE shift.state = 'CLOSED' GROUP BY shift.id
        HAVING shift.expected IS DISTINCT FROM
            shift.opening_float + coalesce(sum(entry.cash_in - entry.cash_out), 0)
        """,
    ),
    Invariant(
        "closed_shift_counted_its_count_sheet",
        """
        SELECT shift.id FROM counters_shift shift
        LEFT JOIN counters_cashcount sheet ON sheet.shift_id = shift.id
        GROUP BY shift.id
        HAVING CASE shift.state WHEN 'CLOSED' THEN shift.counted ELSE 0 END
            IS DISTINCT FROM coalesce(sum(sheet.denomination * sheet.pieces), 0)
        """,
    ),
    Invariant(
        "cash_difference_is_posted",
        """
        SELECT drawer FROM (
            SELECT 'cash:' || id AS drawer, counted - expected AS amount FROM counters_shift
            WHERE state = 'CLOSED' AND counted <> expected) found
        FULL JOIN (
            SELECT CASE WHEN debit = 'cash_difference' THEN credit ELSE debit END AS drawer,
                sum(CASE WHEN debit = 'cash_difference' THEN -amount ELSE amount END) AS amount
            FROM billing_posting WHERE 'cash_difference' IN (debit, credit) GROUP BY 1) posted USING (drawer)
        WHERE found.amount IS DISTINCT FROM posted.amount
        """,
    ),
    Invariant(
        "shift_counts_the_receipts_of_its_book",
        """
        SELECT book FROM (SELECT code AS book, receipts_issued AS issued FROM counters_shift) shift
        FULL JOIN (SELECT book, count(*) AS issued FROM billing_receipt GROUP BY book) receipts USING (book)
        WHERE shift.issued IS NULL OR shift.issued <> coalesce(receipts.issued, 0)
        """,
    ),
    Invariant(
        "receipt_is_in_the_book_of_its_shift",
        """
        SELECT receipt.number FROM billing_receipt receipt
        LEFT JOIN counters_tillentry entry ON entry.payment_id = receipt.payment_id AND entry.kind = 'PAYMENT'
        LEFT JOIN counters_shift shift ON shift.id = entry.shift_id
        WHERE shift.code IS DISTINCT FROM receipt.book
        """,
    ),
    Invariant(
        "tills_and_shifts_hold_money",
        """
        SELECT 'counters_tillentry ' || id FROM counters_tillentry
        WHERE NOT (cash_in BETWEEN 0 AND 99999999999.99 AND cash_out BETWEEN 0 AND 99999999999.99)
        UNION ALL
        SELECT 'counters_shift ' || id FROM counters_shift
        WHERE NOT (opening_float BETWEEN 0 AND 99999999999.99
            AND coalesce(counted, 0) BETWEEN 0 AND 99999999999.99
            AND coalesce(expected, 0) BETWEEN -99999999999.99 AND 99999999999.99)
        """,
    ),
)

BOOKS = (*BILLING, *TILLS, *SHIFTS)
