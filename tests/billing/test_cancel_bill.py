"""Cancelling a bill: counter-rows, money back to prepaid credit, tiers given back."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import Balance, Bill, BillCancellation, Posting
from billing.queries.unbilled import tier_positions
from billing.services.bill_run import run_billing
from billing.services.business_days import close_business_day
from billing.services.cancellations import cancel_bill
from counters.models import Shift
from counters.services.payments import void_payment_at_counter
from tests.billing.metering import make_tariff, make_water_account
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


def cancel(bill: Bill, by: Staff, approved_by: Staff | None = None, **changes: Any) -> BillCancellation:
    return cancel_bill(
        bill,
        **{
            "reason": "WRONG_READING",
            "note": "抄错一位",
            "cancelled_by": by,
            "approved_by": approved_by,
            "request_id": uuid4(),
            "at": MORNING,
            **changes,
        },
    )


def balance_of(account: Account) -> tuple[str, str]:
    balance = Balance.objects.get(account=account)
    return str(balance.receivable), str(balance.prepaid)


class TestCancelAnUnpaidBill:
    def test_leaves_nothing_owed_and_links_every_counter_row(self, account: Account, finance: Staff) -> None:
        bill = make_bill(account, total="120.00")

        cancellation = cancel(bill, finance)

        bill.refresh_from_db()
        assert (bill.state, bill.outstanding, bill.amount) == ("CANCELLED", Decimal(0), Decimal("120.00"))
        assert balance_of(account) == ("0.00", "0.00")
        issued, mirror = Posting.objects.filter(bill=bill)
        assert (mirror.debit, mirror.credit, mirror.amount) == (issued.credit, issued.debit, issued.amount)
        assert (mirror.reverses, mirror.cancellation, mirror.business_date) == (issued, cancellation, TODAY)
        assert broken_invariants() == []

    def test_says_in_the_trail_who_did_it_and_why(self, account: Account, finance: Staff) -> None:
        bill = make_bill(account)

        cancel(bill, finance)

        entry = AuditEntry.objects.get(action="cancel_bill")
        assert (entry.actor, entry.object_id, entry.reason) == (
            finance,
            str(bill.pk),
            "WRONG_READING 抄错一位",
        )

    def test_gives_the_units_back_to_the_tiers(self, branch: Branch, finance: Staff) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "200"})
        make_tariff()
        run_billing(service="WATER", period="2026-11", issued_on=TODAY, started_by=None, at=MORNING)
        assert tier_positions([account.pk], TODAY)[account.pk] == {"2026": Decimal("200")}

        cancel(account.bills.get(), finance)

        assert tier_positions([account.pk], TODAY) == {}

    def test_lets_the_next_run_bill_the_period_under_the_next_number(
        self, branch: Branch, finance: Staff
    ) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        make_tariff()
        run_billing(service="WATER", period="2026-11", issued_on=TODAY, started_by=None, at=MORNING)
        old = account.bills.get()
        cancel(old, finance)

        run_billing(service="WATER", period="2026-11", issued_on=TODAY, started_by=None, at=MORNING)

        new = account.bills.get(state="OPEN")
        assert (new.number, new.replaces, new.amount) == (f"{old.number}-R1", old, old.amount)
        assert broken_invariants() == []

    def test_taken_over_from_the_old_system_works_as_well(self, account: Account, finance: Staff) -> None:
        bill = make_bill(account, kind=Bill.Kind.OPENING)

        cancel(bill, finance)

        assert balance_of(account) == ("0.00", "0.00")
        assert broken_invariants() == []


class TestCancelAPaidBill:
    def test_turns_what_was_paid_into_prepaid_credit(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        bill = make_bill(account, total="100.00")
        pay(shift, account, [bill], cash("100.00"))

        cancellation = cancel(bill, finance, supervisor)

        assert cancellation.returned == Decimal("100.00")
        assert balance_of(account) == ("0.00", "100.00")
        assert broken_invariants() == []

    def test_returns_the_late_charge_too_and_owes_nothing(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        make_late_charge_rule(service="HEAT")
        bill = make_bill(account, total="100.00", due_on=TODAY - datetime.timedelta(days=10))
        pay(shift, account, [bill], cash("103.00"))
        bill.refresh_from_db()
        assert (bill.outstanding, bill.late_charge_left) == (Decimal(0), Decimal("2.00"))

        cancellation = cancel(bill, finance, supervisor)

        assert cancellation.returned == Decimal("103.00")
        assert balance_of(account) == ("0.00", "103.00")
        late = Posting.objects.filter(credit="late_charge") | Posting.objects.filter(debit="late_charge")
        assert sorted(late.values_list("debit", "credit", "amount")) == [
            ("late_charge", "receivable", Decimal("3.00")),
            ("receivable", "late_charge", Decimal("3.00")),
        ]
        assert broken_invariants() == []

    def test_returns_only_what_stands_when_a_payment_was_undone_before(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        bill = make_bill(account, total="100.00")
        void(pay(shift, account, [bill], cash("60.00")), shift)
        pay(shift, account, [bill], cash("30.00"))

        cancellation = cancel(bill, finance, supervisor)

        assert cancellation.returned == Decimal("30.00")
        assert balance_of(account) == ("0.00", "30.00")
        assert broken_invariants() == []


def void(payment: Any, shift: Shift) -> None:
    void_payment_at_counter(
        payment,
        shift=shift,
        request_id=uuid4(),
        reason="WRONG_ACCOUNT",
        note="",
        voided_by=shift.cashier,
        at=MORNING,
    )


class TestUndoingAPaymentOfACancelledBill:
    def test_takes_the_money_out_of_prepaid_credit(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        make_late_charge_rule(service="HEAT")
        bill = make_bill(account, total="100.00", due_on=TODAY - datetime.timedelta(days=10))
        payment = pay(shift, account, [bill], cash("105.00"))
        cancel(bill, finance, supervisor)

        void(payment, shift)

        assert balance_of(account) == ("0.00", "0.00")
        bill.refresh_from_db()
        assert (bill.state, bill.outstanding) == ("CANCELLED", Decimal(0))
        assert broken_invariants() == []

    def test_puts_credit_back_that_had_paid_the_bill(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        pay(shift, account, [], cash("40.00"), keep_as_credit=True)
        bill = make_bill(account, total="100.00")
        payment = pay(shift, account, [bill], cash("60.00"))
        cancel(bill, finance, supervisor)
        assert balance_of(account) == ("0.00", "100.00")

        void(payment, shift)

        assert balance_of(account) == ("0.00", "40.00")
        assert broken_invariants() == []

    def test_is_refused_when_the_credit_has_paid_another_bill(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        bill = make_bill(account, total="100.00")
        payment = pay(shift, account, [bill], cash("100.00"))
        cancel(bill, finance, supervisor)
        pay(shift, account, [make_bill(account, total="70.00")])

        with refused("credit_spent"):
            void(payment, shift)

    def test_leaves_the_other_bills_of_the_payment_owed_again(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        bill, other = make_bill(account, total="100.00"), make_bill(account, total="50.00")
        payment = pay(shift, account, [bill, other], cash("150.00"))
        cancel(bill, finance, supervisor)

        void(payment, shift)

        other.refresh_from_db()
        assert other.outstanding == Decimal("50.00")
        assert balance_of(account) == ("50.00", "0.00")
        assert broken_invariants() == []


class TestASecondPerson:
    def test_is_not_needed_for_a_small_unpaid_bill_of_an_open_day(
        self, account: Account, finance: Staff
    ) -> None:
        assert cancel(make_bill(account, total="2000.00"), finance).approved_by is None

    def test_is_needed_above_the_limit_of_the_role(self, account: Account, finance: Staff) -> None:
        bill = make_bill(account, total="2000.01")

        with refused("second_person_needed"):
            cancel(bill, finance)

    def test_is_needed_once_the_day_is_closed(
        self, account: Account, finance: Staff, supervisor: Staff
    ) -> None:
        bill = make_bill(account)
        close_business_day(bill.issued_on, closed_by=finance, at=MORNING)

        with refused("second_person_needed"):
            cancel(bill, finance)

        assert cancel(bill, finance, supervisor).business_date == TODAY
        assert broken_invariants() == []

    def test_is_needed_when_anything_was_paid(self, account: Account, shift: Shift, finance: Staff) -> None:
        bill = make_bill(account)
        pay(shift, account, [bill], cash("0.01"))

        with refused("second_person_needed"):
            cancel(bill, finance)


class TestCancelBill:
    def test_asked_twice_with_one_request_cancels_once(self, account: Account, finance: Staff) -> None:
        bill, key = make_bill(account), uuid4()

        first, second = (cancel(bill, finance, request_id=key) for _ in range(2))

        assert first == second
        assert BillCancellation.objects.count() == 1

    def test_with_a_used_request_and_other_content_is_refused(self, account: Account, finance: Staff) -> None:
        bill, key = make_bill(account), uuid4()
        cancel(bill, finance, request_id=key)

        with refused("form_reused"):
            cancel(bill, finance, request_id=key, note="另一个原因")
        with refused("form_reused"):
            cancel(bill, finance, request_id=key, reason="DOUBLE")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"reason": "BECAUSE"}, "unknown_reason"),
            ({"note": "长" * 201}, "note_too_long"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, account: Account, finance: Staff, changes: dict[str, Any], code: str
    ) -> None:
        bill = make_bill(account)

        with refused(code):
            cancel(bill, finance, **changes)

    def test_refuses_the_same_person_twice_and_who_may_not_approve(
        self, account: Account, finance: Staff, cashier: Staff
    ) -> None:
        bill = make_bill(account)

        with refused("same_person"):
            cancel(bill, finance, finance)
        with refused("may_not_approve"):
            cancel(bill, finance, cashier)

    def test_refuses_a_bill_of_another_branch(self, branch: Branch) -> None:
        bill = make_bill(make_account())
        adviser = make_staff(role="adviser", branch=branch)

        with refused("unknown_bill"):
            cancel(bill, adviser)

    def test_done_twice_is_refused_the_second_time(self, account: Account, finance: Staff) -> None:
        """domain.md 8.8: two undoing functions without a state check give a double negative."""
        bill = make_bill(account)
        cancel(bill, finance)

        with refused("already_cancelled"):
            cancel(bill, finance)

    def test_refuses_what_is_undone_where_it_was_sold(
        self, account: Account, finance: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bill = make_bill(account)
        monkeypatch.setattr("billing.services.cancelling.CANCELLABLE", (Bill.Kind.HEATING,))

        with refused("not_cancellable"):
            cancel(bill, finance)

    def test_leaves_nothing_to_be_paid_at_a_window(
        self, account: Account, shift: Shift, finance: Staff
    ) -> None:
        bill = make_bill(account)
        cancel(bill, finance)

        with refused("bill_settled"):
            pay(shift, account, [bill], cash("100.00"))
