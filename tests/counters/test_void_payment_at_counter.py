from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import Balance, Bill, Payment, Posting, Reversal
from counters.models import Shift, TillEntry
from counters.services.payments import void_payment_at_counter
from counters.services.shifts import expected_cash
from tests.counters.days import close_short
from tests.counters.rows import all_rows, broken_invariants, refused
from tests.counters.test_take_payment_at_counter import OCTOBER, ONE_DAY, prepaid, standing
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, make_shift, pay, pos

pytestmark = pytest.mark.django_db


def void(payment: Payment, shift: Shift, **changes: Any) -> Reversal:
    return void_payment_at_counter(
        payment,
        **{
            "shift": shift,
            "request_id": uuid4(),
            "reason": "WRONG_AMOUNT",
            "note": "",
            "voided_by": shift.cashier,
            "at": MORNING,
            **changes,
        },
    )


class TestVoid:
    def test_makes_the_bill_owe_again_and_gives_the_cash_back(self, shift: Shift, account: Account) -> None:
        bill = make_bill(account)
        payment = pay(shift, account, [bill], cash("150.00"))

        reversal = void(payment, shift)

        assert standing(bill) == ("OPEN", "100.00", "0.00")
        assert Balance.objects.get(account=account).receivable == Decimal("100.00")
        assert TillEntry.objects.get(reversal=reversal).cash_out == Decimal("100.00")
        assert expected_cash(shift) == shift.opening_float

    def test_mirrors_every_posting_once(self, shift: Shift, account: Account) -> None:
        make_late_charge_rule(service="HEAT")
        payment = pay(shift, account, [make_bill(account, due_on=OCTOBER)], pos("50.00"), cash("60.00"))

        reversal = void(payment, shift)

        written = Posting.objects.filter(payment=payment, reversal=None).order_by("id")
        mirrored = Posting.objects.filter(reversal=reversal).order_by("id")
        assert len(written) == 3
        assert [(row.credit, row.debit, row.amount, row.pk) for row in written] == [
            (row.debit, row.credit, row.amount, row.reverses_id) for row in mirrored
        ]

    def test_computes_the_late_charge_anew(self, shift: Shift, account: Account) -> None:
        make_late_charge_rule(service="HEAT")
        bill = make_bill(account, due_on=OCTOBER)
        payment = pay(shift, account, [bill], cash("105.00"))
        assert standing(bill) == ("OPEN", "0.00", "6.50")

        void(payment, shift)

        assert standing(bill) == ("OPEN", "100.00", "0.00")
        assert pay(shift, account, [bill], cash("200.00")).allocated == Decimal("111.50")

    def test_does_not_ask_again_for_the_late_charge_of_a_payment_that_stands(
        self, shift: Shift, account: Account
    ) -> None:
        make_late_charge_rule(service="HEAT")
        bill = make_bill(account, due_on=OCTOBER)
        first = pay(shift, account, [bill], cash("60.00"))
        pay(shift, account, [bill], cash("51.50"))
        assert standing(bill) == ("PAID", "0.00", "0.00")

        void(first, shift)

        assert pay(shift, account, [bill], cash("100.00")).allocated == Decimal("60.00")

    def test_of_a_late_charge_alone_makes_it_owed_again(self, shift: Shift, account: Account) -> None:
        make_late_charge_rule(service="HEAT")
        bill = make_bill(account, due_on=OCTOBER)
        pay(shift, account, [bill], cash("105.00"))
        rest = pay(shift, account, [bill], cash("2.50"))
        pay(shift, account, [bill], cash("4.00"))
        assert standing(bill) == ("PAID", "0.00", "0.00")

        void(rest, shift)

        assert standing(bill) == ("OPEN", "0.00", "2.50")
        assert broken_invariants() == []

    def test_of_one_part_payment_leaves_the_other_standing(self, shift: Shift, account: Account) -> None:
        bill = make_bill(account)
        first = pay(shift, account, [bill], cash("30.00"))
        pay(shift, account, [bill], cash("70.00"))

        void(first, shift)

        assert standing(bill) == ("OPEN", "30.00", "0.00")
        assert broken_invariants() == []

    def test_gives_the_credit_back_that_was_used(
        self, shift: Shift, account: Account, branch: Branch
    ) -> None:
        other = make_account(branch=branch)
        pay(shift, account, [], cash("30.00"), keep_as_credit=True)
        pay(shift, other, [], cash("20.00"), keep_as_credit=True)
        payment = pay(shift, account, [make_bill(account), make_bill(other)], cash("150.00"))
        assert (prepaid(account), prepaid(other)) == ("0.00", "0.00")

        void(payment, shift)

        assert (prepaid(account), prepaid(other)) == ("30.00", "20.00")
        assert broken_invariants() == []

    def test_takes_a_deposit_back(self, shift: Shift, account: Account) -> None:
        payment = pay(shift, account, [], cash("30.00"), keep_as_credit=True)

        void(payment, shift)

        assert prepaid(account) == "0.00"

    def test_frees_the_slip_for_the_right_payment(self, shift: Shift, account: Account) -> None:
        bill = make_bill(account)
        void(pay(shift, account, [bill], pos("100.00")), shift)

        pay(shift, account, [bill], pos("100.00"))

        assert standing(bill)[0] == "PAID"

    def test_keeps_the_receipt_number_used(self, shift: Shift, account: Account) -> None:
        bill = make_bill(account)
        void(pay(shift, account, [bill], cash("100.00")), shift)

        assert pay(shift, account, [bill], cash("100.00")).receipt.serial == 2

    def test_writes_one_line_into_the_audit_trail_however_long_the_note(
        self, shift: Shift, account: Account
    ) -> None:
        payment = pay(shift, account, [make_bill(account)], cash("100.00"))

        void(payment, shift, reason="CUSTOMER_REQUEST", note="退" * 200)

        entry = AuditEntry.objects.get(action="void_payment")
        assert (entry.object_id, entry.actor) == (str(payment.pk), shift.cashier)
        assert entry.reason.startswith("CUSTOMER_REQUEST 退")


class TestTheSameRequest:
    key = UUID("7b2f4a52-0000-4000-8000-000000000002")

    @pytest.fixture
    def payment(self, shift: Shift, account: Account) -> Payment:
        return pay(shift, account, [make_bill(account)], cash("100.00"))

    def test_undoes_once(self, payment: Payment, shift: Shift) -> None:
        first = void(payment, shift, request_id=self.key)
        before = all_rows()

        assert void(payment, shift, request_id=self.key) == first
        assert all_rows() == before

    def test_is_answered_after_the_shift_was_closed(self, payment: Payment, shift: Shift) -> None:
        first = void(payment, shift, request_id=self.key)
        close_short(shift, "0.00", MORNING)

        assert void(payment, shift, request_id=self.key) == first

    @pytest.mark.parametrize("changes", [{"reason": "PAID_TWICE"}, {"note": "另写"}])
    def test_with_other_content_is_refused(
        self, payment: Payment, shift: Shift, changes: dict[str, str]
    ) -> None:
        void(payment, shift, request_id=self.key)

        with refused("form_reused"):
            void(payment, shift, request_id=self.key, **changes)

    def test_for_another_payment_is_refused(self, payment: Payment, shift: Shift, account: Account) -> None:
        void(payment, shift, request_id=self.key)
        other = pay(shift, account, [make_bill(account, due_on=OCTOBER)], cash("100.00"))

        with refused("form_reused"):
            void(other, shift, request_id=self.key)

    def test_of_another_person_is_refused(self, payment: Payment, shift: Shift, branch: Branch) -> None:
        void(payment, shift, request_id=self.key)
        theirs = make_shift(make_staff(branch=branch))

        with refused("form_reused"):
            void(payment, theirs, request_id=self.key)


@dataclass(frozen=True, slots=True)
class Undoing:
    """A payment that could be voided, and what a refusal needs beside it."""

    payment: Payment
    shift: Shift
    colleague: Shift
    supervisor: Staff


class TestVoidRefuses:
    @pytest.fixture
    def undoing(self, shift: Shift, account: Account, branch: Branch, supervisor: Staff) -> Undoing:
        payment = pay(shift, account, [make_bill(account)], cash("100.00"))
        return Undoing(payment, shift, make_shift(make_staff(branch=branch)), supervisor)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            (lambda u: {"shift": u.colleague, "voided_by": u.colleague.cashier}, "not_in_this_shift"),
            (lambda u: {"voided_by": u.colleague.cashier}, "not_yours"),
            (lambda u: {"voided_by": u.supervisor}, "not_yours"),
            (lambda u: {"at": MORNING + ONE_DAY}, "another_day"),
            (lambda u: {"reason": "BECAUSE"}, "unknown_reason"),
            (lambda u: {"reason": ""}, "unknown_reason"),
            (lambda u: {"note": "长" * 201}, "note_too_long"),
        ],
    )
    def test_and_undoes_nothing(self, undoing: Undoing, changes: Any, code: str) -> None:
        with refused(code):
            void(undoing.payment, **{"shift": undoing.shift, **changes(undoing)})

    def test_the_second_time(self, undoing: Undoing) -> None:
        void(undoing.payment, undoing.shift)

        with refused("already_reversed"):
            void(undoing.payment, undoing.shift)

    def test_a_closed_shift(self, undoing: Undoing) -> None:
        close_short(undoing.shift, "0.00", MORNING)

        with refused("not_open"):
            void(undoing.payment, undoing.shift)

    def test_a_deposit_that_paid_a_bill_meanwhile(self, shift: Shift, account: Account) -> None:
        deposit = pay(shift, account, [], cash("30.00"), keep_as_credit=True)
        used = pay(shift, account, [make_bill(account, total="30.00")])

        with refused("credit_already_used"):
            void(deposit, shift)

        void(used, shift)
        void(deposit, shift)
        assert prepaid(account) == "0.00"
        assert broken_invariants() == []
        assert Bill.objects.get().outstanding == Decimal("30.00")
