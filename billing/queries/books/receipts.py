from billing.queries.books.invariant import Invariant

RECEIPTS = (
    Invariant(
        "counter_payment_has_one_receipt",
        """
        SELECT payment.id FROM billing_payment payment
        LEFT JOIN (SELECT payment_id, count(*) AS receipts FROM billing_receipt GROUP BY payment_id) given
            ON given.payment_id = payment.id
        WHERE coalesce(given.receipts, 0) <> CASE payment.channel WHEN 'COUNTER' THEN 1 ELSE 0 END
        """,
    ),
    Invariant(
        "receipts_run_without_a_gap",
        """
        SELECT book FROM billing_receipt
        GROUP BY book HAVING min(serial) <> 1 OR max(serial) <> count(*) OR count(DISTINCT serial) <> count(*)
        """,
    ),
    Invariant(
        "receipt_number_is_its_book_and_serial",
        """
        SELECT number FROM billing_receipt
        WHERE number <> book || '-' || CASE WHEN serial > 9999 THEN serial::text
                                            ELSE lpad(serial::text, 4, '0') END
        """,
    ),
)
