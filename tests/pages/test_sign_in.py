from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Staff
from accounts.services.sign_in_locks import UnlockRefused, unlock_sign_in
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING
from tests.hall import PASSWORD, Hall, signed_in, text_of

pytestmark = pytest.mark.django_db

PAGE = "/sign-in/"


@pytest.fixture
def cashier(clock: None) -> Staff:
    return make_staff(number="A1007", branch=make_branch(), password=PASSWORD)


def try_to_sign_in(client: Client, number: str = "A1007", password: str = PASSWORD, **extra: str) -> int:
    return client.post(PAGE, {"username": number, "password": password, **extra}).status_code


class TestSigningIn:
    def test_leads_to_the_first_page(self, cashier: Staff) -> None:
        answer = Client().post(PAGE, {"username": "A1007", "password": PASSWORD})

        assert (answer.status_code, answer.headers["Location"]) == (302, "/")
        assert answer.cookies["sessionid"]["httponly"]
        assert answer.cookies["sessionid"]["samesite"] == "Lax"

    def test_leads_back_to_where_somebody_wanted_to_go(self, cashier: Staff) -> None:
        answer = Client().post(
            PAGE, {"username": "A1007", "password": PASSWORD, "next": "/counter/?account=0100000001"}
        )

        assert answer.headers["Location"] == "/counter/?account=0100000001"

    @pytest.mark.parametrize(
        "place", ["https://example.com/", "//example.com", "javascript:alert(1)", "\x00", "/\\example.com"]
    )
    def test_leads_to_no_other_site(self, cashier: Staff, place: str) -> None:
        answer = Client().post(PAGE, {"username": "A1007", "password": PASSWORD, "next": place})

        assert answer.status_code == 302
        assert "example.com" not in answer.headers["Location"]
        assert "javascript" not in answer.headers["Location"]

    def test_sends_somebody_on_who_is_signed_in_already(self, hall: Hall) -> None:
        assert signed_in(hall.cashier).get(PAGE).status_code == 302

    @pytest.mark.parametrize(
        ("number", "password"),
        [
            ("A1007", "wrong"),
            ("B9999", PASSWORD),
            ("", ""),
            ("A1007", ""),
            ("\x00", "\x00"),
            ("A" * 5000, "b" * 5000),
            ("𠮷", "𠮷"),
        ],
    )
    def test_is_refused_in_the_same_words_whoever_it_was(
        self, cashier: Staff, number: str, password: str
    ) -> None:
        client = Client()

        answer = client.post(PAGE, {"username": number, "password": password})

        assert answer.status_code == 200
        assert answer.context["form"].errors
        assert "sessionid" not in client.cookies
        assert password in ("", "\x00", number) or password not in text_of(answer)

    def test_is_refused_to_somebody_who_has_left(self, cashier: Staff) -> None:
        Staff.objects.update(is_active=False)
        client = Client()

        assert try_to_sign_in(client) == 200
        assert "sessionid" not in client.cookies

    def test_needs_the_token_of_the_page(self, cashier: Staff) -> None:
        assert try_to_sign_in(Client(enforce_csrf_checks=True)) == 403


def lock(staff: Staff) -> None:
    client = Client()
    for _ in range(5):
        try_to_sign_in(client, number=staff.number, password="wrong")
    assert try_to_sign_in(Client(), number=staff.number) == 429


def unlock(boss: Staff, staff: Staff) -> Any:
    body = {"action": "unlock", ACTION_CHECKBOX_NAME: [staff.pk]}
    return signed_in(boss).post(reverse("admin:accounts_staff_changelist"), body)


class TestTheLock:
    def test_closes_after_five_wrong_passwords(self, cashier: Staff) -> None:
        client = Client()

        answers = [try_to_sign_in(client, password="wrong") for _ in range(5)]

        assert answers == [200, 200, 200, 200, 429]
        assert try_to_sign_in(client) == 429

    def test_says_how_long_it_lasts(self, cashier: Staff) -> None:
        client = Client()
        for _ in range(5):
            answer = client.post(PAGE, {"username": "A1007", "password": "wrong"})

        assert "15" in text_of(answer)

    def test_leaves_the_colleagues_behind_the_same_address_alone(self, cashier: Staff) -> None:
        make_staff(number="A1008", branch=cashier.branch, password=PASSWORD)
        client = Client()
        for _ in range(6):
            try_to_sign_in(client, password="wrong")

        assert try_to_sign_in(client, number="A1008") == 302

    @pytest.mark.parametrize("role", ["supervisor", "manager", "administrator"])
    def test_is_opened_by_the_supervisor_on_the_page_of_the_staff(self, cashier: Staff, role: str) -> None:
        lock(cashier)
        branch = cashier.branch if role == "supervisor" else None
        boss = make_staff(role=role, branch=branch, is_staff=True)

        answer = unlock(boss, cashier)

        assert answer.status_code == 302
        assert try_to_sign_in(Client()) == 302
        entry = AuditEntry.objects.get(action="sign_in.unlock")
        assert (entry.actor, entry.object_id) == (boss, str(cashier.pk))

    @pytest.mark.parametrize("role", ["supervisor", "auditor"])
    def test_stays_closed_for_who_is_not_the_supervisor_of_the_branch(
        self, cashier: Staff, role: str
    ) -> None:
        lock(cashier)

        unlock(make_staff(role=role, is_staff=True), cashier)

        assert try_to_sign_in(Client()) == 429
        assert not AuditEntry.objects.filter(action="sign_in.unlock").exists()

    def test_is_not_opened_by_a_forged_address(self, cashier: Staff) -> None:
        for attempt in range(5):
            try_to_sign_in(Client(headers={"X-Forwarded-For": f"203.0.113.{attempt}"}), password="wrong")

        assert try_to_sign_in(Client(headers={"X-Forwarded-For": "203.0.113.99"})) == 429


class TestUnlocking:
    def test_refuses_and_writes_nothing(self, cashier: Staff) -> None:
        supervisor = make_staff(role="supervisor", branch=cashier.branch)
        elsewhere = make_staff(role="supervisor")
        for staff, by, code in (
            (cashier, supervisor, "not_locked"),
            (cashier, elsewhere, "another_branch"),
            (supervisor, supervisor, "own_number"),
            (supervisor, cashier, "no_permission"),
        ):
            with pytest.raises(UnlockRefused) as refusal:
                unlock_sign_in(staff, by=by, at=MORNING)
            assert refusal.value.code == code
        assert not AuditEntry.objects.exists()


class TestSigningOut:
    def test_ends_the_session(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        client.post("/sign-out/")

        assert client.get("/counter/").headers["Location"] == "/sign-in/?next=/counter/"

    def test_is_no_link(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        assert client.get("/sign-out/").status_code == 405
        assert client.get("/counter/").status_code == 200


class TestAnAddressWithRubbish:
    @pytest.mark.parametrize(
        "query", ["next=%00", "%00=%00", "next=%ff", "a=" + "b" * 5000, "next=" + "/x" * 2000]
    )
    def test_is_answered_before_and_after_a_wrong_password(self, cashier: Staff, query: str) -> None:
        client = Client(raise_request_exception=False)

        assert client.get(f"{PAGE}?{query}").status_code == 200
        wrong = client.post(f"{PAGE}?{query}", {"username": "A1007", "password": "wrong"})
        assert wrong.status_code == 200
