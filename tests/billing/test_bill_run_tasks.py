"""Workers take chunks: the rows are the queue, and a task is only a hint."""

import datetime
from functools import partial

import pytest
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from accounts.models import Branch, Staff
from billing import tasks
from billing.models import Bill, BillRun, BillRunChunk
from billing.queries.bill_runs import fingerprint_of
from billing.services import bill_run_chunks, bill_run_stages
from billing.services.bill_run import work_on_chunk
from billing.services.bill_run_pricing import PricedAccounts, RunPricing, price_accounts, pricing_of
from billing.services.bill_run_stages import publish_bill_run, settle_bill_run, start_bill_run
from tests.billing.metering import make_tariff, make_water_account
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove_row_locks
from tests.counters.rows import broken_invariants
from tests.factories.counters import MORNING


def start(accounts: int, branch: Branch) -> BillRun:
    make_tariff()
    for _ in range(accounts):
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
    return start_bill_run(
        service="WATER",
        period="2026-11",
        issued_on=datetime.date(2026, 11, 16),
        started_by=None,
        at=MORNING,
    )


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bill_run_stages, "CHUNK", 2)


@pytest.mark.django_db
class TestWorkers:
    def test_preview_and_publish_without_anybody_waiting_for_them(
        self, branch: Branch, finance: Staff
    ) -> None:
        run = start(5, branch)

        tasks.work_on_bill_run(run.pk)
        run.refresh_from_db()
        assert (run.state, Bill.objects.count()) == ("PREVIEWED", 0)
        publish_bill_run(run, fingerprint=fingerprint_of(run), published_by=finance, at=MORNING)
        tasks.work_on_bill_run(run.pk)

        run.refresh_from_db()
        assert (run.state, run.summary["bills"]) == ("PUBLISHED", 5)
        assert {chunk.worker != "" for chunk in run.chunks.all()} == {True}

    def test_take_up_every_minute_what_was_left(self, branch: Branch) -> None:
        run = start(5, branch)
        work_on_chunk(run, pricing_of(run), worker="killed", at=MORNING)

        tasks.continue_bill_runs()

        run.refresh_from_db()
        assert run.state == "PREVIEWED"
        assert run.chunks.filter(worker="killed").count() == 1

    def test_go_on_with_the_others_when_one_chunk_breaks(
        self, branch: Branch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = start(5, branch)
        first = run.chunks.order_by("position").first()
        assert first
        price = price_accounts

        def break_on_the_first(ids: list[int], pricing: RunPricing) -> PricedAccounts:
            if ids == first.account_ids:
                raise ArithmeticError("a bug")
            return price(ids, pricing)

        monkeypatch.setattr(bill_run_chunks, "price_accounts", break_on_the_first)

        tasks.work_on_bill_run(run.pk)

        assert list(run.chunks.order_by("position").values_list("state", "failures", "failure")) == [
            ("WAITING", BillRunChunk.MOST_FAILURES, "ArithmeticError: a bug"),
            ("PREVIEWED", 0, ""),
            ("PREVIEWED", 0, ""),
        ]

    def test_let_others_have_their_turn(self, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
        run = start(5, branch)
        called: list[int] = []
        monkeypatch.setattr(tasks, "TURN", -1)
        monkeypatch.setattr(tasks, "call_workers", lambda run, workers: called.append(workers))

        tasks.work_on_bill_run(run.pk)

        assert called == [1]
        assert run.chunks.filter(state=BillRunChunk.State.PREVIEWED).count() == 1

    def test_are_not_needed_for_a_run_to_begin(self, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
        run = start(5, branch)

        def no_broker(*args: object, **options: object) -> None:
            raise OperationalError("no broker")

        monkeypatch.setattr(tasks.work_on_bill_run, "apply_async", no_broker)

        tasks.call_workers(run)

        assert run.chunks.filter(state=BillRunChunk.State.WAITING).count() == 3

    def test_do_nothing_for_a_run_that_waits_for_somebody(self, branch: Branch) -> None:
        run = start(3, branch)
        tasks.work_on_bill_run(run.pk)
        before = list(run.chunks.values_list("pk", "previewed_at"))

        tasks.work_on_bill_run(run.pk)

        assert list(run.chunks.values_list("pk", "previewed_at")) == before


@pytest.mark.django_db(transaction=True)
class TestTwoWorkers:
    @pytest.fixture
    def run(self, branch: Branch) -> BillRun:
        run = start(4, branch)
        BillRun.objects.update(preview_first=False, state="PUBLISHING", published_at=MORNING)
        run.refresh_from_db()
        return run

    def test_have_two_chunks_at_once(self, run: BillRun, monkeypatch: pytest.MonkeyPatch) -> None:
        # Nobody writes before both have claimed and priced: they are not waiting for each other.
        make_them_meet(monkeypatch, "billing.services.bill_run_chunks.issue_bills", 2)

        results = at_once(
            *(partial(work_on_chunk, run, pricing_of(run), worker=name, at=MORNING) for name in "ab")
        )

        assert outcomes(results) == {"BillRunChunk": 2}
        assert sorted(run.chunks.values_list("worker", flat=True)) == ["a", "b"]
        assert settle_bill_run(run, at=MORNING).summary["bills"] == 4
        assert broken_invariants() == []

    def test_without_the_lock_have_the_same_chunk(
        self, run: BillRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "billing.services.bill_run_chunks.issue_bills", 2)

        results = at_once(
            *(partial(work_on_chunk, run, pricing_of(run), worker=name, at=MORNING) for name in "ab")
        )

        # Only the uniqueness of account and period is left.
        assert outcomes(results) == {"BillRunChunk": 1, "IntegrityError": 1}

    def test_find_the_chunk_of_a_killed_one_free(self, run: BillRun) -> None:
        pricing = pricing_of(run)

        def die() -> None:
            with transaction.atomic():
                first = bill_run_chunks.next_chunk(run, pricing)
                assert first
                bill_run_chunks.publish_chunk(first, run, pricing, worker="killed", at=MORNING)
                # The session is gone before the commit, as when its process is killed.
                connection.connection.close()

        at_once(die)

        assert Bill.objects.count() == 0
        while work_on_chunk(run, pricing, worker="next", at=MORNING):
            pass
        assert settle_bill_run(run, at=MORNING).state == "PUBLISHED"
        assert Bill.objects.count() == 4
