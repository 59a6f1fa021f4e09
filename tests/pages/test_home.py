import pytest
from django.test import Client

from tests.factories.accounts import make_staff
from tests.hall import Hall, signed_in

pytestmark = pytest.mark.django_db


class TestHome:
    @pytest.mark.parametrize(
        ("role", "place"),
        [
            ("cashier", "/counter/"),
            ("adviser", "/accounts/"),
            ("collector", "/accounts/"),
            ("finance", "/accounts/"),
            ("supervisor", "/accounts/"),
            ("administrator", "/admin/"),
        ],
    )
    def test_sends_everybody_to_where_the_day_begins(self, hall: Hall, role: str, place: str) -> None:
        answer = signed_in(make_staff(role=role, branch=hall.branch)).get("/")

        assert (answer.status_code, answer.headers["Location"]) == (302, place)

    def test_asks_a_visitor_to_sign_in(self, clock: None) -> None:
        answer = Client().get("/")

        assert answer.headers["Location"] == "/sign-in/?next=/"

    @pytest.mark.parametrize("role", ["cashier", "adviser", "supervisor", "administrator"])
    def test_never_sends_anybody_in_a_circle(self, hall: Hall, role: str) -> None:
        person = make_staff(role=role, branch=hall.branch, is_staff=role in ("supervisor", "administrator"))

        answer = signed_in(person).get("/", follow=True)

        assert answer.status_code == 200
        assert len(answer.redirect_chain) <= 2


class TestLook:
    def test_shows_the_parts_of_every_page(self, hall: Hall) -> None:
        assert signed_in(hall.cashier).get("/look/").status_code == 200
