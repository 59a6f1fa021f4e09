from decimal import Decimal
from uuid import uuid4

import pytest

from counters.services.payments import reverse_payment_at_counter, void_payment_at_counter
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, cash, make_shift, pay, pos
from tests.hall import Hall, end_shift, signed_in, text_of

pytestmark = pytest.mark.django_db


def address_of(code: str) -> str:
    return f"/counter/shifts/{code}/"


@pytest.fixture
def closed(hall: Hall) -> str:
    """The code of the cashier's shift, closed after a payment of 104.00 on card and in cash."""
    pay(hall.shift, hall.account, [hall.bill], pos("50.00"), cash("60.00"))
    return end_shift(hall).code


class TestTheDaySheet:
    def test_adds_up(self, hall: Hall, closed: str) -> None:
        sheet = signed_in(hall.cashier).get(address_of(closed)).context

        assert [(row["count"], row["net"]) for row in sheet["tenders"]] == [
            (1, Decimal("54.00")),
            (1, Decimal("50.00")),
        ]
        assert sheet["total"]["net"] == Decimal("104.00")
        cash_part = sheet["cash"]
        expected = (
            cash_part["opening_float"] + cash_part["received"] - cash_part["change"] - cash_part["paid_out"]
        )
        assert expected == sheet["shift"].expected
        assert (sheet["is_short"], sheet["difference"]) == (True, Decimal("254.00"))

    def test_counts_what_was_taken_back_beside_what_was_taken(self, hall: Hall) -> None:
        payment = pay(hall.shift, hall.account, [hall.bill], pos("50.00"), cash("60.00"))
        void_payment_at_counter(
            payment, shift=hall.shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="",
            voided_by=hall.cashier, at=MORNING,
        )  # fmt: skip
        pay(hall.shift, hall.account, [hall.bill], cash("10.00"))
        code = end_shift(hall).code

        sheet = signed_in(hall.cashier).get(address_of(code)).context

        assert [
            (row["count"], row["amount"], row["void_count"], row["void_amount"]) for row in sheet["tenders"]
        ] == [
            (2, Decimal("64.00"), 1, Decimal("54.00")),
            (1, Decimal("50.00"), 1, Decimal("50.00")),
        ]
        assert (sheet["total"]["net"], sheet["cash"]["paid_out"]) == (Decimal("10.00"), Decimal("54.00"))
        assert [void["receipt_number"] for void in sheet["voids"]] == [payment.receipt.number]

    def test_of_the_shift_that_reverses_shows_the_cash_that_it_paid_back(self, hall: Hall) -> None:
        payment = pay(hall.shift, hall.account, [hall.bill], cash("104.00"))
        end_shift(hall)
        shift = make_shift(hall.cashier)
        reverse_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="",
            reversed_by=hall.cashier, approved_by=hall.supervisor, at=MORNING,
        )  # fmt: skip

        sheet = signed_in(hall.cashier).get(address_of(end_shift(hall, shift).code)).context

        (row,) = sheet["tenders"]
        assert (row["count"], row["void_count"], row["net"]) == (0, 1, Decimal("-104.00"))
        assert sheet["shift"].expected == Decimal("96.00")

    @pytest.mark.parametrize("role", ["finance", "supervisor", "manager", "auditor"])
    def test_is_shown_to_those_who_check_it(self, hall: Hall, closed: str, role: str) -> None:
        checker = make_staff(role=role, branch=hall.branch)

        assert signed_in(checker).get(address_of(closed)).status_code == 200

    def test_of_a_colleague_is_not_there(self, hall: Hall, closed: str) -> None:
        assert signed_in(hall.colleague).get(address_of(closed)).status_code == 404

    def test_of_another_branch_is_not_there(self, hall: Hall, closed: str) -> None:
        assert signed_in(hall.stranger).get(address_of(closed)).status_code == 404

    def test_is_not_there_while_the_shift_is_open(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        assert client.get(address_of(hall.shift.code)).status_code == 404
        assert signed_in(hall.supervisor).get(address_of(hall.shift.code)).status_code == 404

    @pytest.mark.parametrize("code", ["%00", "%ff", "1-03", "x" * 5000])
    def test_of_no_shift_is_not_found(self, hall: Hall, code: str) -> None:
        assert signed_in(hall.cashier).get(address_of(code)).status_code == 404

    def test_shows_the_reason_of_a_difference(self, hall: Hall) -> None:
        shift = end_shift(hall)

        assert "已送存银行" in text_of(signed_in(hall.cashier).get(address_of(shift.code)))
