"""What a statement trigger reads, in a session whose plan is of the day when the tables were empty."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.db import connection

from accounts.copying import copy_rows, reserve_ids
from accounts.models import Account
from billing.models import Bill
from tests.factories.accounts import make_account

pytestmark = pytest.mark.django_db

MANY = 300
LINE = (
    "bill_id", "position", "component", "component_name", "category", "tier", "quantity", "unit_price", "amount",
    "sentence", "sentence_en",
)  # fmt: skip
BILL = (
    "id", "number", "account_id", "service", "kind", "period", "period_from", "period_to", "issued_on", "due_on",
    "quantity", "amount", "outstanding", "late_charge_left", "state", "basis", "tier_uses",
)  # fmt: skip


def rows_read(table: str) -> int:
    """Rows of a table that this transaction has read so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = %s",
            [table],
        )
        return int(cursor.fetchone()[0])


def make_nothing_owed(account: Account) -> Bill:
    (bill_id,) = reserve_ids("billing_bill", 1)
    row: tuple[object, ...] = (
        bill_id, f"N-{bill_id}", account.pk, "HEAT", "ONE_OFF", f"N-{bill_id}", "2026-01-01", "2026-01-31", "2026-01-31",
        "2026-02-28", 0, 0, 0, 0, "PAID", {}, {},
    )  # fmt: skip
    copy_rows("billing_bill", BILL, [row])
    return Bill.objects.get(pk=bill_id)


def add_lines(bills: Sequence[Bill]) -> None:
    rows = [(one.pk, 9, "supply", "", "", None, 0, 0, Decimal("0.00"), "", "") for one in bills]
    copy_rows("billing_billline", LINE, rows)


class TestACheckOfSums:
    def test_reads_the_bill_of_its_lines_and_no_others(self) -> None:
        account = make_account()
        # Lines for every bill there is: to begin with the bills is the best plan, today.
        add_lines([make_nothing_owed(account) for _ in range(MANY)])
        last = [make_nothing_owed(account) for _ in range(MANY)][-1]
        before = rows_read("billing_bill")

        add_lines([last])

        assert rows_read("billing_bill") - before < 10
