from billing.queries.books.invariant import Invariant

RUNS = (
    Invariant(
        "bill_is_of_the_service_and_period_of_its_run",
        """
        SELECT bill.id FROM billing_bill bill JOIN billing_billrun run ON run.id = bill.run_id
        WHERE (bill.service, bill.period) IS DISTINCT FROM (run.service, run.period)
        """,
    ),
    # Counted in the transaction that wrote the bills; what was cancelled since still stands there.
    Invariant(
        "published_chunk_has_written_its_bills",
        """
        SELECT chunk.run_id FROM (
            SELECT run_id, sum(bills) AS bills FROM billing_billrunchunk WHERE state = 'PUBLISHED' GROUP BY run_id) chunk
        LEFT JOIN (
            SELECT run_id, count(*) AS bills FROM billing_bill WHERE run_id IS NOT NULL GROUP BY run_id) written
            USING (run_id)
        WHERE chunk.bills > coalesce(written.bills, 0)
        """,
    ),
    # A bill that replaces another is a correction, and may follow.
    Invariant(
        "closed_period_takes_no_bills",
        """
        SELECT bill.id FROM billing_periodclose closed
        JOIN billing_billrun run ON run.id = closed.run_id
        JOIN billing_bill bill ON bill.service = run.service AND bill.period = run.period
            AND bill.kind IN ('USAGE', 'HEATING')
        JOIN accounts_account account ON account.id = bill.account_id
        JOIN billing_posting posting ON posting.bill_id = bill.id
        WHERE (run.branch_id IS NULL OR run.branch_id = account.branch_id)
            AND to_jsonb(bill) ->> 'replaces_id' IS NULL
        GROUP BY bill.id, closed.closed_at HAVING min(posting.posted_at) > closed.closed_at
        """,
    ),
)
