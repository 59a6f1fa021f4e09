from billing.queries.books.invariant import Invariant

CANCELLATIONS = (
    Invariant(
        "bill_is_cancelled_exactly_when_somebody_cancelled_it",
        """
        SELECT bill.id FROM billing_bill bill
        LEFT JOIN billing_billcancellation cancellation ON cancellation.bill_id = bill.id
        GROUP BY bill.id
        HAVING count(cancellation.id) <> CASE bill.state WHEN 'CANCELLED' THEN 1 ELSE 0 END
        """,
    ),
    Invariant(
        "cancellation_mirrors_every_posting_of_its_bill",
        """
        SELECT coalesce(original.id, mirror.id) FROM (
            SELECT posting.*, cancellation.id AS cancelled_by, cancellation.business_date AS cancelled_on
            FROM billing_posting posting JOIN billing_billcancellation cancellation USING (bill_id)
            WHERE posting.payment_id IS NULL AND posting.reverses_id IS NULL) original
        FULL JOIN (
            SELECT * FROM billing_posting
            WHERE cancellation_id IS NOT NULL AND payment_id IS NULL AND bill_id IS NOT NULL) mirror
            ON mirror.reverses_id = original.id
        WHERE (original.debit, original.credit, original.amount, original.account_id, original.bill_id,
               original.adjustment_id, original.cancelled_by, original.cancelled_on)
            IS DISTINCT FROM
              (mirror.credit, mirror.debit, mirror.amount, mirror.account_id, mirror.bill_id,
               mirror.adjustment_id, mirror.cancellation_id, mirror.business_date)
        """,
    ),
    Invariant(
        "cancellation_takes_back_every_heat_credit_of_its_bill",
        """
        SELECT coalesce(original.id, mirror.id) FROM (
            SELECT posting.*, cancellation.id AS cancelled_by, cancellation.business_date AS cancelled_on
            FROM billing_billcancellation cancellation JOIN billing_heatcredit given USING (bill_id)
            JOIN billing_posting posting ON posting.id = given.posting_id) original
        FULL JOIN (
            SELECT * FROM billing_posting
            WHERE cancellation_id IS NOT NULL AND payment_id IS NULL AND bill_id IS NULL) mirror
            ON mirror.reverses_id = original.id
        WHERE (original.debit, original.credit, original.amount, original.account_id, original.cancelled_by,
               original.cancelled_on)
            IS DISTINCT FROM
              (mirror.credit, mirror.debit, mirror.amount, mirror.account_id, mirror.cancellation_id,
               mirror.business_date)
        """,
    ),
    # A payment that was undone before has nothing to return; one that is undone later has its mirror.
    Invariant(
        "cancelled_bill_returns_what_was_paid_on_it",
        """
        SELECT coalesce(share.bill_id, posted.bill_id) FROM (
            SELECT share.bill_id, share.payment_id, share.account_id, share.principal + share.late_charge AS paid,
                share.late_charge AS late, undone.id IS NOT NULL AS is_undone, cancellation.id AS cancelled_by,
                cancellation.business_date AS cancelled_on
            FROM billing_billcancellation cancellation
            JOIN billing_allocation share USING (bill_id)
            LEFT JOIN billing_reversal undone ON undone.payment_id = share.payment_id) share
        FULL JOIN (
            SELECT bill_id, payment_id, account_id, cancellation_id, business_date,
                coalesce(sum(amount) FILTER (WHERE debit = 'receivable' AND credit = 'prepaid'), 0) AS paid,
                coalesce(sum(amount) FILTER (WHERE debit = 'late_charge' AND credit = 'receivable'), 0) AS late
            FROM billing_posting WHERE cancellation_id IS NOT NULL AND payment_id IS NOT NULL
            GROUP BY bill_id, payment_id, account_id, cancellation_id, business_date) posted
            USING (bill_id, payment_id)
        WHERE NOT (posted.bill_id IS NULL AND share.is_undone)
            AND (share.paid, share.late, share.account_id, share.cancelled_by, share.cancelled_on)
                IS DISTINCT FROM
                (posted.paid, posted.late, posted.account_id, posted.cancellation_id, posted.business_date)
        """,
    ),
    Invariant(
        "cancellation_says_what_it_returned",
        """
        SELECT cancellation.id FROM billing_billcancellation cancellation
        LEFT JOIN (
            SELECT cancellation_id, sum(amount) AS amount FROM billing_posting
            WHERE debit = 'receivable' AND credit = 'prepaid' AND cancellation_id IS NOT NULL
                AND payment_id IS NOT NULL
            GROUP BY cancellation_id) posted ON posted.cancellation_id = cancellation.id
        WHERE cancellation.returned IS DISTINCT FROM coalesce(posted.amount, 0)
        """,
    ),
    Invariant(
        "cancelling_what_was_paid_needs_a_second_person",
        """
        SELECT id FROM billing_billcancellation
        WHERE approved_by_id = cancelled_by_id OR returned <> 0 AND approved_by_id IS NULL
        """,
    ),
    Invariant(
        "bill_replaces_a_cancelled_bill_of_its_period",
        """
        SELECT bill.id FROM billing_bill bill JOIN billing_bill old ON old.id = bill.replaces_id
        WHERE old.state <> 'CANCELLED'
            OR (old.account_id, old.kind, old.period) IS DISTINCT FROM (bill.account_id, bill.kind, bill.period)
        UNION ALL
        SELECT max(id) FROM billing_bill WHERE replaces_id IS NOT NULL
        GROUP BY replaces_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "cancellation_is_in_the_audit_trail_once",
        """
        SELECT cancellation.id FROM billing_billcancellation cancellation
        LEFT JOIN (
            SELECT object_id, count(*) AS entries FROM accounts_auditentry
            WHERE object_type = 'billing.bill' AND action = 'cancel_bill'
            GROUP BY object_id) trail ON trail.object_id = cancellation.bill_id::text
        WHERE trail.entries IS DISTINCT FROM 1
        """,
    ),
)
