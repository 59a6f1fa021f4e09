from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry
from counters.models import Shift
from tests.factories.accounts import make_staff
from tests.factories.counters import cash, make_shift, pay
from tests.hall import PASSWORD, Hall, books, signed_in, text_of

pytestmark = pytest.mark.django_db

COUNT, EXPLAIN = "/counter/shift/close/", "/counter/shift/close/explain/"
# The float of 200.00 and a payment of 104.00.
EXPECTED = {"pieces_10000": "3", "pieces_100": "4"}
SHORT_BY_FOUR = {"pieces_10000": "3"}
SHORT_BY_A_HUNDRED = {"pieces_10000": "2", "pieces_100": "4"}


@pytest.fixture
def desk(hall: Hall) -> Client:
    """The cashier's browser after one payment of 104.00."""
    pay(hall.shift, hall.account, [hall.bill], cash("104.00"))
    return signed_in(hall.cashier)


def is_open(hall: Hall) -> bool:
    return Shift.objects.get(pk=hall.shift.pk).is_open


class TestTheCount:
    def test_is_blind(self, hall: Hall, desk: Client) -> None:
        shown = text_of(desk.get(COUNT))

        assert "304" not in shown
        assert "104" not in shown

    def test_that_fits_closes_the_shift_and_shows_the_day_sheet(self, hall: Hall, desk: Client) -> None:
        answer = desk.post(COUNT, EXPECTED)

        assert answer.headers["Location"] == f"/counter/shifts/{hall.shift.code}/"
        shift = Shift.objects.get(pk=hall.shift.pk)
        assert (shift.is_open, shift.counted, shift.expected) == (False, Decimal(304), Decimal(304))

    def test_that_differs_asks_for_the_reason_and_closes_nothing(self, hall: Hall, desk: Client) -> None:
        answer = desk.post(COUNT, SHORT_BY_FOUR)

        assert (answer.status_code, answer.headers["Location"]) == (302, EXPLAIN)
        assert is_open(hall)

    def test_leaves_a_line_in_the_trail_each_time(self, hall: Hall, desk: Client) -> None:
        desk.post(COUNT, SHORT_BY_FOUR)
        desk.post(COUNT, SHORT_BY_A_HUNDRED)

        assert AuditEntry.objects.filter(action="count_cash").count() == 2

    def test_without_a_shift_leads_to_opening_one(self, hall: Hall) -> None:
        client = signed_in(hall.colleague)

        answers = [client.get(COUNT), client.post(COUNT, EXPECTED)]

        assert [answer.headers["Location"] for answer in answers] == ["/counter/shift/open/"] * 2

    @pytest.mark.parametrize(
        "pieces",
        ["-1", "1.5", "abc", "１２", "NaN", "1e3", "1000000", "9" * 4300, "\x00", "100001", " 1 2", "+1"],
    )
    def test_of_no_whole_number_is_refused_and_stays_on_the_page(
        self, hall: Hall, desk: Client, pieces: str
    ) -> None:
        answer = desk.post(COUNT, {**EXPECTED, "pieces_500": pieces})

        assert answer.status_code == 422
        assert 'value="3"' in text_of(answer)
        assert is_open(hall)


class TestTheExplanation:
    def test_shows_both_sums_once_there_is_a_count(self, hall: Hall, desk: Client) -> None:
        desk.post(COUNT, SHORT_BY_FOUR)

        answer = desk.get(EXPLAIN)

        assert (answer.context["counted"], answer.context["expected"]) == (Decimal(300), Decimal(304))
        assert (answer.context["is_short"], answer.context["needs_second_person"]) == (True, False)

    def test_is_not_shown_before_the_count(self, hall: Hall, desk: Client) -> None:
        answer = desk.get(EXPLAIN)

        assert (answer.status_code, answer.headers["Location"]) == (302, COUNT)

    def test_of_the_last_shift_does_not_show_what_the_next_drawer_should_hold(
        self, hall: Hall, desk: Client
    ) -> None:
        desk.post(COUNT, SHORT_BY_FOUR)
        desk.post(COUNT, EXPECTED)
        make_shift(hall.cashier)

        answers = [desk.get(EXPLAIN), desk.post(EXPLAIN, {"reason": "找错钱"})]

        assert [answer.headers["Location"] for answer in answers] == [COUNT, COUNT]
        assert Shift.objects.open().filter(cashier=hall.cashier).exists()

    def test_closes_the_shift_with_the_reason(self, hall: Hall, desk: Client) -> None:
        desk.post(COUNT, SHORT_BY_FOUR)

        answer = desk.post(EXPLAIN, {"reason": "找错钱"})

        assert answer.headers["Location"] == f"/counter/shifts/{hall.shift.code}/"
        shift = Shift.objects.get(pk=hall.shift.pk)
        assert (shift.is_open, shift.difference, shift.difference_reason) == (False, Decimal(-4), "找错钱")

    @pytest.mark.parametrize("reason", ["", "   ", "\x00", "a" * 201])
    def test_is_needed(self, hall: Hall, desk: Client, reason: str) -> None:
        desk.post(COUNT, SHORT_BY_FOUR)

        answer = desk.post(EXPLAIN, {"reason": reason})

        assert answer.status_code == 422
        assert is_open(hall)

    def test_posted_twice_closes_once(self, hall: Hall, desk: Client) -> None:
        desk.post(COUNT, SHORT_BY_FOUR)
        desk.post(EXPLAIN, {"reason": "找错钱"})
        before = books()

        answer = desk.post(EXPLAIN, {"reason": "找错钱"})

        assert answer.status_code == 302
        assert books() == before


def sign(number: str, password: str = PASSWORD) -> dict[str, str]:
    return {"reason": "少一张百元", "second_number": number, "second_password": password}


class TestTheSecondPerson:
    def test_signs_for_a_large_difference(self, hall: Hall, desk: Client) -> None:
        desk.post(COUNT, SHORT_BY_A_HUNDRED)
        assert desk.get(EXPLAIN).context["needs_second_person"]

        answer = desk.post(EXPLAIN, sign(hall.supervisor.number))

        assert answer.status_code == 302
        shift = Shift.objects.get(pk=hall.shift.pk)
        assert (shift.is_open, shift.approved_by) == (False, hall.supervisor)

    def test_leaves_the_cashier_signed_in(self, hall: Hall, desk: Client) -> None:
        desk.post(COUNT, SHORT_BY_A_HUNDRED)
        desk.post(EXPLAIN, sign(hall.supervisor.number))

        assert desk.get("/counter/shift/open/").context["user"] == hall.cashier

    @pytest.mark.parametrize(
        ("who", "password", "code"),
        [
            ("nobody", PASSWORD, "approval_needed"),
            ("supervisor", "wrong", "second_person_unknown"),
            ("supervisor", "", "second_person_unknown"),
            ("unknown", PASSWORD, "second_person_unknown"),
            ("cashier", PASSWORD, "same_person"),
            ("colleague", PASSWORD, "may_not_approve"),
            ("manager", PASSWORD, "may_not_approve"),
            ("left", PASSWORD, "second_person_unknown"),
        ],
    )
    def test_must_be_another_one_with_the_right(
        self, hall: Hall, desk: Client, who: str, password: str, code: str
    ) -> None:
        people: dict[str, Any] = {
            "supervisor": hall.supervisor,
            "cashier": hall.cashier,
            "colleague": hall.colleague,
            "manager": make_staff(role="manager", branch=hall.branch, password=PASSWORD),
            "left": make_staff(role="supervisor", branch=hall.branch, password=PASSWORD, is_active=False),
        }
        number = people[who].number if who in people else "S99999" if who == "unknown" else ""
        desk.post(COUNT, SHORT_BY_A_HUNDRED)

        answer = desk.post(EXPLAIN, sign(number, password if number else ""))

        (error,) = answer.context["form"].errors.as_data()["__all__"]
        assert (answer.status_code, error.code) == (422, code)
        assert answer.context["form"]["reason"].value() == "少一张百元"
        assert password not in text_of(answer) or not password
        assert is_open(hall)
