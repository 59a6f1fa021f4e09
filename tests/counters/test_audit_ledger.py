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
from counters.queries.books import BOOKS
from tests.counters.days import Days, make_days
from tests.database import as_owner

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Statements  # noqa: N812 - a class, whatever its name

APPS = "billing|counters|accounts"

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
    ("reversal_mirrors_every_posting", "UPDATE billing_posting SET debit = credit, credit = debit WHERE id = (SELECT max(id) FROM billing_posting WHERE reverses_id IS NOT NULL)"),
    ("reversal_mirrors_every_posting", "DELETE FROM billing_posting WHERE id = (SELECT max(id) FROM billing_posting WHERE reverses_id IS NOT NULL)"),
    ("nothing_is_reversed_twice", "UPDATE billing_reversal SET payment_id = (SELECT min(payment_id) FROM billing_reversal)"),
    ("nothing_is_reversed_twice", "UPDATE billing_posting SET reverses_id = (SELECT max(reverses_id) FROM billing_posting) WHERE reverses_id IS NOT NULL"),
    ("reversal_after_the_close_has_a_second_person", "UPDATE billing_reversal SET approved_by_id = reversed_by_id"),
    ("reversal_is_in_the_audit_trail_once", "DELETE FROM accounts_auditentry WHERE action = 'void_payment'"),
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
