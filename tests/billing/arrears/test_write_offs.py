"""Debts that are not expected any more: three persons, one posting, and the money may still come."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account, Branch, Staff
from billing.models import Balance, Bill, Posting, WriteOff
from billing.services.adjustments import propose_adjustment
from billing.services.arrears.write_offs import (
    approve_write_off,
    propose_write_off,
    recover_write_off,
    refuse_write_off,
)
from billing.services.cancellations import cancel_bill
from counters.models import Shift
from counters.services.payments import void_payment_at_counter
from tests.billing.arrears.supply_people import supervisor
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.cases import make_arrears_policy, make_case
from tests.factories.counters import MORNING, cash, pay

__all__ = ["supervisor"]

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.date(2022, 11, 30)


@pytest.fixture
def manager(branch: Branch) -> Staff:
    return make_staff(role="manager", branch=branch)


@pytest.fixture
def bill(account: Account) -> Bill:
    return make_bill(account, total="300.00", due_on=LONG_AGO)


def propose(bill: Bill, by: Staff, **changes: Any) -> WriteOff:
    return propose_write_off(
        bill,
        **{
            "kind": "BAD", "reason": "DEMOLISHED", "note": "整楼拆迁，查无下落", "proposed_by": by, "at": MORNING,
            **changes,
        },
    )  # fmt: skip


def write_off(bill: Bill, by: Staff, *approvers: Staff) -> WriteOff:
    proposed = propose(bill, by)
    for one in approvers:
        proposed = approve_write_off(proposed, approved_by=one, at=MORNING)
    return proposed


def written_off_bill(bill: Bill) -> tuple[str, Decimal, Decimal]:
    bill.refresh_from_db()
    return bill.state, bill.outstanding, bill.written_off


class TestWritingOff:
    def test_moves_nothing_before_the_second_approval(
        self, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        before = Posting.objects.count()

        proposed = write_off(bill, finance, supervisor)

        assert (proposed.state, proposed.seconded_by) == ("SECONDED", supervisor)
        assert Posting.objects.count() == before
        assert written_off_bill(bill) == ("OPEN", Decimal(300), Decimal(0))

    def test_takes_the_debt_out_of_the_receivables(
        self, bill: Bill, account: Account, finance: Staff, supervisor: Staff, manager: Staff
    ) -> None:
        done = write_off(bill, finance, supervisor, manager)

        assert (done.state, done.decided_by) == ("APPROVED", manager)
        posting = Posting.objects.latest("pk")
        assert (posting.debit, posting.credit, posting.amount) == ("write_off", "receivable", Decimal(300))
        assert written_off_bill(bill) == ("WRITEOFF", Decimal(0), Decimal(300))
        assert Balance.objects.get(account=account).receivable == 0
        assert broken_invariants() == []

    def test_ends_the_case(
        self, bill: Bill, account: Account, finance: Staff, supervisor: Staff, manager: Staff
    ) -> None:
        make_arrears_policy(service=account.service)
        case = make_case(account)

        write_off(bill, finance, supervisor, manager)

        case.refresh_from_db()
        assert (case.state, case.ending) == ("CLOSED", "WRITTEN_OFF")

    def test_leaves_out_what_was_paid(
        self, bill: Bill, finance: Staff, supervisor: Staff, manager: Staff, shift: Shift, account: Account
    ) -> None:
        pay(shift, account, [bill], cash("120.00"))

        assert write_off(bill, finance, supervisor, manager).amount == Decimal("180.00")
        assert broken_invariants() == []

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"kind": "UGLY"}, "unknown_reason"),
            ({"reason": "BECAUSE"}, "unknown_reason"),
            ({"note": " "}, "note_missing"),
            ({"note": "长" * 201}, "note_missing"),
        ],
    )
    def test_is_refused_and_nothing_written(
        self, bill: Bill, finance: Staff, changes: dict[str, Any], code: str
    ) -> None:
        with refused(code):
            propose(bill, finance, **changes)

    def test_is_refused_for_what_is_not_overdue_not_owed_or_waits_already(
        self, bill: Bill, account: Account, finance: Staff, shift: Shift
    ) -> None:
        today = make_bill(account, total="10.00", due_on=MORNING.date())
        with refused("not_overdue"):
            propose(today, finance)
        propose(bill, finance)
        with refused("proposed_before"):
            propose(bill, finance)
        pay(shift, account, [bill], cash("300.00"))
        with refused("nothing_owed"):
            propose(bill, finance)

    def test_is_proposed_by_who_may(self, bill: Bill, cashier: Staff, branch: Branch) -> None:
        stranger = make_staff(role="collector")
        with refused("may_not_propose"):
            propose(bill, cashier)
        with refused("unknown_bill"):
            propose(bill, stranger)


class TestTheApprovals:
    def test_are_given_by_three_persons(
        self, bill: Bill, finance: Staff, supervisor: Staff, cashier: Staff
    ) -> None:
        proposed = propose(bill, finance)
        with refused("same_person"):
            approve_write_off(proposed, approved_by=finance, at=MORNING)
        with refused("may_not_approve"):
            approve_write_off(proposed, approved_by=cashier, at=MORNING)
        approve_write_off(proposed, approved_by=supervisor, at=MORNING)

        with refused("same_person"):
            approve_write_off(proposed, approved_by=supervisor, at=MORNING)

    def test_are_of_two_posts(
        self, bill: Bill, finance: Staff, supervisor: Staff, manager: Staff, branch: Branch
    ) -> None:
        proposed, colleague = propose(bill, finance), make_staff(role="supervisor", branch=branch)
        with refused("may_not_approve"):
            approve_write_off(proposed, approved_by=manager, at=MORNING)
        approve_write_off(proposed, approved_by=supervisor, at=MORNING)

        with refused("may_not_approve"):
            approve_write_off(proposed, approved_by=colleague, at=MORNING)

    def test_look_again_at_what_is_owed(
        self, bill: Bill, account: Account, finance: Staff, supervisor: Staff, manager: Staff, shift: Shift
    ) -> None:
        proposed = write_off(bill, finance, supervisor)
        pay(shift, account, [bill], cash("1.00"))
        with refused("amount_changed"):
            approve_write_off(proposed, approved_by=manager, at=MORNING)
        pay(shift, account, [bill], cash("299.00"))

        with refused("nothing_owed"):
            approve_write_off(proposed, approved_by=manager, at=MORNING)

    def test_are_not_given_twice(self, bill: Bill, finance: Staff, supervisor: Staff, manager: Staff) -> None:
        done = write_off(bill, finance, supervisor, manager)

        with refused("already_decided"):
            approve_write_off(done, approved_by=manager, at=MORNING)
        with refused("already_decided"):
            refuse_write_off(done, refused_by=manager, at=MORNING)

    def test_may_be_refused_at_both_stations(
        self, bill: Bill, finance: Staff, supervisor: Staff, manager: Staff
    ) -> None:
        first = refuse_write_off(propose(bill, finance), refused_by=supervisor, at=MORNING)
        second = refuse_write_off(write_off(bill, finance, supervisor), refused_by=manager, at=MORNING)

        assert (first.state, second.state) == ("REFUSED", "REFUSED")
        assert written_off_bill(bill) == ("OPEN", Decimal(300), Decimal(0))
        assert broken_invariants() == []

    def test_of_one_person_are_refused_by_the_database(
        self, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        proposed = write_off(bill, finance, supervisor)

        with pytest.raises(IntegrityError, match="write_off_has_three_persons"), transaction.atomic():
            WriteOff.objects.filter(pk=proposed.pk).update(
                state="APPROVED", decided_by=supervisor, business_date=MORNING.date()
            )


class TestTheCustomerWhoPaysAfterAll:
    def test_owes_again_and_pays(
        self, bill: Bill, account: Account, finance: Staff, supervisor: Staff, manager: Staff, shift: Shift
    ) -> None:
        done = write_off(bill, finance, supervisor, manager)

        recover_write_off(done, recovered_by=shift.cashier, at=MORNING)
        assert written_off_bill(bill) == ("OPEN", Decimal(300), Decimal(0))
        assert broken_invariants() == []
        pay(shift, account, [bill], cash("300.00"))

        assert written_off_bill(bill) == ("PAID", Decimal(0), Decimal(0))
        assert broken_invariants() == []

    def test_does_so_once(
        self, bill: Bill, finance: Staff, supervisor: Staff, manager: Staff, cashier: Staff
    ) -> None:
        waiting = write_off(bill, finance, supervisor)
        with refused("not_written_off"):
            recover_write_off(waiting, recovered_by=cashier, at=MORNING)
        done = approve_write_off(waiting, approved_by=manager, at=MORNING)
        with refused("may_not_recover"):
            recover_write_off(done, recovered_by=supervisor, at=MORNING)
        recover_write_off(done, recovered_by=cashier, at=MORNING)

        with refused("recovered_before"):
            recover_write_off(done, recovered_by=cashier, at=MORNING)

    def test_may_come_with_a_part_of_it(
        self, bill: Bill, account: Account, finance: Staff, supervisor: Staff, manager: Staff, shift: Shift
    ) -> None:
        lost = write_off(bill, finance, supervisor, manager)

        recover_write_off(lost, recovered_by=shift.cashier, at=MORNING, amount=Decimal("100.00"))
        assert written_off_bill(bill) == ("OPEN", Decimal(100), Decimal(200))
        pay(shift, account, [bill], cash("100.00"))
        assert written_off_bill(bill) == ("WRITEOFF", Decimal(0), Decimal(200))
        assert broken_invariants() == []

        recover_write_off(lost, recovered_by=shift.cashier, at=MORNING)

        assert written_off_bill(bill) == ("OPEN", Decimal(200), Decimal(0))
        assert broken_invariants() == []

    def test_brings_a_part_once_when_the_form_is_sent_twice(
        self, bill: Bill, finance: Staff, supervisor: Staff, manager: Staff, cashier: Staff
    ) -> None:
        lost = write_off(bill, finance, supervisor, manager)
        shown = {"amount": Decimal("100.00"), "left": Decimal("300.00")}
        recover_write_off(lost, recovered_by=cashier, at=MORNING, **shown)

        with refused("changed_since"):
            recover_write_off(lost, recovered_by=cashier, at=MORNING, **shown)
        assert written_off_bill(bill) == ("OPEN", Decimal(100), Decimal(200))

    def test_may_have_been_billed_wrongly(
        self, bill: Bill, finance: Staff, supervisor: Staff, manager: Staff, cashier: Staff
    ) -> None:
        recover_write_off(write_off(bill, finance, supervisor, manager), recovered_by=cashier, at=MORNING)
        cancel_bill(
            bill, reason="WRONG_READING", note="", cancelled_by=supervisor, approved_by=manager,
            request_id=uuid4(), at=MORNING + datetime.timedelta(days=1),
        )  # fmt: skip

        assert written_off_bill(bill) == ("CANCELLED", Decimal(0), Decimal(0))
        assert broken_invariants() == []

    @pytest.mark.parametrize(
        ("amount", "code"),
        [("300.01", "more_than_left"), ("0.00", "not_money"), ("0.001", "not_money"), ("NaN", "not_money")],
    )
    def test_takes_back_no_more_than_there_is(
        self, bill: Bill, finance: Staff, supervisor: Staff, manager: Staff, amount: str, code: str
    ) -> None:
        lost = write_off(bill, finance, supervisor, manager)

        with refused(code):
            recover_write_off(lost, recovered_by=finance, at=MORNING, amount=Decimal(amount))

    def test_can_be_written_off_again(
        self, bill: Bill, finance: Staff, supervisor: Staff, manager: Staff, cashier: Staff
    ) -> None:
        recover_write_off(write_off(bill, finance, supervisor, manager), recovered_by=cashier, at=MORNING)
        write_off(bill, finance, supervisor, manager)

        assert written_off_bill(bill) == ("WRITEOFF", Decimal(0), Decimal(300))
        assert broken_invariants() == []


class TestAPaymentUndoneAfterTheWriteOff:
    def test_is_owed_beside_what_was_written_off(
        self, bill: Bill, account: Account, finance: Staff, supervisor: Staff, manager: Staff, shift: Shift
    ) -> None:
        payment = pay(shift, account, [bill], cash("100.00"))
        write_off(bill, finance, supervisor, manager)
        void_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="",
            voided_by=shift.cashier, at=MORNING,
        )  # fmt: skip
        assert written_off_bill(bill) == ("OPEN", Decimal(100), Decimal(200))
        assert broken_invariants() == []

        pay(shift, account, [bill], cash("100.00"))

        assert written_off_bill(bill) == ("WRITEOFF", Decimal(0), Decimal(200))
        assert broken_invariants() == []


class TestCorrections:
    def test_of_a_written_off_bill_wait_until_it_is_taken_back(
        self, bill: Bill, account: Account, finance: Staff, supervisor: Staff, manager: Staff
    ) -> None:
        write_off(bill, finance, supervisor, manager)

        with refused("written_off"):
            cancel_bill(
                bill, request_id=uuid4(), reason="WRONG_READING", note="", cancelled_by=finance,
                approved_by=supervisor, at=MORNING,
            )  # fmt: skip
        with refused("written_off"):
            propose_adjustment(
                account, bill=bill, amount=Decimal("-10.00"), component="supply", reason="OTHER", note="错",
                proposed_by=finance, at=MORNING,
            )  # fmt: skip


def test_a_bill_of_another_branch_is_not_there(manager: Staff, branch: Branch) -> None:
    elsewhere = make_bill(make_account(), total="10.00", due_on=LONG_AGO)
    finance = make_staff(role="finance", branch=elsewhere.account.branch)
    supervisor = make_staff(role="supervisor", branch=branch)
    proposed = propose(elsewhere, finance)

    # Supervisors see every branch; a cashier does not.
    done = approve_write_off(
        approve_write_off(proposed, approved_by=supervisor, at=MORNING), approved_by=manager, at=MORNING
    )
    cashier = make_staff(branch=branch)
    with refused("unknown_bill"):
        recover_write_off(done, recovered_by=cashier, at=MORNING)
