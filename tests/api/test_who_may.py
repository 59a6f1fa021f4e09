from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Staff
from tests.factories.accounts import make_staff
from tests.hall import PASSWORD, Hall, body_for, books, post_json, signed_in

pytestmark = pytest.mark.django_db

TAKE = "/api/v1/payments/"


def addresses(hall: Hall) -> list[str]:
    return [
        f"/api/v1/accounts/?q={hall.account.account_no}",
        f"/api/v1/accounts/{hall.account.account_no}/due/",
        TAKE,
        f"{TAKE}preview/",
        f"{TAKE}{uuid4()}/",
        f"{TAKE}{uuid4()}/void/",
        "/api/v1/schema/?format=json",
    ]


class TestTheApi:
    def test_answers_nobody_who_is_not_signed_in(self, hall: Hall) -> None:
        client = Client()
        before = books()

        answers = [client.get(address) for address in addresses(hall)]
        answers += [post_json(client, address, body_for(hall)) for address in addresses(hall)]

        assert [answer.status_code for answer in answers] == [403] * len(answers)
        assert {answer.json()["code"] for answer in answers} == {"not_authenticated"}
        assert books() == before

    def test_takes_no_password_with_the_request(self, hall: Hall) -> None:
        answer = Client(headers={"Authorization": f"Basic {hall.cashier.number}:{PASSWORD}"}).get(TAKE)

        assert answer.status_code == 403

    @pytest.mark.parametrize(
        "role", ["adviser", "collector", "complaints", "finance", "supervisor", "manager", "auditor"]
    )
    def test_takes_money_from_a_cashier_only(self, hall: Hall, role: str) -> None:
        before = books()

        answer = post_json(signed_in(make_staff(role=role, branch=hall.branch)), TAKE, body_for(hall))

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        assert books() == before

    def test_forgets_somebody_whose_role_was_taken_away(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)
        hall.cashier.groups.clear()

        assert post_json(client, TAKE, body_for(hall)).status_code == 403

    def test_forgets_somebody_who_has_left(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)
        Staff.objects.filter(pk=hall.cashier.pk).update(is_active=False)

        assert post_json(client, TAKE, body_for(hall)).status_code == 403


class TestCsrf:
    def test_refuses_a_payment_without_the_token_in_one_sentence(self, hall: Hall) -> None:
        before = books()

        answer = post_json(signed_in(hall.cashier, enforce_csrf_checks=True), TAKE, body_for(hall))

        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert "CSRF" not in answer.json()["detail"]
        assert books() == before

    def test_takes_a_payment_with_the_token_of_the_page(self, hall: Hall) -> None:
        client = signed_in(hall.cashier, enforce_csrf_checks=True)
        client.get("/counter/")
        token = client.cookies["csrftoken"].value

        answer = client.post(
            TAKE, body_for(hall), content_type="application/json", headers={"X-CSRFToken": token}
        )

        assert answer.status_code == 201

    def test_refuses_the_token_of_somebody_else(self, hall: Hall) -> None:
        client = signed_in(hall.cashier, enforce_csrf_checks=True)
        client.get("/counter/")

        answer = client.post(
            TAKE, body_for(hall), content_type="application/json", headers={"X-CSRFToken": "a" * 64}
        )

        assert answer.status_code == 403

    def test_is_asked_for_with_a_void_and_a_preview_too(self, hall: Hall) -> None:
        client = signed_in(hall.cashier, enforce_csrf_checks=True)

        answers = [
            post_json(client, address, {}) for address in (f"{TAKE}preview/", f"{TAKE}{uuid4()}/void/")
        ]

        assert [answer.json()["code"] for answer in answers] == ["csrf_failed", "csrf_failed"]
