from billing.queries.books.invariant import Invariant

WRITE_OFFS = (
    # Written off, less what was taken back since.
    Invariant(
        "bill_is_written_off_as_it_was_approved",
        """
        SELECT bill.id FROM billing_bill bill
        LEFT JOIN (
            SELECT lost.bill_id, sum(lost.amount - coalesce(back.amount, 0)) AS amount FROM billing_writeoff lost
            LEFT JOIN (SELECT write_off_id, sum(amount) AS amount FROM billing_writeoffrecovery
                       GROUP BY write_off_id) back ON back.write_off_id = lost.id
            WHERE lost.state = 'APPROVED' GROUP BY lost.bill_id) approved
            ON approved.bill_id = bill.id
        WHERE bill.written_off IS DISTINCT FROM coalesce(approved.amount, 0)
        """,
    ),
    # What a cancellation turned round is proved with the cancellations.
    Invariant(
        "write_off_is_posted_as_it_was_approved",
        """
        SELECT coalesce(decided.bill_id, posted.bill_id) FROM (
            SELECT bill_id, direction, business_date, sum(amount) AS amount FROM (
                SELECT bill_id, 'off' AS direction, business_date, amount FROM billing_writeoff
                WHERE state = 'APPROVED'
                UNION ALL
                SELECT lost.bill_id, 'back', back.business_date, back.amount
                FROM billing_writeoffrecovery back JOIN billing_writeoff lost ON lost.id = back.write_off_id) moved
            GROUP BY 1, 2, 3) decided
        FULL JOIN (
            SELECT bill_id, CASE WHEN debit = 'write_off' THEN 'off' ELSE 'back' END AS direction, business_date,
                sum(amount) AS amount
            FROM billing_posting
            WHERE 'write_off' IN (debit, credit) AND payment_id IS NULL AND cancellation_id IS NULL
            GROUP BY 1, 2, 3) posted USING (bill_id, direction, business_date)
        WHERE decided.amount IS DISTINCT FROM posted.amount
        """,
    ),
    Invariant(
        "write_off_has_three_persons",
        """
        SELECT id FROM billing_writeoff
        WHERE state = 'APPROVED' AND (seconded_by_id IS NULL OR decided_by_id IS NULL
                OR decided_by_id = seconded_by_id)
            OR proposed_by_id IN (seconded_by_id, decided_by_id)
        """,
    ),
    Invariant(
        "recovery_takes_back_what_was_written_off",
        """
        SELECT lost.id FROM billing_writeoff lost
        JOIN (SELECT write_off_id, sum(amount) AS amount FROM billing_writeoffrecovery
              GROUP BY write_off_id) back ON back.write_off_id = lost.id
        WHERE lost.state <> 'APPROVED' OR back.amount > lost.amount
        """,
    ),
    Invariant(
        "write_off_is_in_the_audit_trail_once",
        """
        SELECT lost.id FROM billing_writeoff lost
        LEFT JOIN (
            SELECT object_id, count(*) AS entries FROM accounts_auditentry
            WHERE object_type = 'billing.writeoff' AND action = 'arrears.approve_write_off'
            GROUP BY object_id) trail ON trail.object_id = lost.id::text
        WHERE lost.state = 'APPROVED' AND trail.entries IS DISTINCT FROM 1
        """,
    ),
)
