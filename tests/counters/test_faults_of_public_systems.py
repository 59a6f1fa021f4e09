"""Faults that were seen in public systems of the trade (domain.md 8), each shown not to be here."""

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import Account, Branch, Staff
from billing.models import Allocation, Payment, Posting
from billing.services.cancellations import cancel_bill
from billing.services.waivers import approve_waiver, propose_waiver
from counters.models import Shift
from counters.services.payments import reverse_payment_at_counter, void_payment_at_counter
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


@pytest.fixture
def finance(branch: Branch) -> Staff:
    return make_staff(role="finance", branch=branch)


class TestFault5:
    """An endpoint deletes payment rows."""

    @pytest.mark.parametrize(
        "table",
        ["payment", "tender", "allocation", "posting", "billcancellation", "adjustment", "waiver", "bill"],
    )
    def test_nobody_at_work_can_delete_what_was_posted(
        self, shift: Shift, account: Account, table: str
    ) -> None:
        pay(shift, account, [make_bill(account)], cash("100.00"))

        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(f"DELETE FROM billing_{table}")

        assert Payment.objects.count() == 1


class TestFault7:
    """Late charge stored as one mutable line per year: no trace of days and base."""

    def test_every_part_that_was_paid_keeps_days_rate_and_base(self, shift: Shift, account: Account) -> None:
        make_late_charge_rule(service="HEAT")
        bill = make_bill(account, total="1000.00", due_on=TODAY - datetime.timedelta(days=10))
        pay(shift, account, [bill], cash("400.00"))
        pay(shift, account, [bill], cash("650.00"), at=MORNING)

        first, second = Allocation.objects.filter(bill=bill).order_by("pk")
        assert first.late_charge_sentence.startswith("10 天 × 0.5% × 1000.00 元")
        assert (first.principal, second.principal, second.late_charge) == (
            Decimal("400.00"), Decimal("600.00"), Decimal("50.00"),
        )  # fmt: skip
        assert second.late_charge_sentence.startswith("10 天 × 0.5% × 1000.00 元")

    def test_what_was_waived_is_a_row_with_two_names_and_a_reason(
        self, shift: Shift, account: Account, finance: Staff, supervisor: Staff
    ) -> None:
        make_late_charge_rule(service="HEAT")
        bill = make_bill(account, total="1000.00", due_on=TODAY - datetime.timedelta(days=10))
        waiver = propose_waiver(
            bill,
            amount=Decimal("20.00"),
            reason="SYSTEM_OUTAGE",
            note="系统停机三天",
            proposed_by=finance,
            at=MORNING,
        )
        approve_waiver(waiver, approved_by=supervisor, at=MORNING)

        pay(shift, account, [bill], cash("1030.00"))

        share = Allocation.objects.get(bill=bill)
        assert share.late_charge == Decimal("30.00")
        assert share.late_charge_sentence == "10 天 × 0.5% × 1000.00 元，已减免 20.00 元"


class TestFault8:
    """抹账 and 冲正 on the same serial without a state check give a double negative."""

    def test_a_voided_payment_is_not_reversed_as_well(
        self, shift: Shift, account: Account, supervisor: Staff
    ) -> None:
        payment = pay(shift, account, [make_bill(account)], cash("100.00"))
        void_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="PAID_TWICE", note="", voided_by=shift.cashier,
            at=MORNING,
        )  # fmt: skip

        with refused("already_reversed"):
            void_payment_at_counter(
                payment, shift=shift, request_id=uuid4(), reason="PAID_TWICE", note="",
                voided_by=shift.cashier, at=MORNING,
            )  # fmt: skip
        with refused("shift_still_open"):
            reverse_payment_at_counter(
                payment, shift=shift, request_id=uuid4(), reason="PAID_TWICE", note="",
                reversed_by=shift.cashier, approved_by=supervisor, at=MORNING,
            )  # fmt: skip

    def test_a_cancelled_bill_and_its_payment_are_each_undone_once(
        self, shift: Shift, account: Account, finance: Staff, supervisor: Staff
    ) -> None:
        bill = make_bill(account)
        payment = pay(shift, account, [bill], cash("100.00"))
        for code in (None, "already_cancelled"):
            with refused(code) if code else transaction.atomic():
                cancel_bill(
                    bill, reason="DOUBLE", note="", cancelled_by=finance, approved_by=supervisor,
                    request_id=uuid4(), at=MORNING,
                )  # fmt: skip
        for code in (None, "already_reversed"):
            with refused(code) if code else transaction.atomic():
                void_payment_at_counter(
                    payment, shift=shift, request_id=uuid4(), reason="PAID_TWICE", note="",
                    voided_by=shift.cashier, at=MORNING,
                )  # fmt: skip

        reversed_twice = Posting.objects.filter(reverses__isnull=False).values_list("reverses", flat=True)
        assert len(set(reversed_twice)) == len(reversed_twice)
        assert broken_invariants() == []
