"""Credit that paid a bill by itself, on its page: who may put it back, and with whom."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Staff
from billing.models import Balance, Payment, Reversal
from tests.billing.correcting import pay_by_credit
from tests.counters.rows import broken_invariants
from tests.factories.accounts import make_account, make_staff
from tests.hall import PASSWORD, Hall, end_shift, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(hall: Hall) -> Payment:
    account = make_account(branch=hall.branch)
    return pay_by_credit(account, make_staff(role="finance"), hall.supervisor)


def address_of(payment: Payment) -> str:
    return f"/counter/credits/{payment.request_id}/"


def form(second: Staff | None = None, **changes: Any) -> dict[str, Any]:
    signed = {"second_number": second.number, "second_password": PASSWORD} if second else {}
    return {"request_id": str(uuid4()), "reason": "WRONG_ACCOUNT", "note": "", **signed, **changes}


class TestThePage:
    def test_puts_the_credit_back_with_a_second_person(self, hall: Hall, payment: Payment) -> None:
        answer = signed_in(hall.cashier).post(address_of(payment), form(hall.supervisor))

        assert answer.headers["Location"] == address_of(payment)
        assert Reversal.objects.get().approved_by == hall.supervisor
        balance = Balance.objects.get(account=payment.account)
        assert (balance.receivable, balance.prepaid) == (Decimal("3.00"), Decimal("1000.00"))
        assert broken_invariants() == []

    def test_is_reached_from_the_bill(self, hall: Hall, payment: Payment) -> None:
        bill = payment.allocations.get().bill

        page = signed_in(hall.cashier).get(f"/bills/{bill.number}/")

        assert [part["url"] for part in page.context["allocations"]] == [address_of(payment)]

    def test_refuses_without_a_second_person_and_keeps_the_input(self, hall: Hall, payment: Payment) -> None:
        answer = signed_in(hall.cashier).post(address_of(payment), form(note="看错"))

        assert answer.status_code == 422
        assert answer.context["form"]["note"].value() == "看错"
        assert not Reversal.objects.exists()

    @pytest.mark.parametrize("changes", [{"reason": ""}, {"note": "\x00"}, {"request_id": "x"}])
    def test_refuses_a_form_that_is_wrong(
        self, hall: Hall, payment: Payment, changes: dict[str, Any]
    ) -> None:
        answer = signed_in(hall.cashier).post(address_of(payment), form(hall.supervisor, **changes))

        assert answer.status_code == 422
        assert not Reversal.objects.exists()

    def test_needs_an_open_shift(self, hall: Hall, payment: Payment) -> None:
        end_shift(hall)

        answer = signed_in(hall.cashier).post(address_of(payment), form(hall.supervisor))

        assert answer.status_code == 422
        assert not Reversal.objects.exists()

    def test_of_another_branch_does_not_exist(self, hall: Hall, payment: Payment) -> None:
        assert signed_in(hall.stranger).get(address_of(payment)).status_code == 404
