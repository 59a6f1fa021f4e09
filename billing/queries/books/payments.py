from billing.queries.books.invariant import Invariant

PAYMENTS = (
    Invariant(
        "payment_goes_whole_into_change_bills_and_credit",
        "SELECT id FROM billing_payment WHERE tendered IS DISTINCT FROM change_given + allocated + credited",
    ),
    Invariant(
        "payment_is_the_sum_of_its_tenders",
        """
        SELECT payment.id FROM billing_payment payment
        LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM billing_tender GROUP BY payment_id) part
            ON part.payment_id = payment.id
        WHERE payment.tendered IS DISTINCT FROM coalesce(part.amount, 0)
        """,
    ),
    Invariant(
        "payment_is_the_sum_of_its_allocations",
        """
        SELECT payment.id FROM billing_payment payment
        LEFT JOIN (SELECT payment_id, sum(principal + late_charge) AS amount
                   FROM billing_allocation GROUP BY payment_id) part ON part.payment_id = payment.id
        WHERE payment.allocated IS DISTINCT FROM coalesce(part.amount, 0)
        """,
    ),
    Invariant(
        "payment_is_the_sum_of_its_deposits",
        """
        SELECT payment.id FROM billing_payment payment
        LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM billing_deposit GROUP BY payment_id) part
            ON part.payment_id = payment.id
        WHERE payment.credited IS DISTINCT FROM coalesce(part.amount, 0)
        """,
    ),
    Invariant(
        "change_is_given_on_cash_only",
        """
        SELECT payment.id FROM billing_payment payment
        LEFT JOIN (SELECT payment_id, sum(amount) AS cash FROM billing_tender
                   WHERE method = 'CASH' GROUP BY payment_id) tender ON tender.payment_id = payment.id
        WHERE payment.change_given > coalesce(tender.cash, 0)
        """,
    ),
    # Ledger by ledger: cash net of change, each clearing, prepaid credit.
    Invariant(
        "payment_is_posted_as_it_was_tendered",
        """
        SELECT DISTINCT payment_id FROM (
            SELECT payment_id, ledger, sum(amount) AS amount FROM (
                SELECT payment_id, amount, CASE WHEN method IN ('CASH', 'PREPAID', 'OPENING', 'DONATION') THEN lower(method)
                                                ELSE 'clearing:' || lower(method) END AS ledger
                FROM billing_tender
                UNION ALL
                SELECT id, -change_given, 'cash' FROM billing_payment WHERE change_given <> 0) part
            GROUP BY payment_id, ledger HAVING sum(amount) <> 0) tendered
        FULL JOIN (
            SELECT payment_id, CASE WHEN debit LIKE 'cash:%' THEN 'cash' ELSE debit END AS ledger,
                sum(amount) AS amount
            FROM billing_posting
            WHERE payment_id IS NOT NULL AND reversal_id IS NULL AND cancellation_id IS NULL AND debit <> 'receivable'
            GROUP BY 1, 2) posted USING (payment_id, ledger)
        WHERE tendered.amount IS DISTINCT FROM posted.amount
        """,
    ),
    Invariant(
        "payment_is_posted_as_it_was_allocated",
        """
        SELECT DISTINCT payment_id FROM billing_allocation share
        FULL JOIN (
            SELECT payment_id, bill_id,
                coalesce(sum(amount) FILTER (WHERE credit = 'receivable'), 0) AS settled,
                coalesce(sum(amount) FILTER (
                    WHERE debit = 'receivable' AND credit = 'late_charge'), 0) AS late
            FROM billing_posting
            WHERE payment_id IS NOT NULL AND bill_id IS NOT NULL AND reversal_id IS NULL AND cancellation_id IS NULL
            GROUP BY payment_id, bill_id) posted USING (payment_id, bill_id)
        WHERE (share.principal + share.late_charge, share.late_charge)
            IS DISTINCT FROM (posted.settled, posted.late)
        """,
    ),
    Invariant(
        "payment_is_posted_as_it_was_deposited",
        """
        SELECT DISTINCT payment_id FROM billing_deposit deposit
        FULL JOIN (
            SELECT payment_id, account_id, sum(amount) AS amount FROM billing_posting
            WHERE payment_id IS NOT NULL AND bill_id IS NULL AND reversal_id IS NULL AND cancellation_id IS NULL AND credit = 'prepaid'
            GROUP BY payment_id, account_id) posted USING (payment_id, account_id)
        WHERE deposit.amount IS DISTINCT FROM posted.amount
        """,
    ),
    # The credit of an account pays the bills of that account only.
    Invariant(
        "credit_is_drawn_from_the_account_it_belongs_to",
        """
        SELECT DISTINCT payment_id FROM (
            SELECT payment_id, account_id, sum(amount) AS amount FROM billing_tender
            WHERE method = 'PREPAID' GROUP BY payment_id, account_id) drawn
        FULL JOIN (
            SELECT payment_id, account_id, sum(amount) AS amount FROM billing_posting
            WHERE payment_id IS NOT NULL AND reversal_id IS NULL AND cancellation_id IS NULL AND debit = 'prepaid'
            GROUP BY payment_id, account_id) posted USING (payment_id, account_id)
        WHERE drawn.amount IS DISTINCT FROM posted.amount
        """,
    ),
    Invariant(
        "allocation_settles_a_bill_of_its_account",
        """
        SELECT share.id FROM billing_allocation share
        LEFT JOIN billing_bill bill ON bill.id = share.bill_id
        WHERE bill.account_id IS DISTINCT FROM share.account_id
        """,
    ),
    Invariant(
        "slip_pays_once",
        """
        SELECT slip FROM (
            SELECT tender.method || ' ' || tender.reference AS slip FROM billing_tender tender
            LEFT JOIN billing_reversal undone ON undone.payment_id = tender.payment_id
            WHERE tender.reference <> '' AND undone.id IS NULL
            UNION ALL
            SELECT method || ' ' || reference FROM billing_donation donation
            WHERE NOT EXISTS (SELECT FROM billing_donationreversal WHERE donation_id = donation.id)) paid
        GROUP BY slip HAVING count(*) > 1
        """,
    ),
    Invariant(
        "counter_payment_is_in_the_audit_trail_once",
        """
        SELECT payment.id FROM billing_payment payment
        LEFT JOIN (
            SELECT object_id, count(*) AS entries FROM accounts_auditentry
            WHERE object_type = 'billing.payment' AND action = 'take_payment'
            GROUP BY object_id) trail ON trail.object_id = payment.id::text
        WHERE payment.channel IN ('COUNTER', 'DONATION') AND trail.entries IS DISTINCT FROM 1
        """,
    ),
)
