from billing.queries.books.invariant import Invariant

HEATING = (
    Invariant(
        "heat_credit_is_posted_as_it_was_written",
        """
        SELECT credit.id FROM billing_heatcredit credit
        JOIN billing_bill bill ON bill.id = credit.bill_id
        JOIN billing_posting posting ON posting.id = credit.posting_id
        WHERE (posting.debit, posting.credit, posting.amount, posting.account_id, posting.bill_id,
               posting.payment_id)
            IS DISTINCT FROM
              ('revenue:' || credit.component, 'prepaid', credit.amount, bill.account_id, NULL::bigint,
               NULL::bigint)
        """,
    ),
    Invariant(
        "heat_credit_is_not_more_than_its_bill",
        """
        SELECT bill.id FROM billing_bill bill
        JOIN (SELECT bill_id, sum(amount) AS credited FROM billing_heatcredit GROUP BY bill_id) back
            ON back.bill_id = bill.id
        WHERE back.credited > bill.amount
        """,
    ),
    Invariant(
        "approved_refund_is_credited_once",
        """
        SELECT refund.id FROM billing_temperaturerefund refund
        LEFT JOIN (SELECT refund_id, sum(amount) AS amount FROM billing_heatcredit
                   WHERE refund_id IS NOT NULL AND replaces_id IS NULL GROUP BY refund_id) credit
            ON credit.refund_id = refund.id
        WHERE coalesce(credit.amount, 0) <> CASE refund.state WHEN 'APPROVED' THEN refund.amount ELSE 0 END
        """,
    ),
    Invariant(
        "heat_credit_takes_the_place_of_one_on_the_cancelled_bill_before",
        """
        SELECT credit.id FROM billing_heatcredit credit
        JOIN billing_heatcredit earlier ON earlier.id = credit.replaces_id
        JOIN billing_bill bill ON bill.id = credit.bill_id
        WHERE (bill.replaces_id, credit.reason, credit.component, credit.refund_id)
            IS DISTINCT FROM (earlier.bill_id, earlier.reason, earlier.component, earlier.refund_id)
        """,
    ),
    Invariant(
        "settlement_gives_back_and_collects_what_it_says",
        """
        SELECT settlement.id FROM billing_seasonsettlement settlement
        LEFT JOIN (SELECT settlement_id, sum(amount) AS amount FROM billing_heatcredit
                   WHERE settlement_id IS NOT NULL GROUP BY settlement_id) credit
            ON credit.settlement_id = settlement.id
        LEFT JOIN billing_bill extra ON extra.id = settlement.extra_bill_id
        WHERE coalesce(credit.amount, 0) <> settlement.refund
            OR coalesce(extra.amount, 0) <> settlement.collect
        """,
    ),
    Invariant(
        "suspension_names_bills_of_its_account",
        """
        SELECT suspension.id FROM billing_heatsuspension suspension
        JOIN billing_bill bill ON bill.id IN (suspension.fee_bill_id, suspension.resume_bill_id)
        WHERE bill.account_id <> suspension.account_id
        """,
    ),
)
