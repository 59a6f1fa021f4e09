from typing import Any
from uuid import uuid4

import pytest

from billing.models import Bill, Payment, Reversal
from tests.factories.accounts import make_staff
from tests.factories.counters import cash, make_shift, pay
from tests.hall import PASSWORD, Hall, books, end_shift, signed_in

pytestmark = pytest.mark.django_db


def address_of(payment: Payment) -> str:
    return f"/counter/payments/{payment.receipt.number}/undo/"


def form(**changes: Any) -> dict[str, Any]:
    return {"request_id": str(uuid4()), "reason": "WRONG_ACCOUNT", "note": "", **changes}


@pytest.fixture
def payment(hall: Hall) -> Payment:
    return pay(hall.shift, hall.account, [hall.bill], cash("104.00"))


class TestVoidingInTheOwnShift:
    def test_makes_the_bill_owed_again_and_shows_the_payment(self, hall: Hall, payment: Payment) -> None:
        answer = signed_in(hall.cashier).post(address_of(payment), form(note="看错了"))

        assert answer.headers["Location"] == f"/counter/payments/{payment.receipt.number}/"
        reversal = Reversal.objects.get()
        assert (reversal.kind, reversal.note) == (Reversal.Kind.VOID, "看错了")
        hall.bill.refresh_from_db()
        assert hall.bill.state == Bill.State.OPEN

    def test_posted_twice_happens_once(self, hall: Hall, payment: Payment) -> None:
        client, asked = signed_in(hall.cashier), form()

        answers = [client.post(address_of(payment), asked) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [302, 302]
        assert Reversal.objects.count() == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"reason": ""}, {"reason": "BECAUSE"}, {"reason": "\x00"}, {"note": "a" * 201}, {"note": "\x00"},
            {"request_id": ""}, {"request_id": "abc"}, {"request_id": "\x00"}, {"second_number": "x" * 21},
            {"second_number": "\x00"}, {"second_password": "x" * 129},
        ],
    )  # fmt: skip
    def test_refuses_a_form_that_is_wrong(
        self, hall: Hall, payment: Payment, changes: dict[str, Any]
    ) -> None:
        before = books()

        answer = signed_in(hall.cashier).post(address_of(payment), form(**changes))

        assert answer.status_code == 422
        assert answer.context["reversal_form"].errors
        assert books() == before

    def test_refuses_a_second_void(self, hall: Hall, payment: Payment) -> None:
        client = signed_in(hall.cashier)
        client.post(address_of(payment), form())
        before = books()

        answer = client.post(address_of(payment), form())

        assert answer.status_code == 422
        assert books() == before

    def test_cannot_be_looked_at(self, hall: Hall, payment: Payment) -> None:
        answer = signed_in(hall.cashier).get(address_of(payment))

        assert answer.status_code == 405
        assert not Reversal.objects.exists()


class TestReversingAfterTheClose:
    @pytest.fixture
    def closed(self, hall: Hall, payment: Payment) -> Payment:
        """The payment, of a shift that is over; the cashier has opened the next with 200.00."""
        end_shift(hall)
        make_shift(hall.cashier)
        return payment

    def test_needs_a_second_person(self, hall: Hall, closed: Payment) -> None:
        before = books()

        answer = signed_in(hall.cashier).post(address_of(closed), form())

        (error,) = answer.context["form" if "form" in answer.context else "reversal_form"].errors.as_data()[
            "__all__"
        ]
        assert (answer.status_code, error.code) == (422, "second_person_needed")
        assert books() == before

    def test_happens_once_a_supervisor_has_signed(self, hall: Hall, closed: Payment) -> None:
        signature = {"second_number": hall.supervisor.number, "second_password": PASSWORD}

        answer = signed_in(hall.cashier).post(address_of(closed), form(**signature))

        assert answer.status_code == 302
        reversal = Reversal.objects.get()
        assert (reversal.kind, reversal.reversed_by, reversal.approved_by) == (
            Reversal.Kind.REVERSAL,
            hall.cashier,
            hall.supervisor,
        )

    @pytest.mark.parametrize(
        ("who", "code"),
        [("cashier", "same_person"), ("colleague", "may_not_approve"), ("manager", "may_not_approve")],
    )
    def test_is_refused_with_the_signature_of_somebody_without_the_right(
        self, hall: Hall, closed: Payment, who: str, code: str
    ) -> None:
        people = {
            "cashier": hall.cashier,
            "colleague": hall.colleague,
            "manager": make_staff(role="manager", branch=hall.branch, password=PASSWORD),
        }
        before = books()

        answer = signed_in(hall.cashier).post(
            address_of(closed), form(second_number=people[who].number, second_password=PASSWORD)
        )

        (error,) = answer.context["reversal_form"].errors.as_data()["__all__"]
        assert (answer.status_code, error.code) in [(422, code), (422, "may_not_approve")]
        assert books() == before

    def test_is_refused_with_a_wrong_password(self, hall: Hall, closed: Payment) -> None:
        before = books()

        answer = signed_in(hall.cashier).post(
            address_of(closed), form(second_number=hall.supervisor.number, second_password="wrong")
        )

        assert answer.status_code == 422
        assert books() == before


class TestWhoMayNot:
    def test_a_cashier_without_a_shift(self, hall: Hall, payment: Payment) -> None:
        before = books()

        answer = signed_in(hall.colleague).post(address_of(payment), form())

        assert answer.status_code == 422
        assert answer.context["no_reversal_sentence"]
        assert books() == before

    def test_a_colleague_while_the_shift_is_open(self, hall: Hall, payment: Payment) -> None:
        make_shift(hall.colleague)
        signature = {"second_number": hall.supervisor.number, "second_password": PASSWORD}
        before = books()

        answer = signed_in(hall.colleague).post(address_of(payment), form(**signature))

        assert answer.status_code == 422
        assert books() == before

    def test_another_branch(self, hall: Hall, payment: Payment) -> None:
        make_shift(hall.stranger)
        before = books()

        answer = signed_in(hall.stranger).post(address_of(payment), form())

        assert answer.status_code == 404
        assert books() == before

    @pytest.mark.parametrize("role", ["adviser", "finance", "supervisor", "manager", "auditor"])
    def test_anybody_who_is_no_cashier(self, hall: Hall, payment: Payment, role: str) -> None:
        before = books()

        answer = signed_in(make_staff(role=role, branch=hall.branch)).post(address_of(payment), form())

        assert answer.status_code == 403
        assert books() == before
