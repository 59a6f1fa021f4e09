import datetime
from typing import Any
from uuid import uuid4

import pytest

from billing.models import Bill, Payment, Reversal
from tests.database import run_together
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, pay
from tests.hall import Hall, books, end_shift, make_hall, post_json, signed_in


def address_of(payment: Payment) -> str:
    return f"/api/v1/payments/{payment.request_id}/void/"


def body(**changes: Any) -> dict[str, Any]:
    return {"request_id": str(uuid4()), "reason": "WRONG_ACCOUNT", "note": "", **changes}


@pytest.fixture
def payment(hall: Hall) -> Payment:
    return pay(hall.shift, hall.account, [hall.bill], cash("104.00"))


@pytest.mark.django_db
class TestVoidPayment:
    def test_makes_the_bill_owed_again(self, hall: Hall, payment: Payment) -> None:
        answer = post_json(signed_in(hall.cashier), address_of(payment), body(note="看错了"))

        assert (answer.status_code, answer.json()["is_reversed"]) == (200, True)
        hall.bill.refresh_from_db()
        assert hall.bill.state == Bill.State.OPEN

    def test_asked_for_twice_happens_once(self, hall: Hall, payment: Payment) -> None:
        client, asked = signed_in(hall.cashier), body()
        first = post_json(client, address_of(payment), asked)

        second = post_json(client, address_of(payment), asked)

        assert (first.status_code, second.status_code) == (200, 200)
        assert first.json() == second.json()
        assert Reversal.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"reason": "BECAUSE"}, 422, "unknown_reason"),
            ({"reason": ""}, 400, "malformed"),
            ({"reason": 1}, 400, "malformed"),
            ({"reason": "WRONG\x00"}, 400, "malformed"),
            ({"note": "a" * 201}, 400, "malformed"),
            ({"note": "a\u202eb"}, 400, "malformed"),
            ({"note": None}, 400, "malformed"),
            ({"request_id": 1}, 400, "malformed"),
            ({"request_id": None}, 400, "malformed"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, hall: Hall, payment: Payment, change: dict[str, Any], status: int, code: str
    ) -> None:
        before = books()

        answer = post_json(signed_in(hall.cashier), address_of(payment), body(**change))

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert books() == before

    def test_refuses_a_second_void(self, hall: Hall, payment: Payment) -> None:
        client = signed_in(hall.cashier)
        post_json(client, address_of(payment), body())

        answer = post_json(client, address_of(payment), body())

        assert (answer.status_code, answer.json()["code"]) == (422, "already_reversed")

    def test_refuses_a_key_that_voided_another_payment(self, hall: Hall, payment: Payment) -> None:
        account = make_account(branch=hall.branch)
        other = pay(hall.shift, account, [make_bill(account)], cash("100.00"))
        client, asked = signed_in(hall.cashier), body()
        post_json(client, address_of(other), asked)

        answer = post_json(client, address_of(payment), asked)

        assert (answer.status_code, answer.json()["code"]) == (422, "form_reused")
        assert other.receipt.number not in answer.content.decode()

    def test_refuses_when_the_shift_is_over(self, hall: Hall, payment: Payment) -> None:
        end_shift(hall)

        answer = post_json(signed_in(hall.cashier), address_of(payment), body())

        assert (answer.status_code, answer.json()["code"]) == (422, "not_open")

    def test_refuses_a_payment_of_an_earlier_shift(self, hall: Hall, payment: Payment) -> None:
        end_shift(hall)
        make_shift(hall.cashier)

        answer = post_json(signed_in(hall.cashier), address_of(payment), body())

        assert (answer.status_code, answer.json()["code"]) == (422, "not_in_this_shift")

    def test_refuses_on_another_day(self, hall: Hall) -> None:
        cashier = make_staff(branch=hall.branch)
        yesterday = MORNING - datetime.timedelta(days=1)
        payment = pay(
            make_shift(cashier, at=yesterday), hall.account, [hall.bill], cash("200.00"), at=yesterday
        )

        answer = post_json(signed_in(cashier), address_of(payment), body())

        assert (answer.status_code, answer.json()["code"]) == (422, "another_day")

    def test_does_not_know_the_payment_of_a_colleague(self, hall: Hall) -> None:
        payment = pay(make_shift(hall.colleague), hall.account, [hall.bill], cash("104.00"))
        before = books()

        answer = post_json(signed_in(hall.cashier), address_of(payment), body())

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert books() == before


@pytest.mark.django_db(transaction=True)
class TestManyVoidsAtOnce:
    def test_undo_the_payment_once(self, clock: None) -> None:
        hall = make_hall()
        payment = pay(hall.shift, hall.account, [hall.bill], cash("104.00"))
        clients = [signed_in(hall.cashier) for _ in range(4)]

        answers: list[Any] = run_together(
            *(lambda client=client: post_json(client, address_of(payment), body()) for client in clients)
        )

        assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
        assert Reversal.objects.count() == 1
