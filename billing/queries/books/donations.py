from billing.queries.books.invariant import Invariant

DONATIONS = (
    Invariant(
        "donation_is_posted_as_it_was_received",
        """
        SELECT donation.id FROM billing_donation donation
        LEFT JOIN billing_posting posting ON posting.id = donation.posting_id
        WHERE posting.amount IS DISTINCT FROM donation.amount OR posting.credit IS DISTINCT FROM 'donation'
            OR posting.debit IS DISTINCT FROM 'clearing:' || lower(donation.method)
            OR posting.business_date IS DISTINCT FROM donation.business_date
        """,
    ),
    Invariant(
        "donation_that_was_taken_back_is_posted_back",
        """
        SELECT back.id FROM billing_donationreversal back
        LEFT JOIN billing_donation donation ON donation.id = back.donation_id
        LEFT JOIN billing_posting posting ON posting.id = back.posting_id
        WHERE (posting.debit, posting.credit, posting.amount, posting.reverses_id, posting.business_date)
            IS DISTINCT FROM ('donation', 'clearing:' || lower(donation.method), donation.amount,
                donation.posting_id, back.business_date)
        """,
    ),
    Invariant(
        "donation_is_taken_back_by_two_persons",
        "SELECT id FROM billing_donationreversal WHERE reversed_by_id = approved_by_id",
    ),
    Invariant(
        "donation_ledger_is_what_lies_in_the_pots",
        """
        WITH posted AS (
            SELECT coalesce(sum(CASE WHEN credit = 'donation' THEN amount ELSE -amount END), 0) AS amount
            FROM billing_posting WHERE 'donation' IN (debit, credit)),
        received AS (
            SELECT coalesce(sum(amount), 0) AS amount FROM billing_donation donation
            WHERE NOT EXISTS (SELECT FROM billing_donationreversal WHERE donation_id = donation.id)),
        given AS (
            SELECT coalesce(sum(amount), 0) AS amount FROM billing_donationgrant given
            WHERE state = 'APPROVED'
                AND NOT EXISTS (SELECT FROM billing_reversal WHERE payment_id = given.payment_id))
        SELECT 'off by ' || (posted.amount - received.amount + given.amount) FROM posted, received, given
        WHERE posted.amount <> received.amount - given.amount
        """,
    ),
    # What was undone lies in the pot again, and may be given once more; what was taken back holds nothing.
    Invariant(
        "donation_gives_no_more_than_it_holds",
        """
        SELECT donation.id FROM billing_donation donation
        JOIN billing_donationgrant given ON given.donation_id = donation.id AND given.state <> 'REFUSED'
        LEFT JOIN billing_reversal undone ON undone.payment_id = given.payment_id
        LEFT JOIN billing_donationreversal back ON back.donation_id = donation.id
        WHERE undone.id IS NULL
        GROUP BY donation.id, donation.amount, back.id
        HAVING sum(given.amount) > CASE WHEN back.id IS NULL THEN donation.amount ELSE 0 END
        """,
    ),
    Invariant(
        "grant_is_paid_as_it_was_approved",
        """
        SELECT coalesce(given.payment_id, payment.id) FROM billing_donationgrant given
        FULL JOIN (SELECT id, allocated, account_id FROM billing_payment WHERE channel = 'DONATION') payment
            ON payment.id = given.payment_id
        LEFT JOIN billing_donation donation ON donation.id = given.donation_id
        LEFT JOIN billing_bill bill ON bill.id = given.bill_id
        LEFT JOIN billing_thirdpartypayment third ON third.payment_id = payment.id
        WHERE (given.id IS NULL OR given.state = 'APPROVED')
            AND (payment.allocated, payment.account_id, third.payer_id)
                IS DISTINCT FROM (given.amount, bill.account_id, donation.payer_id)
        """,
    ),
    Invariant(
        "grant_has_two_persons",
        "SELECT id FROM billing_donationgrant WHERE proposed_by_id = decided_by_id",
    ),
    # Another's money is on bills, and nowhere in the prepaid credit of a customer.
    Invariant(
        "third_party_pays_bills_only",
        """
        SELECT third.payment_id FROM billing_thirdpartypayment third
        JOIN billing_posting posting ON posting.payment_id = third.payment_id
        WHERE 'prepaid' IN (posting.debit, posting.credit)
        """,
    ),
)
