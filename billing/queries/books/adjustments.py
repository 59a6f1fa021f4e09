from billing.queries.books.invariant import Invariant

ADJUSTMENTS = (
    Invariant(
        "bill_is_adjusted_by_what_was_approved",
        """
        SELECT bill.id FROM billing_bill bill
        LEFT JOIN (SELECT bill_id, sum(to_bill) AS amount FROM billing_adjustment
                   WHERE state = 'APPROVED' GROUP BY bill_id) approved ON approved.bill_id = bill.id
        WHERE bill.adjusted IS DISTINCT FROM coalesce(approved.amount, 0)
        """,
    ),
    # What was refused or still waits has moved nothing.
    Invariant(
        "adjustment_is_posted_as_it_was_approved",
        """
        SELECT coalesce(adjustment.id, posted.adjustment_id) FROM (
            SELECT id, account_id, bill_id, 'revenue:' || component AS debit, business_date, to_bill, to_credit
            FROM billing_adjustment WHERE state = 'APPROVED' AND amount < 0) adjustment
        FULL JOIN (
            SELECT adjustment_id, account_id, bill_id, debit, business_date,
                coalesce(sum(amount) FILTER (WHERE credit = 'receivable'), 0) AS to_bill,
                coalesce(sum(amount) FILTER (WHERE credit = 'prepaid'), 0) AS to_credit
            FROM billing_posting WHERE adjustment_id IS NOT NULL AND reverses_id IS NULL
            GROUP BY adjustment_id, account_id, bill_id, debit, business_date) posted
            ON posted.adjustment_id = adjustment.id
        WHERE (adjustment.account_id, adjustment.bill_id, adjustment.debit, adjustment.business_date,
               adjustment.to_bill, adjustment.to_credit)
            IS DISTINCT FROM
              (posted.account_id, posted.bill_id, posted.debit, posted.business_date, posted.to_bill,
               posted.to_credit)
        """,
    ),
    Invariant(
        "adjustment_goes_whole_to_bill_credit_or_charge",
        """
        SELECT adjustment.id FROM billing_adjustment adjustment
        LEFT JOIN billing_bill charge ON charge.id = adjustment.charge_id
        WHERE CASE WHEN adjustment.state <> 'APPROVED'
                   THEN adjustment.to_bill <> 0 OR adjustment.to_credit <> 0 OR charge.id IS NOT NULL
                   WHEN adjustment.amount > 0
                   THEN (charge.amount, charge.account_id)
                       IS DISTINCT FROM (adjustment.amount, adjustment.account_id)
                   ELSE charge.id IS NOT NULL OR adjustment.amount <> -adjustment.to_bill - adjustment.to_credit
              END
        """,
    ),
    Invariant(
        "adjustment_is_of_the_account_of_its_bill",
        """
        SELECT adjustment.id FROM billing_adjustment adjustment
        JOIN billing_bill bill ON bill.id = adjustment.bill_id
        WHERE adjustment.account_id <> bill.account_id
        """,
    ),
    Invariant(
        "correction_is_decided_by_another_person",
        """
        SELECT 'adjustment ' || id FROM billing_adjustment
        WHERE (state <> 'PROPOSED') <> (decided_by_id IS NOT NULL) OR decided_by_id = proposed_by_id
        UNION ALL
        SELECT 'waiver ' || id FROM billing_waiver
        WHERE (state <> 'PROPOSED') <> (decided_by_id IS NOT NULL) OR decided_by_id = proposed_by_id
        UNION ALL
        SELECT 'batch ' || id FROM billing_correctionbatch
        WHERE (state <> 'PROPOSED') <> (decided_by_id IS NOT NULL) OR decided_by_id = proposed_by_id
        """,
    ),
    Invariant(
        "approved_correction_is_in_the_audit_trail_once",
        """
        SELECT decided.kind || ' ' || decided.id FROM (
            SELECT 'adjustment' AS kind, id FROM billing_adjustment WHERE state = 'APPROVED'
            UNION ALL
            SELECT 'waiver', id FROM billing_waiver WHERE state = 'APPROVED') decided
        LEFT JOIN (
            SELECT object_type, object_id, count(*) AS entries FROM accounts_auditentry
            WHERE action IN ('approve_adjustment', 'approve_waiver') GROUP BY object_type, object_id) trail
            ON trail.object_type = 'billing.' || decided.kind AND trail.object_id = decided.id::text
        WHERE trail.entries IS DISTINCT FROM 1
        """,
    ),
    Invariant(
        "batch_is_done_exactly_when_no_bill_is_still_to_come",
        """
        SELECT batch.id FROM billing_correctionbatch batch
        LEFT JOIN billing_batchedbill entry ON entry.batch_id = batch.id AND entry.state = 'WAITING'
        GROUP BY batch.id
        HAVING batch.state = 'DONE' AND count(entry.id) > 0
            OR batch.state <> 'DONE' AND batch.state <> 'REFUSED' AND count(entry.id) = 0
        """,
    ),
    Invariant(
        "bill_of_a_batch_is_cancelled_as_it_says",
        """
        SELECT entry.id FROM billing_batchedbill entry JOIN billing_bill bill ON bill.id = entry.bill_id
        WHERE entry.state = 'CANCELLED' AND bill.state <> 'CANCELLED'
        """,
    ),
    Invariant(
        "credit_follows_one_of_the_cancelled_bill_before",
        """
        SELECT adjustment.id FROM billing_adjustment adjustment
        JOIN billing_adjustment earlier ON earlier.id = adjustment.follows_id
        JOIN billing_bill bill ON bill.id = adjustment.bill_id
        WHERE (bill.replaces_id, adjustment.component, adjustment.account_id, earlier.state)
            IS DISTINCT FROM (earlier.bill_id, earlier.component, earlier.account_id, 'APPROVED')
            OR adjustment.amount < earlier.amount
        """,
    ),
)
