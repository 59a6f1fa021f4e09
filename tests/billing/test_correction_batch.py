"""Many bills cancelled for one reason, chunk by chunk."""

from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from kombu.exceptions import OperationalError

from accounts.models import AuditEntry, Branch, Staff
from billing import tasks
from billing.models import Balance, BatchedBill, Bill, CorrectionBatch
from billing.queries.correction_batches import extent_of, progress_of, selected_bills
from billing.services import correction_batches
from billing.services.bill_run import run_billing
from billing.services.cancellations import cancel_bill
from billing.services.correction_batches import approve_batch, propose_batch, refuse_batch, work_off_batch
from counters.models import Shift
from tests.billing.metering import make_tariff, make_water_account
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def bills(branch: Branch, shift: Shift) -> list[Bill]:
    """Five bills of October over 10.00 each, the first one paid."""
    bills = [make_bill(make_account(branch=branch), total="10.00", period="2026-10") for _ in range(5)]
    pay(shift, bills[0].account, [bills[0]], cash("10.00"))
    return bills


def propose(by: Staff, **changes: Any) -> CorrectionBatch:
    return propose_batch(
        **{
            "selection": {"period": "2026-10"},
            "reason": "WRONG_TARIFF",
            "note": "价目录入错",
            "proposed_by": by,
            "request_id": uuid4(),
            "at": MORNING,
            **changes,
        }
    )


def approve(batch: CorrectionBatch, by: Staff) -> CorrectionBatch:
    return approve_batch(batch, approved_by=by, at=MORNING)


class TestTheSelection:
    def test_is_counted_per_district_with_what_was_paid(self, bills: list[Bill], finance: Staff) -> None:
        extent = extent_of(selected_bills({"period": "2026-10", "service": "HEAT"}, finance))

        assert (extent.bills, extent.amount, extent.paid_bills, extent.paid) == (
            5, Decimal("50.00"), 1, Decimal("10.00"),
        )  # fmt: skip
        assert sum(one["bills"] for one in extent.districts) == 5

    def test_of_nothing_is_no_bill_at_all(self, bills: list[Bill], finance: Staff) -> None:
        assert selected_bills({}, finance).count() == 0
        with refused("nothing_selected"):
            propose(finance, selection={})

    def test_leaves_out_what_is_cancelled(self, bills: list[Bill], finance: Staff, supervisor: Staff) -> None:
        cancel_bill(bills[1], reason="OTHER", note="", cancelled_by=finance, request_id=uuid4(), at=MORNING)

        assert selected_bills({"period": "2026-10"}, finance).count() == 4


class TestABatch:
    def test_cancels_every_bill_and_returns_what_was_paid(
        self, bills: list[Bill], finance: Staff, supervisor: Staff
    ) -> None:
        told: list[tuple[int, int]] = []

        batch = work_off_batch(
            approve(propose(finance), supervisor), at=MORNING, progress=lambda *now: told.append(now)
        )

        assert (batch.state, told) == ("DONE", [(5, 5)])
        assert set(Bill.objects.values_list("state", flat=True)) == {"CANCELLED"}
        assert Balance.objects.get(account=bills[0].account).prepaid == Decimal("10.00")
        assert AuditEntry.objects.filter(action="cancel_bill").count() == 5
        assert broken_invariants() == []

    def test_that_died_half_way_is_finished_by_the_next_call(
        self, bills: list[Bill], finance: Staff, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(correction_batches, "CHUNK", 2)
        batch = approve(propose(finance), supervisor)

        work_off_batch(batch, at=MORNING, chunks=1)
        assert progress_of(batch) == {"waiting": 3, "cancelled": 2, "left": 0, "all": 5}
        assert broken_invariants() == []
        batch = work_off_batch(batch, at=MORNING)

        assert (batch.state, progress_of(batch)["cancelled"]) == ("DONE", 5)
        assert broken_invariants() == []

    def test_leaves_what_was_cancelled_meanwhile_and_says_so(
        self, bills: list[Bill], finance: Staff, supervisor: Staff
    ) -> None:
        batch = approve(propose(finance), supervisor)
        cancel_bill(bills[2], reason="OTHER", note="", cancelled_by=finance, request_id=uuid4(), at=MORNING)

        work_off_batch(batch, at=MORNING)

        left = BatchedBill.objects.get(state="LEFT")
        assert (left.bill, left.why_left) == (bills[2], "already_cancelled")
        assert broken_invariants() == []

    def test_goes_on_past_a_bill_that_cannot_be_cancelled(
        self, bills: list[Bill], finance: Staff, supervisor: Staff, shift: Shift
    ) -> None:
        """domain.md 8.6: a batch does not stop as a whole because of one account in it."""
        batch = approve(propose(finance), supervisor)
        cancel_bill(bills[4], reason="OTHER", note="", cancelled_by=finance, request_id=uuid4(), at=MORNING)

        work_off_batch(batch, at=MORNING)

        assert Bill.objects.filter(state="CANCELLED").count() == 5

    def test_lets_the_run_bill_them_again_with_the_right_tariff(
        self, branch: Branch, finance: Staff, supervisor: Staff
    ) -> None:
        accounts = [make_water_account(branch=branch, readings={"2026-10-10": "10"}) for _ in range(3)]
        make_tariff()
        run = run_billing(
            service="WATER", period="2026-10", issued_on=MORNING.date(), started_by=None, at=MORNING
        )
        batch = approve(propose(finance, selection={"run": str(run.pk)}), supervisor)
        work_off_batch(batch, at=MORNING)
        flat = {"components": [{"code": "supply", "unit_price": "2"}]}
        make_tariff(branch=branch, prices={"categories": {"resident": flat}})

        run_billing(service="WATER", period="2026-10", issued_on=MORNING.date(), started_by=None, at=MORNING)

        for account in accounts:
            bill = account.bills.get(state="OPEN")
            assert (bill.amount, bill.number) == (Decimal("20.00"), f"{account.account_no}-2026-10-R1")
        assert broken_invariants() == []


class TestTheDecision:
    def test_is_made_by_another_person_with_the_right_and_once(
        self, bills: list[Bill], finance: Staff, supervisor: Staff, cashier: Staff
    ) -> None:
        batch = propose(finance)
        with refused("same_person"):
            approve(batch, finance)
        with refused("may_not_approve"):
            approve(batch, cashier)
        refuse_batch(batch, refused_by=supervisor, at=MORNING)

        with refused("already_decided"):
            approve(batch, supervisor)

    def test_comes_before_the_work(self, bills: list[Bill], finance: Staff) -> None:
        batch = propose(finance)

        with refused("not_approved"):
            work_off_batch(batch, at=MORNING)


class TestProposing:
    def test_twice_with_one_request_lists_the_bills_once(self, bills: list[Bill], finance: Staff) -> None:
        key = uuid4()

        assert propose(finance, request_id=key) == propose(finance, request_id=key)
        assert BatchedBill.objects.count() == 5
        with refused("form_reused"):
            propose(finance, request_id=key, note="另一个")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"reason": "BECAUSE"}, "unknown_reason"),
            ({"note": " "}, "note_missing"),
            ({"note": "长" * 201}, "note_too_long"),
            ({"selection": {"period": "1999-01"}}, "nothing_selected"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, bills: list[Bill], finance: Staff, changes: dict[str, Any], code: str
    ) -> None:
        with refused(code):
            propose(finance, **changes)


class TestTheCommand:
    def test_works_off_every_approved_batch(
        self, bills: list[Bill], finance: Staff, supervisor: Staff
    ) -> None:
        approve(propose(finance), supervisor)
        waiting = propose(finance, selection={"service": "HEAT"})
        out = StringIO()

        call_command("work_off_batches", stdout=out)

        assert ": 5 cancelled" in out.getvalue()
        waiting.refresh_from_db()
        assert waiting.state == "PROPOSED"


class TestAWorker:
    def test_cancels_a_batch_chunk_by_chunk(
        self, bills: list[Bill], finance: Staff, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(correction_batches, "CHUNK", 2)
        batch = approve(propose(finance), supervisor)

        tasks.work_on_batch(batch.pk)

        batch.refresh_from_db()
        assert (batch.state, progress_of(batch)["cancelled"]) == ("DONE", 5)
        assert broken_invariants() == []

    def test_takes_up_every_minute_what_was_left_and_leaves_what_is_done_or_not_approved(
        self, bills: list[Bill], finance: Staff, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(correction_batches, "CHUNK", 2)
        batch = approve(propose(finance), supervisor)
        work_off_batch(batch, at=MORNING, chunks=1)
        waiting = propose(finance, request_id=uuid4())

        tasks.continue_batches()
        tasks.work_on_batch(waiting.pk)

        batch.refresh_from_db()
        waiting.refresh_from_db()
        assert (batch.state, waiting.state) == ("DONE", "PROPOSED")

    def test_that_is_called_without_a_broker_is_called_again_by_the_minute(
        self, bills: list[Bill], finance: Staff, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = approve(propose(finance), supervisor)

        def no_broker(*args: Any, **options: Any) -> None:
            raise OperationalError

        with monkeypatch.context() as cut:
            cut.setattr(tasks.work_on_batch, "apply_async", no_broker)
            tasks.call_batch_worker(batch)
        batch.refresh_from_db()
        assert batch.is_at_work

        tasks.continue_batches()

        batch.refresh_from_db()
        assert batch.state == "DONE"

    def test_gives_its_turn_to_others_and_comes_back(
        self, bills: list[Bill], finance: Staff, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(correction_batches, "CHUNK", 2)
        monkeypatch.setattr(tasks, "TURN", -1)
        batch = approve(propose(finance), supervisor)
        called: list[int] = []
        monkeypatch.setattr(tasks.work_on_batch, "apply_async", lambda args, retry: called.append(args[0]))

        tasks.work_on_batch(batch.pk)

        assert (called, progress_of(batch)["waiting"]) == ([batch.pk], 3)
