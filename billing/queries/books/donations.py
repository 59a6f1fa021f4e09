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
    # What was undone lies in the pot again, and may be given once more.
    Invariant(
        "donation_gives_no_more_than_it_holds",
        """
        SELECT donation.id FROM billing_donation donation
        JOIN billing_donationgrant given ON given.donation_id = donation.id AND given.state <> 'REFUSED'
        LEFT JOIN billing_reversal undone ON undone.payment_id = given.payment_id
        WHERE undone.id IS NULL
        GROUP BY donation.id, donation.amount HAVING sum(given.amount) > donation.amount
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
