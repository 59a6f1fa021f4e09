"""A bill run whose worker or whose database is killed: real processes, a server of their own, nothing faked."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from config.embedded.place import CHECKOUT, Place
from config.embedded.stack import Stack

ACCOUNTS, CHUNK = 1_200, 100

FOUND = f"""
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from config.bench.billing_rows import settle_water
call_command("migrate", verbosity=0)
now = timezone.now()
settle_water({ACCOUNTS}, timezone.localdate(now), now, lambda line: None)
connection.cursor().execute('''
    INSERT INTO billing_reading (installation_id, read_on, value, kind, rolled_over)
    SELECT installation_id, read_on + (interval '1 month' * month)::interval, value + 7 * month, 'ACTUAL', false
    FROM billing_reading, generate_series(1, 12) AS month WHERE read_on = '2026-10-10'
''')
"""
WORK = f"""
import datetime, os, signal, sys, time
import django; django.setup()
from django.utils import timezone
from billing.services import bill_run, bill_run_chunks, bill_run_stages, issue_bills
period, dies_at, transactions = sys.argv[1:]
bill_run_stages.CHUNK = {CHUNK}
if transactions == "without":
    # The control: the same statements, each committed by itself.
    bill_run.publish_chunk = bill_run_chunks.publish_chunk.__wrapped__
lines = issue_bills.copy_lines
seen = []
def copy_lines(table, *args):
    lines(table, *args)
    seen.append(table)
    if seen.count(dies_at) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
issue_bills.copy_lines = copy_lines
bill_run.run_billing(service="WATER", period=period, issued_on=datetime.date(2027, 12, 31), started_by=None,
                     at=timezone.now())
"""


@dataclass(frozen=True)
class Town:
    """Accounts with readings on a server of their own."""

    stack: Stack

    @property
    def environ(self) -> dict[str, str]:
        named = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        return {
            **named,
            "STACK": "dev",
            "DATA_DIR": str(self.stack.place.home.parent),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    def start(self, program: str, *args: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-c", program, *args], cwd=CHECKOUT, env=self.environ, stderr=subprocess.DEVNULL
        )

    def work(self, period: str, dies_at: str = "", transactions: str = "with") -> int:
        return self.start(WORK, period, dies_at, transactions).wait(timeout=300)

    def ask(self, question: str, *values: str) -> tuple[Any, ...]:
        with (
            closing(psycopg2.connect(self.stack.place.database_owner_url)) as session,
            session.cursor() as cursor,
        ):
            cursor.execute(question, values)
            row: tuple[Any, ...] = cursor.fetchone() or ()
            return row

    def billed(self, period: str) -> int:
        """How many bills there are; more than one for an account would be one too many."""
        bills, accounts = self.ask(
            "SELECT count(*), count(DISTINCT account_id) FROM billing_bill WHERE period = %s", period
        )
        assert bills == accounts
        return int(bills)

    def books(self) -> tuple[int, str]:
        audit = subprocess.run(
            [sys.executable, "manage.py", "audit_ledger"],
            cwd=CHECKOUT, env=self.environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return audit.returncode, audit.stdout


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="nuanchuang-"))
    folder.chmod(0o755)
    stack = Stack(Place.of("dev", {"DATA_DIR": str(folder)}), environ={})
    with stack:
        town = Town(stack)
        assert town.start(FOUND).wait(timeout=300) == 0
        yield town
    shutil.rmtree(folder)


class TestAWorkerThatIsKilled:
    @pytest.mark.parametrize(
        ("period", "dies_at"),
        [("2026-10", "billing_bill"), ("2026-11", "billing_billline"), ("2026-12", "billing_posting")],
    )
    def test_leaves_whole_chunks_and_the_next_one_does_the_rest(
        self, town: Town, period: str, dies_at: str
    ) -> None:
        assert town.work(period, dies_at) == -signal.SIGKILL
        assert town.billed(period) == 2 * CHUNK
        code, findings = town.books()
        assert code == 0, findings

        assert town.work(period) == 0

        assert town.billed(period) == ACCOUNTS
        code, findings = town.books()
        assert code == 0, findings
        assert town.ask("SELECT state, summary ->> 'bills' FROM billing_billrun WHERE period = %s", period) == (
            "PUBLISHED", str(ACCOUNTS),
        )  # fmt: skip


class TestADatabaseThatIsKilled:
    def test_keeps_what_was_committed_and_the_run_is_finished_afterwards(self, town: Town) -> None:
        period = "2027-01"
        worker = town.start(WORK, period, "", "with")
        deadline = time.monotonic() + 120
        while not self.has_begun(town, period):
            assert time.monotonic() < deadline
            assert worker.poll() is None

        # SIGQUIT is PostgreSQL's immediate shutdown: nobody writes anything out.
        os.kill(town.stack.postgres.child.pid or 0, signal.SIGQUIT)
        assert worker.wait(timeout=120) != 0
        while town.stack.postgres.child.is_running:
            time.sleep(0.05)
        assert town.stack.restart_dead() == ["postgres"]
        assert 0 < town.billed(period) < ACCOUNTS

        assert town.work(period) == 0

        assert town.billed(period) == ACCOUNTS
        code, findings = town.books()
        assert code == 0, findings

    @staticmethod
    def has_begun(town: Town, period: str) -> bool:
        (published,) = town.ask(
            "SELECT count(*) FROM billing_billrunchunk c JOIN billing_billrun r ON r.id = c.run_id"
            " WHERE r.period = %s AND c.state = 'PUBLISHED'",
            period,
        )
        return bool(published >= 2)


class TestWithoutTransactions:
    """The control; the last, because it leaves books that do not hold."""

    def test_a_killed_worker_leaves_bills_without_lines(self, town: Town) -> None:
        assert town.work("2027-02", "billing_bill", "without") == -signal.SIGKILL

        assert town.billed("2027-02") == 3 * CHUNK
        code, findings = town.books()
        assert code == 1
        assert "bill_is_the_sum_of_its_lines: BROKEN" in findings
