"""A lost answer, a double click, a second tab: one request takes the money once, whoever sends it how often."""

from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse

from billing.models import Payment
from tests.database import run_together
from tests.factories.counters import make_shift, pay, pos
from tests.hall import Hall, body_for, books, make_hall, post_json, signed_in

ADDRESS = "/api/v1/payments/"


def cash(amount: str) -> list[dict[str, str]]:
    return [{"method": "CASH", "amount": amount, "reference": ""}]


@pytest.mark.django_db
class TestARepeatedRequest:
    def test_is_answered_like_the_first_and_takes_nothing_more(self, hall: Hall) -> None:
        client, body = signed_in(hall.cashier), body_for(hall)
        first = post_json(client, ADDRESS, body)
        after_the_first = books()

        second = post_json(client, ADDRESS, body)

        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert books() == after_the_first

    def test_may_name_the_bills_in_another_order_and_write_the_key_in_capitals(self, hall: Hall) -> None:
        client, body = signed_in(hall.cashier), body_for(hall)
        post_json(client, ADDRESS, body)

        second = post_json(client, ADDRESS, {**body, "request_id": body["request_id"].upper()})

        assert second.status_code == 200

    @pytest.mark.parametrize(
        "change",
        [{"tenders": cash("199.00")}, {"tenders": []}, {"bills": []}, {"keep_change_as_credit": True}],
    )
    def test_with_other_content_is_refused_and_tells_nothing_of_the_first(
        self, hall: Hall, change: dict[str, object]
    ) -> None:
        client, body = signed_in(hall.cashier), body_for(hall)
        first = post_json(client, ADDRESS, body).json()
        after_the_first = books()

        answer = post_json(client, ADDRESS, {**body, **change})

        assert (answer.status_code, answer.json()["code"]) == (422, "form_reused")
        assert set(answer.json()) == {"code", "detail"}
        told = answer.content.decode()
        assert not any(str(first[name]) in told for name in ("receipt_number", "allocated", "account_no"))
        assert books() == after_the_first

    def test_of_somebody_else_is_refused_and_tells_nothing_of_the_first(self, hall: Hall) -> None:
        payment = pay(make_shift(hall.stranger), hall.foreign_account, [hall.foreign_bill], pos("66.66"))

        answer = post_json(
            signed_in(hall.cashier), ADDRESS, body_for(hall, request_id=str(payment.request_id))
        )

        assert (answer.status_code, answer.json()["code"]) == (422, "form_reused")
        told = answer.content.decode()
        assert not any(word in told for word in ("CANARY", "66.66", hall.foreign_account.account_no))

    def test_is_good_again_after_a_malformed_one(self, hall: Hall) -> None:
        client, body = signed_in(hall.cashier), body_for(hall)
        post_json(client, ADDRESS, {**body, "bills": "1"})

        assert post_json(client, ADDRESS, body).status_code == 201

    def test_with_the_same_key_may_ask_for_a_preview_before(self, hall: Hall) -> None:
        client, body = signed_in(hall.cashier), body_for(hall)
        post_json(client, f"{ADDRESS}preview/", body)

        assert post_json(client, ADDRESS, body).status_code == 201


@pytest.mark.django_db(transaction=True)
class TestManyRequestsAtOnce:
    def test_with_one_key_take_the_money_once_and_answer_the_same(self, clock: None) -> None:
        hall = make_hall()
        body = body_for(hall, tenders=cash("50.00"))
        clients = [signed_in(hall.cashier) for _ in range(6)]

        answers: list[Any] = run_together(
            *(lambda client=client: post_json(client, ADDRESS, body) for client in clients)
        )

        assert all(isinstance(answer, HttpResponse) for answer in answers)
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 200, 201]
        assert len({answer.content for answer in answers}) == 1
        assert Payment.objects.count() == 1

    def test_with_keys_of_their_own_pay_a_bill_once(self, clock: None) -> None:
        hall = make_hall()
        clients = [signed_in(hall.cashier) for _ in range(4)]

        answers: list[Any] = run_together(
            *(lambda client=client: post_json(client, ADDRESS, body_for(hall)) for client in clients)
        )

        assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
        assert {answer.json().get("code") for answer in answers} == {None, "bill_settled"}
        assert Payment.objects.count() == 1

    def test_without_one_key_it_would_be_taken_every_time(self, clock: None) -> None:
        hall = make_hall()
        clients = [signed_in(hall.cashier) for _ in range(3)]

        run_together(
            *(
                lambda client=client: post_json(
                    client, ADDRESS, body_for(hall, request_id=str(uuid4()), tenders=cash("1.00"))
                )
                for client in clients
            )
        )

        assert Payment.objects.count() == 3
