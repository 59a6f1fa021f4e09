from billing.queries.books.invariant import Invariant

REVERSALS = (
    # The cash goes back out of the drawer that pays it, which may be another one than it came into.
    Invariant(
        "reversal_mirrors_every_posting",
        """
        WITH posting AS (
            SELECT id, reverses_id, payment_id, reversal_id, amount, account_id, bill_id, business_date,
                CASE WHEN debit LIKE 'cash:%' THEN 'cash' ELSE debit END AS debit,
                CASE WHEN credit LIKE 'cash:%' THEN 'cash' ELSE credit END AS credit
            FROM billing_posting
            WHERE payment_id IS NOT NULL OR reversal_id IS NOT NULL
                OR reverses_id IS NOT NULL AND cancellation_id IS NULL
                    AND id NOT IN (SELECT posting_id FROM billing_donationreversal))
        SELECT coalesce(original.id, mirror.id) FROM (
            SELECT posting.*, undone.id AS undone_by, undone.business_date AS undone_on
            FROM posting JOIN billing_reversal undone USING (payment_id)
            WHERE posting.reverses_id IS NULL AND posting.reversal_id IS NULL) original
        FULL JOIN (
            SELECT * FROM posting
            WHERE (reverses_id IS NOT NULL OR reversal_id IS NOT NULL)
                AND (payment_id IS NOT NULL OR bill_id IS NULL)) mirror
            ON mirror.reverses_id = original.id
        WHERE (original.debit, original.credit, original.amount, original.account_id, original.bill_id,
               original.payment_id, original.undone_by, original.undone_on)
            IS DISTINCT FROM
              (mirror.credit, mirror.debit, mirror.amount, mirror.account_id, mirror.bill_id,
               mirror.payment_id, mirror.reversal_id, mirror.business_date)
        """,
    ),
    Invariant(
        "nothing_is_reversed_twice",
        """
        SELECT 'payment ' || payment_id FROM billing_reversal GROUP BY payment_id HAVING count(*) > 1
        UNION ALL
        SELECT 'posting ' || reverses_id FROM billing_posting
        WHERE reverses_id IS NOT NULL GROUP BY reverses_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "reversal_after_the_close_has_a_second_person",
        """
        SELECT id FROM billing_reversal
        WHERE kind <> 'VOID' AND (approved_by_id IS NULL OR approved_by_id = reversed_by_id)
        """,
    ),
    Invariant(
        "reversal_is_in_the_audit_trail_once",
        """
        SELECT undone.id FROM billing_reversal undone
        LEFT JOIN (
            SELECT object_id, count(*) AS entries FROM accounts_auditentry
            WHERE object_type = 'billing.payment' AND action IN ('void_payment', 'reverse_payment')
            GROUP BY object_id) trail ON trail.object_id = undone.payment_id::text
        WHERE trail.entries IS DISTINCT FROM 1
        """,
    ),
)
