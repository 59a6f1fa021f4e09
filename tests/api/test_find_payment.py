from uuid import uuid4

import pytest

from tests.factories.counters import cash, make_shift, pay
from tests.hall import Hall, body_for, end_shift, post_json, signed_in

pytestmark = pytest.mark.django_db


def address_of(request_id: object) -> str:
    return f"/api/v1/payments/{request_id}/"


class TestFindPayment:
    def test_answers_what_taking_it_answered(self, hall: Hall) -> None:
        client, body = signed_in(hall.cashier), body_for(hall)
        taken = post_json(client, "/api/v1/payments/", body).json()

        found = client.get(address_of(body["request_id"]))

        assert (found.status_code, found.json()) == (200, taken)

    def test_finds_nothing_where_nothing_was_taken(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(address_of(uuid4()))

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    def test_does_not_know_the_payment_of_a_colleague_from_one_that_is_not_there(self, hall: Hall) -> None:
        payment = pay(make_shift(hall.colleague), hall.account, [hall.bill], cash("104.00"))
        client = signed_in(hall.cashier)

        answers = [client.get(address_of(request_id)) for request_id in (payment.request_id, uuid4())]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content

    def test_still_finds_it_when_the_shift_is_over(self, hall: Hall) -> None:
        payment = pay(hall.shift, hall.account, [hall.bill], cash("104.00"))
        end_shift(hall)

        assert signed_in(hall.cashier).get(address_of(payment.request_id)).status_code == 200
