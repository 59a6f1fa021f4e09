"""People who correct at the same instant, on committed rows, each test beside the control that shows its defect."""

from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.models import Account, Branch, Staff
from billing.models import Balance, Bill, BillCancellation, Posting
from billing.services.adjustments import approve_adjustment, propose_adjustment
from billing.services.bill_run import run_billing
from billing.services.cancellations import cancel_bill
from billing.services.cancelling import write_cancellations
from billing.services.correction_batches import approve_batch, propose_batch, work_off_batch
from billing.services.rebills import cancel_and_rebill
from billing.services.waivers import approve_waiver, propose_waiver
from counters.models import Shift
from tests.billing.correcting import LATE
from tests.billing.metering import make_tariff, make_water_account
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove, remove_row_locks
from tests.counters.rows import broken_invariants
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE_CANCELLING = "billing.services.cancellations.write_cancellations"
BEFORE_CREDITING = "billing.services.adjustments._credit"


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


def cancel(bill: Bill, finance: Staff, supervisor: Staff, **changes: Any) -> BillCancellation:
    return cancel_bill(
        bill,
        **{
            "reason": "DOUBLE",
            "note": "",
            "cancelled_by": finance,
            "approved_by": supervisor,
            "request_id": uuid4(),
            "at": MORNING,
            **changes,
        },
    )


class TestTwoWhoCancelOneBill:
    def cancel(
        self, account: Account, finance: Staff, supervisor: Staff
    ) -> list[BillCancellation | Exception]:
        bill = make_bill(account)
        return at_once(*[partial(cancel, bill, finance, supervisor) for _ in range(4)])

    def test_cancel_it_once(self, account: Account, finance: Staff, supervisor: Staff) -> None:
        """domain.md 8.8: without a state check two undoing functions give a double negative."""
        results = self.cancel(account, finance, supervisor)

        assert outcomes(results) == {"BillCancellation": 1, "already_cancelled": 3}
        assert Posting.objects.count() == 2
        assert broken_invariants() == []

    def test_without_locks_all_find_it_standing(
        self, account: Account, finance: Staff, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, BEFORE_CANCELLING, 4)

        results = self.cancel(account, finance, supervisor)

        # Only the constraint is left between the customer and a double negative.
        assert outcomes(results) == {"BillCancellation": 1, "IntegrityError": 3}


class TestTwoPostsOfOneRequest:
    def post(self, account: Account, finance: Staff, supervisor: Staff) -> list[BillCancellation | Exception]:
        click = partial(cancel, make_bill(account), finance, supervisor, request_id=uuid4())
        return at_once(*[click] * 5)

    def test_are_one_cancellation_and_one_answer(
        self, account: Account, finance: Staff, supervisor: Staff
    ) -> None:
        results = self.post(account, finance, supervisor)

        assert outcomes(results) == {"BillCancellation": 5}
        assert len(set(results)) == 1

    def test_without_the_lock_of_the_request_are_told_that_it_was_cancelled(
        self, account: Account, finance: Staff, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove(monkeypatch, "billing.services.cancellations.lock_request")
        make_them_meet(monkeypatch, "billing.services.cancellations.lock_bills", 5)

        results = self.post(account, finance, supervisor)

        assert outcomes(results) == {"BillCancellation": 1, "already_cancelled": 4}


class TestCancellingAgainstAPayment:
    def meet(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> tuple[Bill, list[Any]]:
        bill = make_bill(account)
        return bill, at_once(
            partial(cancel, bill, finance, supervisor), partial(pay, shift, account, [bill], cash("100.00"))
        )

    def test_leaves_the_customer_with_a_bill_or_with_the_credit(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        bill, results = self.meet(account, shift, finance, supervisor)

        bill.refresh_from_db()
        balance = Balance.objects.get(account=account)
        assert (bill.state, balance.receivable) == ("CANCELLED", Decimal(0))
        # Whoever came second saw what the first had done.
        if outcomes(results) == {"BillCancellation": 1, "Payment": 1}:
            assert balance.prepaid == Decimal("100.00")
        else:
            assert outcomes(results) == {"BillCancellation": 1, "bill_settled": 1}
            assert balance.prepaid == Decimal(0)
        assert broken_invariants() == []

    def test_without_locks_meets_a_payment_that_it_has_not_seen(
        self,
        account: Account,
        shift: Shift,
        finance: Staff,
        supervisor: Staff,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        remove_row_locks(monkeypatch)
        bill = make_bill(account)

        def pay_in_between(*args: Any) -> Any:
            # It was seen that nothing had been paid; now the window takes the money.
            at_once(partial(pay, shift, account, [bill], cash("100.00")))
            return write_cancellations(*args)

        monkeypatch.setattr(BEFORE_CANCELLING, pay_in_between)

        # Only the constraint is left between the customer and 100.00 that are nowhere.
        with pytest.raises(IntegrityError, match="receivable_is_never_negative"):
            cancel(bill, finance, supervisor)


class TestTwoWhoApproveOneAdjustment:
    def approve(self, account: Account, finance: Staff, branch: Branch) -> list[Any]:
        adjustment = propose_adjustment(
            account, amount=Decimal("-50.00"), component="supply", reason="LEAK", note="暗漏", proposed_by=finance,
            at=MORNING,
        )  # fmt: skip
        people = [make_staff(role="supervisor", branch=branch) for _ in range(3)]
        return at_once(
            *(partial(approve_adjustment, adjustment, approved_by=one, at=MORNING) for one in people)
        )

    def test_give_the_money_once(self, account: Account, finance: Staff, branch: Branch) -> None:
        results = self.approve(account, finance, branch)

        assert outcomes(results) == {"Adjustment": 1, "already_decided": 2}
        assert Balance.objects.get(account=account).prepaid == Decimal("50.00")
        assert broken_invariants() == []

    def test_without_locks_all_mean_to_give_it(
        self, account: Account, finance: Staff, branch: Branch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, BEFORE_CREDITING, 3)

        results = self.approve(account, finance, branch)

        # Only the trigger that keeps a decision is left.
        assert outcomes(results) == {"Adjustment": 1, "IntegrityError": 2}


class TestTwoWhoApproveOneWaiver:
    def test_waive_it_once(self, account: Account, finance: Staff, branch: Branch) -> None:
        make_late_charge_rule(service="HEAT")
        bill = make_bill(account, total="1000.00", due_on=LATE)
        waiver = propose_waiver(
            bill, amount=Decimal("30.00"), reason="OTHER", note="系统停机", proposed_by=finance, at=MORNING
        )
        people = [make_staff(role="supervisor", branch=branch) for _ in range(3)]

        results = at_once(*(partial(approve_waiver, waiver, approved_by=one, at=MORNING) for one in people))

        assert outcomes(results) == {"Waiver": 1, "already_decided": 2}
        assert broken_invariants() == []


class TestTwoWhoWorkOffOneBatch:
    def test_cancel_every_bill_once(
        self, branch: Branch, finance: Staff, supervisor: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("billing.services.correction_batches.CHUNK", 2)
        for _ in range(7):
            make_bill(make_account(branch=branch), period="2026-10")
        batch = propose_batch(
            {"period": "2026-10"}, reason="WRONG_TARIFF", note="价目录入错", proposed_by=finance,
            request_id=uuid4(), at=MORNING,
        )  # fmt: skip
        approve_batch(batch, approved_by=supervisor, at=MORNING)

        results = at_once(*[partial(work_off_batch, batch, at=MORNING)] * 3)

        assert outcomes(results) == {"CorrectionBatch": 3}
        assert BillCancellation.objects.count() == 7
        assert broken_invariants() == []


class TestTwoWhoBillOnePeriodAgain:
    def test_do_it_once(self, branch: Branch, finance: Staff, supervisor: Staff) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        make_tariff()
        run_billing(service="WATER", period="2026-11", issued_on=MORNING.date(), started_by=None, at=MORNING)
        bill = account.bills.get()

        results = at_once(
            *(
                partial(
                    cancel_and_rebill, bill, reason="OTHER", note="", cancelled_by=finance,
                    approved_by=supervisor, request_id=uuid4(), at=MORNING,
                )
                for _ in range(3)
            )
        )  # fmt: skip

        assert outcomes(results) == {"Rebilling": 1, "already_cancelled": 2}
        assert account.bills.count() == 2
        assert broken_invariants() == []
