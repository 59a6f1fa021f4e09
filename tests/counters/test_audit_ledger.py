"""The books suite must name what is wrong: each corruption is planted past constraints and triggers."""

from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from psycopg2.sql import SQL, Identifier

from billing.models import Balance
from billing.queries.books import examine
from service_quality.queries.books import BOOKS
from tests.counters.days import Days, make_days
from tests.database import as_owner

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Statements  # noqa: N812 - a class, whatever its name

APPS = "billing|counters|accounts|service_quality"

# Invariant, and a statement that breaks it on the two days of tests/counters/days.py.
CORRUPTIONS = [
    ("amounts_are_in_range", "UPDATE billing_allocation SET late_charge_left = 'NaN' WHERE id = (SELECT min(id) FROM billing_allocation)"),
    ("trial_balance_is_zero", "UPDATE billing_posting SET amount = 'NaN' WHERE id = (SELECT min(id) FROM billing_posting)"),
    ("posting_names_ledgers_that_exist", "UPDATE billing_posting SET credit = 'revenue' WHERE credit = 'revenue:supply'"),
    ("posting_comes_from_a_bill_a_payment_or_a_count", "INSERT INTO billing_posting (debit, credit, amount, business_date, posted_at) VALUES ('cash_difference', 'clearing:pos', 1, '2026-11-23', now())"),
    ("posting_is_of_the_account_of_its_bill", "UPDATE billing_posting SET account_id = account_id + 1 WHERE bill_id = (SELECT min(id) FROM billing_bill)"),
    ("posting_is_on_the_date_of_its_payment", "UPDATE billing_posting SET business_date = business_date + 1 WHERE debit LIKE 'clearing:%'"),
    ("balance_is_the_sum_of_its_postings", "UPDATE billing_balance SET prepaid = prepaid + 0.01"),
    ("receivable_is_what_the_bills_owe", "UPDATE billing_balance SET receivable = receivable + 0.01 WHERE receivable > 0"),
    ("prepaid_is_never_negative", "UPDATE billing_posting SET amount = amount + 100 WHERE debit = 'prepaid'"),
    ("closed_day_takes_no_postings", "UPDATE billing_posting SET business_date = '2026-11-20', posted_at = '2026-11-24' WHERE credit = 'revenue:supply'"),
    ("bill_is_the_sum_of_its_lines", "UPDATE billing_billline SET amount = amount - 0.01 WHERE position = 1"),
    ("bill_is_posted_in_full", "DELETE FROM billing_posting WHERE credit = 'revenue:supply'"),
    ("bill_lines_are_posted_to_their_components", "UPDATE billing_posting SET credit = 'revenue:sewage' WHERE credit = 'revenue:supply'"),
    ("bill_owes_what_is_not_allocated", "UPDATE billing_bill SET outstanding = 0, state = 'PAID' WHERE state = 'OPEN'"),
    ("late_charge_left_is_what_was_not_paid", "UPDATE billing_bill SET late_charge_left = late_charge_left - 1 WHERE late_charge_left > 0"),
    ("bill_is_open_exactly_while_something_is_outstanding", "UPDATE billing_bill SET state = 'PAID' WHERE state = 'OPEN'"),
    ("bill_is_of_the_service_and_period_of_its_run", "UPDATE billing_bill SET period = '2026-12' WHERE run_id IS NOT NULL"),
    ("published_chunk_has_written_its_bills", "UPDATE billing_bill SET run_id = NULL"),
    ("closed_period_takes_no_bills", "UPDATE billing_posting SET posted_at = '2026-11-24' WHERE bill_id IN (SELECT id FROM billing_bill WHERE run_id IS NOT NULL)"),
    ("account_is_billed_once_for_a_period", "UPDATE billing_bill SET account_id = 1, kind = 'USAGE', period = '2026-10'"),
    ("payment_goes_whole_into_change_bills_and_credit", "UPDATE billing_payment SET change_given = change_given + 0.01"),
    ("payment_is_the_sum_of_its_tenders", "DELETE FROM billing_tender WHERE method = 'POS'"),
    ("payment_is_the_sum_of_its_allocations", "UPDATE billing_allocation SET principal = principal - 0.01 WHERE principal > 1"),
    ("payment_is_the_sum_of_its_deposits", "DELETE FROM billing_deposit"),
    ("change_is_given_on_cash_only", "UPDATE billing_tender SET method = 'POS' WHERE method = 'CASH' AND amount = 200"),
    ("payment_is_posted_as_it_was_tendered", "UPDATE billing_posting SET debit = 'clearing:wechat' WHERE debit = 'clearing:pos'"),
    ("payment_is_posted_as_it_was_allocated", "UPDATE billing_posting SET credit = 'write_off' WHERE credit = 'late_charge'"),
    ("payment_is_posted_as_it_was_deposited", "UPDATE billing_posting SET credit = 'refund_payable' WHERE credit = 'prepaid' AND payment_id IS NOT NULL"),
    ("credit_is_drawn_from_the_account_it_belongs_to", "UPDATE billing_tender SET account_id = account_id - 1 WHERE method = 'PREPAID'"),
    ("allocation_settles_a_bill_of_its_account", "UPDATE billing_allocation SET account_id = account_id + 1"),
    ("slip_pays_once", "UPDATE billing_tender SET reference = '1' WHERE method = 'POS'"),
    ("counter_payment_is_in_the_audit_trail_once", "DELETE FROM accounts_auditentry WHERE id = (SELECT max(id) FROM accounts_auditentry WHERE action = 'take_payment')"),
    ("counter_payment_has_one_receipt", "DELETE FROM billing_receipt WHERE id = (SELECT max(id) FROM billing_receipt)"),
    ("receipts_run_without_a_gap", "UPDATE billing_receipt SET serial = serial + 1 WHERE serial > 1"),
    ("receipt_number_is_its_book_and_serial", "UPDATE billing_receipt SET number = number || 'x' WHERE serial = 1"),
    ("reversal_mirrors_every_posting", "UPDATE billing_posting SET debit = credit, credit = debit WHERE id = (SELECT max(id) FROM billing_posting WHERE reversal_id IS NOT NULL)"),
    ("reversal_mirrors_every_posting", "DELETE FROM billing_posting WHERE id = (SELECT max(id) FROM billing_posting WHERE reversal_id IS NOT NULL)"),
    ("nothing_is_reversed_twice", "UPDATE billing_reversal SET payment_id = (SELECT min(payment_id) FROM billing_reversal)"),
    ("nothing_is_reversed_twice", "UPDATE billing_posting SET reverses_id = (SELECT max(reverses_id) FROM billing_posting) WHERE reverses_id IS NOT NULL"),
    ("reversal_after_the_close_has_a_second_person", "UPDATE billing_reversal SET approved_by_id = reversed_by_id"),
    ("reversal_is_in_the_audit_trail_once", "DELETE FROM accounts_auditentry WHERE action = 'void_payment'"),
    ("heat_credit_is_posted_as_it_was_written", "UPDATE billing_heatcredit SET component = 'base_heat'"),
    ("heat_credit_is_not_more_than_its_bill", "UPDATE billing_heatcredit SET amount = amount + 100000"),
    ("approved_refund_is_credited_once", "UPDATE billing_temperaturerefund SET amount = amount - 0.01"),
    ("heat_credit_takes_the_place_of_one_on_the_cancelled_bill_before", "UPDATE billing_heatcredit SET reason = 'EARLY' WHERE replaces_id IS NOT NULL"),
    ("cancellation_takes_back_every_heat_credit_of_its_bill", "UPDATE billing_posting SET amount = amount + 1 WHERE cancellation_id IS NOT NULL AND bill_id IS NULL"),
    ("cancellation_takes_back_every_heat_credit_of_its_bill", "DELETE FROM billing_posting WHERE cancellation_id IS NOT NULL AND bill_id IS NULL"),
    ("credit_follows_one_of_the_cancelled_bill_before", "UPDATE billing_adjustment SET component = 'sewage' WHERE follows_id IS NOT NULL"),
    ("settlement_gives_back_and_collects_what_it_says", "UPDATE billing_seasonsettlement SET refund = refund + 1, prepaid = prepaid + 1"),
    ("suspension_names_bills_of_its_account", "UPDATE billing_heatsuspension SET account_id = account_id + 1"),
    ("counter_payment_enters_one_till", "DELETE FROM counters_tillentry WHERE id = (SELECT max(id) FROM counters_tillentry)"),
    ("reversal_leaves_one_till", "DELETE FROM counters_tillentry WHERE kind = 'REVERSAL'"),
    ("till_entry_is_the_cash_of_its_payment", "UPDATE counters_tillentry SET cash_in = cash_in + 0.01 WHERE kind = 'PAYMENT'"),
    ("cash_is_posted_to_the_drawer_it_entered", "UPDATE billing_posting SET debit = 'cash:' || (SELECT min(id) FROM counters_shift) WHERE debit LIKE 'cash:%'"),
    ("payment_is_on_the_date_of_its_shift", "UPDATE counters_shift SET business_date = business_date + 1"),
    ("drawer_is_the_sum_of_its_till_entries", "UPDATE counters_tillentry SET cash_out = 0 WHERE kind = 'VOID'"),
    ("closed_shift_expects_its_float_and_entries", "UPDATE counters_shift SET expected = expected + 1 WHERE state = 'CLOSED'"),
    ("closed_shift_counted_its_count_sheet", "UPDATE counters_cashcount SET pieces = pieces + 1"),
    ("cash_difference_is_posted", "DELETE FROM billing_posting WHERE 'cash_difference' IN (debit, credit)"),
    ("shift_counts_the_receipts_of_its_book", "UPDATE counters_shift SET receipts_issued = receipts_issued + 1"),
    ("receipt_is_in_the_book_of_its_shift", "UPDATE billing_receipt SET book = 'X' WHERE serial = 1"),
    ("tills_and_shifts_hold_money", "UPDATE counters_shift SET opening_float = 'NaN'"),
    ("bill_is_cancelled_exactly_when_somebody_cancelled_it", "UPDATE billing_bill SET state = 'PAID' WHERE state = 'CANCELLED'"),
    ("bill_is_cancelled_exactly_when_somebody_cancelled_it", "DELETE FROM billing_billcancellation WHERE returned = 0"),
    ("cancellation_mirrors_every_posting_of_its_bill", "DELETE FROM billing_posting WHERE cancellation_id IS NOT NULL AND reverses_id IS NOT NULL AND adjustment_id IS NOT NULL"),
    ("cancellation_mirrors_every_posting_of_its_bill", "UPDATE billing_posting SET reverses_id = NULL WHERE cancellation_id IS NOT NULL AND reverses_id IS NOT NULL"),
    ("cancelled_bill_returns_what_was_paid_on_it", "DELETE FROM billing_posting WHERE cancellation_id IS NOT NULL AND debit = 'late_charge'"),
    ("cancelled_bill_returns_what_was_paid_on_it", "UPDATE billing_posting SET amount = amount + 1 WHERE cancellation_id IS NOT NULL AND credit = 'prepaid' AND payment_id IS NOT NULL"),
    ("cancellation_says_what_it_returned", "UPDATE billing_billcancellation SET returned = returned - 0.01 WHERE returned > 0"),
    ("cancelling_what_was_paid_needs_a_second_person", "UPDATE billing_billcancellation SET approved_by_id = NULL WHERE returned > 0"),
    ("cancelling_what_was_paid_needs_a_second_person", "UPDATE billing_billcancellation SET approved_by_id = cancelled_by_id"),
    ("bill_replaces_a_cancelled_bill_of_its_period", "UPDATE billing_bill SET period = 'X' WHERE replaces_id IS NOT NULL"),
    ("bill_replaces_a_cancelled_bill_of_its_period", "UPDATE billing_bill SET replaces_id = (SELECT max(replaces_id) FROM billing_bill)"),
    ("cancellation_is_in_the_audit_trail_once", "DELETE FROM accounts_auditentry WHERE action = 'cancel_bill'"),
    ("bill_is_adjusted_by_what_was_approved", "UPDATE billing_bill SET adjusted = adjusted - 0.01 WHERE adjusted > 0"),
    ("adjustment_is_posted_as_it_was_approved", "UPDATE billing_posting SET debit = 'revenue:supply' WHERE adjustment_id IS NOT NULL AND reverses_id IS NULL"),
    ("adjustment_is_posted_as_it_was_approved", "UPDATE billing_adjustment SET state = 'REFUSED' WHERE to_credit > 0"),
    ("adjustment_goes_whole_to_bill_credit_or_charge", "UPDATE billing_adjustment SET charge_id = NULL WHERE charge_id IS NOT NULL"),
    ("adjustment_goes_whole_to_bill_credit_or_charge", "UPDATE billing_adjustment SET amount = amount - 1 WHERE to_credit > 0"),
    ("adjustment_is_of_the_account_of_its_bill", "UPDATE billing_adjustment SET account_id = account_id + 1 WHERE bill_id IS NOT NULL"),
    ("correction_is_decided_by_another_person", "UPDATE billing_adjustment SET decided_by_id = proposed_by_id WHERE state = 'APPROVED'"),
    ("correction_is_decided_by_another_person", "UPDATE billing_waiver SET decided_by_id = NULL WHERE state = 'APPROVED'"),
    ("correction_is_decided_by_another_person", "UPDATE billing_correctionbatch SET decided_by_id = proposed_by_id"),
    ("approved_correction_is_in_the_audit_trail_once", "DELETE FROM accounts_auditentry WHERE action = 'approve_waiver'"),
    ("batch_is_done_exactly_when_no_bill_is_still_to_come", "UPDATE billing_batchedbill SET state = 'WAITING'"),
    ("bill_of_a_batch_is_cancelled_as_it_says", "UPDATE billing_batchedbill SET bill_id = (SELECT max(id) FROM billing_bill WHERE state = 'OPEN')"),
    ("late_charge_left_is_what_was_not_paid", "UPDATE billing_waiver SET amount = amount + 1 WHERE settled_by_id IS NOT NULL"),
    ("gas_that_was_paid_is_on_a_card_or_a_task", "UPDATE billing_cardwrite SET state = 'ABANDONED' WHERE state = 'WRITTEN' AND kind = 'LOAD'"),
    ("gas_that_was_paid_is_on_a_card_or_a_task", "UPDATE billing_cardwrite SET volume = volume + 1 WHERE kind = 'LOAD' AND state = 'WRITTEN'"),
    ("gas_that_was_given_back_is_on_no_card", "UPDATE billing_cardwrite SET state = 'PENDING' WHERE state = 'ABANDONED'"),
    ("gas_that_was_given_back_is_on_no_card", "UPDATE billing_bill SET state = 'PAID' WHERE state = 'CANCELLED'"),
    ("gas_sale_is_paid_in_full", "UPDATE billing_bill SET state = 'OPEN' WHERE kind = 'PURCHASE' AND state = 'PAID'"),
    ("gas_bill_is_its_purchase", "UPDATE billing_gaspurchase SET bill_id = NULL WHERE kind = 'SALE'"),
    ("gas_bill_is_its_purchase", "UPDATE billing_gaspurchase SET volume = volume + 1 WHERE kind = 'SALE'"),
    ("gas_card_counts_its_purchases", "UPDATE billing_gascard SET purchase_count = purchase_count + 1"),
    ("gas_card_counts_its_purchases", "UPDATE billing_gascard SET total_purchased = total_purchased + 1"),
    ("gas_card_continues_the_one_it_replaces", "UPDATE billing_gascard SET state = 'LOST' WHERE state = 'REPLACED'"),
    ("account_has_one_gas_card_in_use", "UPDATE billing_gascard SET state = 'ACTIVE'"),
    ("bill_is_written_off_as_it_was_approved", "UPDATE billing_bill SET written_off = written_off - 0.01 WHERE written_off > 0"),
    ("bill_is_written_off_as_it_was_approved", "DELETE FROM billing_writeoffrecovery"),
    ("write_off_is_posted_as_it_was_approved", "UPDATE billing_posting SET amount = amount + 1 WHERE debit = 'write_off'"),
    ("write_off_is_posted_as_it_was_approved", "DELETE FROM billing_posting WHERE credit = 'write_off'"),
    ("write_off_has_three_persons", "UPDATE billing_writeoff SET decided_by_id = seconded_by_id WHERE state = 'APPROVED'"),
    ("recovery_takes_back_what_was_written_off", "UPDATE billing_writeoffrecovery SET amount = amount + 1"),
    ("write_off_is_in_the_audit_trail_once", "DELETE FROM accounts_auditentry WHERE action = 'arrears.approve_write_off'"),
    ("donation_is_posted_as_it_was_received", "UPDATE billing_donation SET amount = amount + 1"),
    ("donation_gives_no_more_than_it_holds", "UPDATE billing_donationgrant SET amount = 5000 WHERE state = 'PROPOSED'"),
    ("donation_gives_no_more_than_it_holds", "UPDATE billing_donationreversal SET donation_id = donation_id + 1"),
    ("donation_that_was_taken_back_is_posted_back", "UPDATE billing_posting SET amount = amount + 1 WHERE id IN (SELECT posting_id FROM billing_donationreversal)"),
    ("donation_that_was_taken_back_is_posted_back", "UPDATE billing_donationreversal SET business_date = business_date - 1"),
    ("donation_is_taken_back_by_two_persons", "UPDATE billing_donationreversal SET approved_by_id = reversed_by_id"),
    ("donation_ledger_is_what_lies_in_the_pots", "DELETE FROM billing_donationreversal"),
    ("donation_ledger_is_what_lies_in_the_pots", "UPDATE billing_donationgrant SET state = 'APPROVED' WHERE state = 'PROPOSED'"),
    ("grant_is_paid_as_it_was_approved", "UPDATE billing_donationgrant SET amount = amount + 1 WHERE state = 'APPROVED'"),
    ("grant_is_paid_as_it_was_approved", "DELETE FROM billing_thirdpartypayment"),
    ("grant_has_two_persons", "UPDATE billing_donationgrant SET decided_by_id = proposed_by_id WHERE state = 'APPROVED'"),
    ("third_party_pays_bills_only", "UPDATE billing_posting SET debit = 'prepaid' WHERE debit = 'donation'"),
    ("published_pay_is_its_pool_to_the_fen", "UPDATE service_quality_assessmentline SET pay = pay + 0.01"),
    ("published_pay_is_its_pool_to_the_fen", "UPDATE service_quality_assessmentline SET points = 0"),
    ("pay_comes_from_the_pool_of_its_month_and_work", "UPDATE service_quality_paypool SET month = '2026-09-01'"),
    ("written_card_was_seen_at_a_reader", "DELETE FROM billing_cardwriteattempt"),
]  # fmt: skip


@pytest.fixture(scope="module")
def owner(days: Days) -> "Iterator[Statements]":
    """The owner of the tables, all walls down, in a transaction that is never committed."""
    with as_owner() as cursor:
        take_walls_down(cursor)
        yield cursor


@pytest.fixture
def corrupted(owner: "Statements") -> "Iterator[Statements]":
    owner.execute("SAVEPOINT clean")
    yield owner
    owner.execute("ROLLBACK TO clean")


def take_walls_down(owner: "Statements") -> None:
    """Disable the triggers and drop every check and every uniqueness but the primary keys."""
    owner.execute(
        """
        SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relname ~ %s AND NOT tgisinternal
        """,
        [f"^({APPS})_"],
    )
    for (table,) in owner.fetchall():
        owner.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(Identifier(table)))
    owner.execute(
        """
        SELECT conrelid::regclass::text, conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE relname ~ %s AND contype IN ('c', 'u', 'f', 'x')
        """,
        [f"^({APPS})_"],
    )
    for table, constraint in owner.fetchall():
        owner.execute(
            SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(Identifier(table), Identifier(constraint))
        )
    owner.execute(
        """
        SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        WHERE relname ~ %s AND indisunique AND NOT indisprimary
        """,
        [f"^({APPS})_"],
    )
    for (index,) in owner.fetchall():
        owner.execute(SQL("DROP INDEX {}").format(Identifier(index)))


def broken(owner: "Statements") -> set[str]:
    return {invariant.name for invariant in BOOKS if not examine(invariant, owner).holds}


class TestBooks:
    def test_hold_after_two_days(self, owner: "Statements") -> None:
        assert broken(owner) == set()

    @pytest.mark.parametrize(("invariant", "corruption"), CORRUPTIONS, ids=[name for name, _ in CORRUPTIONS])
    def test_name_what_was_corrupted(self, invariant: str, corruption: str, corrupted: "Statements") -> None:
        corrupted.execute(corruption)
        assert corrupted.rowcount > 0

        assert invariant in broken(corrupted)

    def test_have_no_invariant_that_was_never_seen_to_break(self) -> None:
        assert {name for name, _ in CORRUPTIONS} == {invariant.name for invariant in BOOKS}

    def test_have_one_name_for_each_invariant(self) -> None:
        assert len({invariant.name for invariant in BOOKS}) == len(BOOKS)


@pytest.mark.django_db(transaction=True)
class TestAuditLedger:
    def test_prints_one_line_for_each_invariant(self) -> None:
        make_days()
        out = StringIO()

        call_command("audit_ledger", stdout=out)

        lines = out.getvalue().splitlines()
        assert lines == [f"{invariant.name}: OK" for invariant in BOOKS]

    def test_exits_with_an_error_and_shows_the_first_keys(self) -> None:
        days = make_days()
        out = StringIO()
        Balance.objects.filter(account=days.account).update(prepaid=Decimal("0.01"))

        with pytest.raises(CommandError, match="1 of"):
            call_command("audit_ledger", stdout=out)

        assert f"balance_is_the_sum_of_its_postings: BROKEN by 1: {days.account.pk}" in out.getvalue()
