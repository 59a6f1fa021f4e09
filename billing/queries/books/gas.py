from billing.queries.books.invariant import Invariant

GAS = (
    # Never "paid, not written" without a task: what is not on a card yet is an unfinished write, which is listed.
    Invariant(
        "gas_that_was_paid_is_on_a_card_or_a_task",
        """
        SELECT purchase.id FROM billing_gaspurchase purchase
        LEFT JOIN billing_cardwrite carrier ON carrier.purchase_id = purchase.id
            AND carrier.kind IN ('ISSUE', 'LOAD') AND carrier.state IN ('PENDING', 'FAILED', 'WRITTEN')
        WHERE purchase.kind <> 'OVERUSE' AND purchase.state = 'LIVE'
        GROUP BY purchase.id
        HAVING count(carrier.id) <> 1 OR bool_or(
            carrier.volume <> purchase.volume OR carrier.sequence <> purchase.sequence)
        """,
    ),
    Invariant(
        "gas_that_was_given_back_is_on_no_card",
        """
        SELECT purchase.id FROM billing_gaspurchase purchase
        LEFT JOIN billing_bill bill ON bill.id = purchase.bill_id
        LEFT JOIN billing_cardwrite carrier ON carrier.purchase_id = purchase.id
            AND carrier.kind IN ('ISSUE', 'LOAD') AND carrier.state <> 'ABANDONED'
        WHERE purchase.state = 'REVERSED'
            AND (bill.state IS DISTINCT FROM 'CANCELLED' OR carrier.id IS NOT NULL)
        """,
    ),
    Invariant(
        "gas_sale_is_paid_in_full",
        """
        SELECT purchase.id FROM billing_gaspurchase purchase
        LEFT JOIN billing_bill bill ON bill.id = purchase.bill_id
        WHERE purchase.kind = 'SALE' AND purchase.state = 'LIVE' AND bill.state IS DISTINCT FROM 'PAID'
        """,
    ),
    Invariant(
        "gas_bill_is_its_purchase",
        """
        SELECT bill.id FROM billing_bill bill
        LEFT JOIN billing_gaspurchase purchase ON purchase.bill_id = bill.id
        LEFT JOIN billing_gascard card ON card.id = purchase.card_id
        WHERE (bill.kind = 'PURCHASE' OR purchase.id IS NOT NULL)
            AND (bill.kind, bill.account_id, bill.quantity)
                IS DISTINCT FROM ('PURCHASE', card.account_id, purchase.volume)
        """,
    ),
    Invariant(
        "gas_card_counts_its_purchases",
        """
        SELECT card.id FROM billing_gascard card
        LEFT JOIN billing_gaspurchase purchase ON purchase.card_id = card.id AND purchase.state = 'LIVE'
        GROUP BY card.id
        HAVING card.purchase_count <> card.opening_count + count(purchase.sequence)
            OR card.total_purchased <> card.opening_total
                + coalesce(sum(purchase.volume) FILTER (WHERE purchase.kind <> 'MAKE_GOOD'), 0)
        """,
    ),
    Invariant(
        "gas_card_continues_the_one_it_replaces",
        """
        SELECT card.id FROM billing_gascard card LEFT JOIN billing_gascard before ON before.id = card.replaces_id
        WHERE (card.opening_count, card.opening_total)
                IS DISTINCT FROM (coalesce(before.purchase_count, 0), coalesce(before.total_purchased, 0))
            OR before.id IS NOT NULL AND (before.state <> 'REPLACED' OR before.account_id <> card.account_id)
        """,
    ),
    Invariant(
        "account_has_one_gas_card_in_use",
        """
        SELECT account_id FROM billing_gascard WHERE state NOT IN ('REPLACED', 'VOID')
        GROUP BY account_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "written_card_was_seen_at_a_reader",
        """
        SELECT card_write.id FROM billing_cardwrite card_write
        LEFT JOIN billing_cardwriteattempt attempt ON attempt.write_id = card_write.id AND attempt.code = 0
        WHERE card_write.state = 'WRITTEN' GROUP BY card_write.id HAVING count(attempt.id) = 0
        """,
    ),
)
