import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import Bill, Payment, Posting, Reversal
from billing.services.bill_run import run_billing
from billing.services.business_days import close_business_day
from counters.models import Shift, TillEntry
from counters.services.payments import reverse_payment_at_counter
from tests.billing.metering import make_tariff, make_water_account, read
from tests.counters.days import FRIDAY, close_short
from tests.counters.rows import all_rows, broken_invariants, refused
from tests.counters.test_take_payment_at_counter import ONE_DAY, prepaid, standing
from tests.factories.accounts import make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, pay, pos

pytestmark = pytest.mark.django_db


@pytest.fixture
def friday(branch: Branch) -> Shift:
    """The shift of a colleague, three days ago."""
    return make_shift(make_staff(branch=branch), at=FRIDAY)


@pytest.fixture
def bill(account: Account) -> Bill:
    return make_bill(account)


@pytest.fixture
def payment(friday: Shift, account: Account, bill: Bill) -> Payment:
    """Cash that was taken on Friday; that shift is closed."""
    payment = pay(friday, account, [bill], cash("100.00"), at=FRIDAY)
    close_short(friday, "0.00")
    return payment


def reverse(payment: Payment, shift: Shift, supervisor: Staff, **changes: Any) -> Reversal:
    return reverse_payment_at_counter(
        payment,
        **{
            "shift": shift,
            "request_id": uuid4(),
            "reason": "WRONG_ACCOUNT",
            "note": "",
            "reversed_by": shift.cashier,
            "approved_by": supervisor,
            "at": MORNING,
            **changes,
        },
    )


class TestReversal:
    def test_pays_the_cash_out_of_the_drawer_of_today(
        self, payment: Payment, bill: Bill, shift: Shift, supervisor: Staff
    ) -> None:
        reversal = reverse(payment, shift, supervisor)

        posting = Posting.objects.get(reversal=reversal)
        assert (posting.debit, posting.credit) == ("receivable", f"cash:{shift.pk}")
        assert posting.business_date == MORNING.date()
        assert TillEntry.objects.get(reversal=reversal).shift == shift
        assert standing(bill) == ("OPEN", "100.00", "0.00")

    def test_leaves_the_closed_day_as_it_was(self, payment: Payment, shift: Shift, supervisor: Staff) -> None:
        close_business_day(FRIDAY.date(), closed_by=supervisor, at=MORNING)
        friday = Posting.objects.filter(business_date=FRIDAY.date()).values_list().order_by("id")
        before = list(friday)

        reverse(payment, shift, supervisor)

        assert before
        assert list(friday.all()) == before
        assert broken_invariants() == []

    def test_leaves_no_trace_in_the_drawer_when_it_was_paid_by_card(
        self, friday: Shift, account: Account, shift: Shift, supervisor: Staff
    ) -> None:
        payment = pay(friday, account, [make_bill(account)], pos("100.00"), at=FRIDAY)
        close_short(friday, "0.00")

        reversal = reverse(payment, shift, supervisor)

        assert TillEntry.objects.get(reversal=reversal).cash_out == 0
        assert Posting.objects.get(reversal=reversal).credit == "clearing:pos"

    def test_names_both_people_in_the_audit_trail(
        self, payment: Payment, shift: Shift, supervisor: Staff
    ) -> None:
        reverse(payment, shift, supervisor)

        entry = AuditEntry.objects.get(action="reverse_payment")
        assert (entry.actor, entry.details["approved_by"]) == (shift.cashier, supervisor.number)

    def test_lets_the_bill_be_paid_again_and_that_be_reversed_as_well(
        self, payment: Payment, bill: Bill, account: Account, shift: Shift, supervisor: Staff, branch: Branch
    ) -> None:
        reverse(payment, shift, supervisor)
        again = pay(shift, account, [bill], cash("100.00"))
        close_short(shift, "0.00", MORNING)

        reverse(again, make_shift(make_staff(branch=branch)), supervisor)

        assert standing(bill) == ("OPEN", "100.00", "0.00")
        assert broken_invariants() == []

    def test_answers_a_repeated_request_after_the_close(
        self, payment: Payment, shift: Shift, supervisor: Staff
    ) -> None:
        key = UUID("7b2f4a52-0000-4000-8000-000000000003")
        first = reverse(payment, shift, supervisor, request_id=key)
        close_short(shift, "0.00", MORNING)
        before = all_rows()

        assert reverse(payment, shift, supervisor, request_id=key) == first
        assert all_rows() == before


class TestCreditThatPaidABillByItself:
    """Deposit at the window, used by the bill run, then the deposit turns out to be a mistake."""

    @pytest.fixture
    def water(self, branch: Branch) -> Account:
        make_tariff(branch=branch)
        return make_water_account(branch=branch, readings={"2026-11-10": "100"})

    @pytest.fixture
    def deposit(self, water: Account, friday: Shift, branch: Branch) -> Payment:
        deposit = pay(friday, water, [], cash("50.00"), keep_as_credit=True, at=FRIDAY)
        run_billing(
            service="WATER",
            period="2026-11",
            issued_on=FRIDAY.date(),
            branch=branch,
            started_by=None,
            at=FRIDAY,
        )
        close_short(friday, "0.00")
        return deposit

    def test_can_be_put_back_and_then_the_deposit_be_reversed(
        self, deposit: Payment, water: Account, shift: Shift, supervisor: Staff
    ) -> None:
        with refused("credit_already_used"):
            reverse(deposit, shift, supervisor)

        put_back = reverse(Payment.objects.get(channel="CREDIT"), shift, supervisor)
        assert prepaid(water) == "50.00"
        reverse(deposit, shift, supervisor)

        assert TillEntry.objects.get(reversal=put_back).cash_out == 0
        assert prepaid(water) == "0.00"
        assert standing(Bill.objects.get(account=water)) == ("OPEN", "343.00", "0.00")
        assert broken_invariants() == []

    def test_leaves_the_tiers_where_the_bill_put_them(
        self, deposit: Payment, water: Account, shift: Shift, supervisor: Staff, branch: Branch
    ) -> None:
        reverse(Payment.objects.get(channel="CREDIT"), shift, supervisor)
        read(water.installations.get(), "2026-12-10", "200")

        run_billing(
            service="WATER",
            period="2026-12",
            issued_on=datetime.date(2026, 12, 15),
            branch=branch,
            started_by=None,
            at=MORNING + 22 * ONE_DAY,
        )

        # 100 used before: 80 more in the first tier, 20 in the second.
        assert Bill.objects.get(account=water, period="2026-12").amount == Decimal("383.00")


class TestReversalRefuses:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            (lambda shift: {"approved_by": shift.cashier}, "may_not_approve"),
            (lambda shift: {"approved_by": make_staff(role="manager")}, "may_not_approve"),
            (
                lambda shift: {"approved_by": make_staff(role="supervisor", is_active=False)},
                "may_not_approve",
            ),
            (lambda shift: {"at": MORNING + ONE_DAY}, "another_day"),
            (lambda shift: {"reason": "BECAUSE"}, "unknown_reason"),
            (lambda shift: {"note": "长" * 201}, "note_too_long"),
        ],
    )
    def test_and_undoes_nothing(
        self, payment: Payment, shift: Shift, supervisor: Staff, changes: Any, code: str
    ) -> None:
        changed = changes(shift)

        with refused(code):
            reverse(payment, shift, supervisor, **changed)

    def test_one_person_for_both(self, payment: Payment, shift: Shift, supervisor: Staff) -> None:
        shift.cashier.groups.add(*supervisor.groups.all())
        both = Staff.objects.get(pk=shift.cashier_id)

        with refused("same_person"):
            reverse(payment, shift, both)

    def test_the_second_time(self, payment: Payment, shift: Shift, supervisor: Staff) -> None:
        reverse(payment, shift, supervisor)

        with refused("already_reversed"):
            reverse(payment, shift, supervisor)

    def test_while_the_shift_that_took_it_is_open(
        self, friday: Shift, account: Account, bill: Bill, shift: Shift, supervisor: Staff
    ) -> None:
        payment = pay(friday, account, [bill], cash("100.00"), at=FRIDAY)

        with refused("shift_still_open"):
            reverse(payment, shift, supervisor)

    def test_a_payment_of_another_branch(self, payment: Payment, stranger: Staff, supervisor: Staff) -> None:
        theirs = make_shift(stranger)

        with refused("unknown_payment"):
            reverse(payment, theirs, supervisor)

    def test_more_cash_than_the_drawer_holds(
        self, friday: Shift, account: Account, shift: Shift, supervisor: Staff
    ) -> None:
        payment = pay(friday, account, [make_bill(account, total="200.10")], cash("200.10"), at=FRIDAY)
        close_short(friday, "0.00")

        with refused("not_enough_cash"):
            reverse(payment, shift, supervisor)

    def test_what_came_through_another_channel(
        self, payment: Payment, shift: Shift, supervisor: Staff
    ) -> None:
        payment.channel = Payment.Channel.BANK

        with refused("not_at_a_counter"):
            reverse(payment, shift, supervisor)
