from billing.queries.books.invariant import Invariant

BILLS = (
    Invariant(
        "bill_is_the_sum_of_its_lines",
        """
        SELECT bill.id FROM billing_bill bill
        LEFT JOIN (SELECT bill_id, sum(amount) AS amount FROM billing_billline GROUP BY bill_id) line
            ON line.bill_id = bill.id
        WHERE bill.amount IS DISTINCT FROM coalesce(line.amount, 0)
        """,
    ),
    # A cancelled bill keeps its amount; its postings cancel out.
    Invariant(
        "bill_is_posted_in_full",
        """
        SELECT bill.id FROM billing_bill bill
        LEFT JOIN (
            SELECT bill_id, sum(CASE WHEN debit = 'receivable' THEN amount ELSE -amount END) AS amount
            FROM billing_posting
            WHERE bill_id IS NOT NULL AND payment_id IS NULL AND adjustment_id IS NULL
                AND (debit = 'receivable' AND (credit LIKE 'revenue:%' OR credit = 'opening')
                    OR credit = 'receivable' AND (debit LIKE 'revenue:%' OR debit = 'opening'))
            GROUP BY bill_id) posted ON posted.bill_id = bill.id
        WHERE CASE WHEN bill.state = 'CANCELLED' THEN 0 ELSE bill.amount END
            IS DISTINCT FROM coalesce(posted.amount, 0)
        """,
    ),
    Invariant(
        "bill_lines_are_posted_to_their_components",
        """
        SELECT DISTINCT bill_id FROM (
            SELECT line.bill_id, 'revenue:' || line.component AS ledger, sum(line.amount) AS amount
            FROM billing_billline line JOIN billing_bill bill ON bill.id = line.bill_id
            WHERE bill.kind <> 'OPENING' AND bill.state <> 'CANCELLED'
            GROUP BY 1, 2) line
        FULL JOIN (
            SELECT bill_id, CASE WHEN debit = 'receivable' THEN credit ELSE debit END AS ledger,
                sum(CASE WHEN debit = 'receivable' THEN amount ELSE -amount END) AS amount
            FROM billing_posting
            WHERE bill_id IS NOT NULL AND payment_id IS NULL AND adjustment_id IS NULL
                AND (debit LIKE 'revenue:%' OR credit LIKE 'revenue:%')
            GROUP BY 1, 2) posted USING (bill_id, ledger)
        WHERE coalesce(line.amount, 0) IS DISTINCT FROM coalesce(posted.amount, 0)
        """,
    ),
    Invariant(
        "bill_owes_what_is_not_allocated",
        """
        SELECT bill.id FROM billing_bill bill
        LEFT JOIN (
            SELECT share.bill_id, sum(share.principal) AS paid FROM billing_allocation share
            LEFT JOIN billing_reversal undone ON undone.payment_id = share.payment_id
            WHERE undone.id IS NULL GROUP BY share.bill_id) settled ON settled.bill_id = bill.id
        WHERE bill.state <> 'CANCELLED'
            AND bill.amount - bill.adjusted - bill.written_off - bill.outstanding IS DISTINCT FROM coalesce(settled.paid, 0)
        """,
    ),
    # What was left when the last principal was paid, less what was paid or waived of it since. Where an adjustment
    # took the last principal off, nothing is left.
    Invariant(
        "late_charge_left_is_what_was_not_paid",
        """
        SELECT bill.id FROM billing_bill bill
        LEFT JOIN (
            SELECT share.bill_id, max(share.id) FILTER (WHERE share.principal > 0) AS settled_by
            FROM billing_allocation share
            LEFT JOIN billing_reversal undone ON undone.payment_id = share.payment_id
            WHERE undone.id IS NULL GROUP BY share.bill_id) last ON last.bill_id = bill.id
        LEFT JOIN billing_allocation settling ON settling.id = last.settled_by
        LEFT JOIN (
            SELECT share.bill_id, share.id, share.late_charge FROM billing_allocation share
            LEFT JOIN billing_reversal undone ON undone.payment_id = share.payment_id
            WHERE undone.id IS NULL AND share.late_charge > 0) later
            ON later.bill_id = bill.id AND later.id > last.settled_by
        LEFT JOIN (
            SELECT settled_by_id, sum(amount) AS amount FROM billing_waiver
            WHERE settled_by_id IS NOT NULL GROUP BY settled_by_id) waived
            ON waived.settled_by_id = last.settled_by
        LEFT JOIN LATERAL (
            SELECT true AS came_last FROM billing_posting lowered
            WHERE bill.adjusted > 0 AND lowered.bill_id = bill.id AND lowered.adjustment_id IS NOT NULL
                AND lowered.credit = 'receivable'
                AND lowered.id > (SELECT max(id) FROM billing_posting
                                  WHERE payment_id = settling.payment_id AND reversal_id IS NULL)
            LIMIT 1) adjusted ON true
        WHERE bill.state <> 'CANCELLED'
        GROUP BY bill.id, settling.late_charge_left, waived.amount, adjusted.came_last
        HAVING bill.late_charge_left IS DISTINCT FROM CASE
            WHEN bill.outstanding > 0 OR adjusted.came_last THEN 0
            ELSE coalesce(settling.late_charge_left, 0) - coalesce(sum(later.late_charge), 0)
                - coalesce(waived.amount, 0) END
        """,
    ),
    Invariant(
        "bill_is_open_exactly_while_something_is_outstanding",
        """
        SELECT id FROM billing_bill
        WHERE NOT (outstanding >= 0 AND outstanding <= amount - adjusted - written_off AND late_charge_left >= 0
            AND CASE state WHEN 'OPEN' THEN outstanding > 0 OR late_charge_left > 0
                           WHEN 'WRITEOFF' THEN outstanding = 0 AND late_charge_left = 0 AND written_off > 0
                           ELSE written_off = 0 AND outstanding = 0 AND late_charge_left = 0 END)
        """,
    ),
    Invariant(
        "account_is_billed_once_for_a_period",
        """
        SELECT account_id FROM billing_bill WHERE state <> 'CANCELLED'
        GROUP BY account_id, kind, period HAVING count(*) > 1
        """,
    ),
)
