"""Founding the demo company: repeatable, refused where it would do harm."""

import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django import Settings

from accounts.models import Account, Branch
from config.demo.founding import FoundingRefused, found_demo_company
from config.demo.sign_ins import PASSWORD, PEOPLE
from tests.demo.conftest import ON

pytestmark = pytest.mark.django_db

# By numbers that people read, not by keys: a rolled back sequence does not go back.
PICTURES = (
    """SELECT a.account_no, a.old_account_no, a.service, a.category, a.state, a.opened_on, a.billed_area, c.name,
              c.id_number, c.unified_code, p.community, p.door, p.building_area, b.receivable, b.prepaid
       FROM accounts_account a JOIN accounts_customer c ON c.id = a.customer_id
       JOIN accounts_premises p ON p.id = a.premises_id JOIN billing_balance b ON b.account_id = a.id""",
    "SELECT c.name, t.phone, t.is_wrong FROM accounts_contact t JOIN accounts_customer c ON c.id = t.customer_id",
    "SELECT number, period_from, period_to, due_on, quantity, amount, outstanding, state FROM billing_bill",
    """SELECT m.serial_no, r.read_on, r.value, r.kind, r.rolled_over FROM billing_reading r
       JOIN billing_meterinstallation i ON i.id = r.installation_id JOIN billing_meter m ON m.id = i.meter_id""",
    """SELECT p.request_id, p.channel, p.taken_at, p.tendered, p.change_given, p.allocated, p.credited, r.number
       FROM billing_payment p LEFT JOIN billing_receipt r ON r.payment_id = p.id WHERE p.channel NOT IN ('CREDIT', 'DONATION')""",
    "SELECT code, counted, expected, difference_reason, receipts_issued FROM counters_shift",
    """SELECT regexp_replace(debit, '[0-9]', '', 'g'), regexp_replace(credit, '[0-9]', '', 'g'), amount,
              business_date FROM billing_posting""",
)


def picture() -> list[str]:
    """A digest of each of the main tables."""
    with connection.cursor() as cursor:
        digests = []
        for query in PICTURES:
            cursor.execute(query)
            rows = sorted(map(repr, cursor.fetchall()))
            assert rows
            digests.append(hashlib.sha256("\n".join(rows).encode()).hexdigest())
        return digests


def found_and_forget(seed: int) -> list[str]:
    with transaction.atomic():
        found_demo_company(150, seed=seed, on=ON)
        digests = picture()
        transaction.set_rollback(True)
    return digests


class TestFoundDemoCompany:
    def test_gives_the_same_rows_for_the_same_seed_and_day(self) -> None:
        first = found_and_forget(seed=1)

        again, other = found_and_forget(seed=1), found_and_forget(seed=2)

        assert again == first
        assert not set(other) & set(first)

    def test_refuses_too_few_accounts(self) -> None:
        with pytest.raises(FoundingRefused) as refusal:
            found_demo_company(99, seed=1, on=ON)

        assert refusal.value.code == "too_few_accounts"
        assert not Branch.objects.exists()

    def test_refuses_a_database_that_is_in_use(self) -> None:
        Branch.objects.create(code="B1", name="城区分公司")

        with pytest.raises(FoundingRefused) as refusal:
            found_demo_company(150, seed=1, on=ON)

        assert refusal.value.code == "not_empty"
        assert not Account.objects.exists()


class TestCommand:
    def test_shows_the_sign_ins_and_does_nothing_else(self) -> None:
        out = StringIO()

        call_command("demo", show_sign_ins=True, stdout=out)

        lines = out.getvalue().strip().splitlines()
        assert lines[0].split() == ["number", "name", "role", "password"]
        assert lines[1].split()[0] == "1001"
        assert not Branch.objects.exists()

    def test_refuses_in_production(self, settings: Settings) -> None:
        settings.PRODUCTION = True

        with pytest.raises(CommandError):
            call_command("demo", accounts=150, stdout=StringIO())

        assert not Branch.objects.exists()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
class TestCommandInFull:
    def test_founds_a_company_once(self) -> None:
        out = StringIO()

        call_command("demo", accounts=100, on=ON, stdout=out)
        with pytest.raises(CommandError):
            call_command("demo", accounts=100, on=ON, stdout=StringIO())

        assert Account.objects.count() == 100
        assert out.getvalue().count(PASSWORD) == len(PEOPLE)
