import datetime
from decimal import Decimal
from uuid import UUID

import pytest

from accounts.models import Account, Branch
from billing.services.offers import PaymentRequest, TenderOffer
from billing.services.previews import preview_payment
from billing.services.refusals import PaymentRefused
from counters.models import Shift
from counters.services.payments import take_payment_at_counter
from tests.counters.rows import all_rows
from tests.factories.accounts import make_account
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, pay, pos

pytestmark = pytest.mark.django_db

OCTOBER = datetime.date(2026, 10, 31)
KEY = UUID("7b2f4a52-0000-4000-8000-000000000004")


class TestPreview:
    @pytest.mark.parametrize(
        ("tenders", "keep_as_credit"),
        [
            ((cash("500.00"),), False),
            ((cash("500.00"),), True),
            ((cash("20.00"),), False),
            ((pos("100.00"), cash("100.00")), False),
        ],
    )
    def test_shows_what_the_payment_then_does(
        self,
        shift: Shift,
        account: Account,
        branch: Branch,
        tenders: tuple[TenderOffer, ...],
        keep_as_credit: bool,
    ) -> None:
        make_late_charge_rule(service="HEAT")
        neighbour = make_account(branch=branch)
        pay(shift, neighbour, [], cash("30.00"), keep_as_credit=True)
        bills = (make_bill(account, due_on=OCTOBER).pk, make_bill(neighbour).pk)
        wanted = PaymentRequest(KEY, account.pk, bills, tenders, keep_as_credit)
        before = all_rows()

        shown = preview_payment(wanted, on=MORNING.date(), asked_by=shift.cashier)

        assert all_rows() == before
        taken = take_payment_at_counter(wanted, shift=shift, taken_by=shift.cashier, at=MORNING)
        assert (shown.change, shown.deposit) == (taken.change_given, taken.credited)
        assert [(one.debt.bill_id, one.principal, one.late_charge) for one in shown.plan.shares] == [
            (one.bill_id, one.principal, one.late_charge) for one in taken.allocations.order_by("position")
        ]

    def test_without_money_shows_what_there_is_to_pay(self, shift: Shift, account: Account) -> None:
        make_late_charge_rule(service="HEAT")
        wanted = PaymentRequest(KEY, account.pk, (make_bill(account, due_on=OCTOBER).pk,), ())

        shown = preview_payment(wanted, on=MORNING.date(), asked_by=shift.cashier)

        assert (shown.to_pay, shown.refusal) == (Decimal("111.50"), None)

    def test_carries_the_refusal_that_the_payment_would_meet(self, shift: Shift, account: Account) -> None:
        wanted = PaymentRequest(KEY, account.pk, (make_bill(account).pk,), (pos("100.01"),))

        shown = preview_payment(wanted, on=MORNING.date(), asked_by=shift.cashier)

        assert shown.refusal is not None
        assert shown.refusal.code == "too_much"

    def test_refuses_an_account_of_another_branch(self, shift: Shift) -> None:
        elsewhere = make_account()

        with pytest.raises(PaymentRefused) as refusal:
            preview_payment(
                PaymentRequest(KEY, elsewhere.pk, (), ()), on=MORNING.date(), asked_by=shift.cashier
            )

        assert refusal.value.code == "unknown_account"
