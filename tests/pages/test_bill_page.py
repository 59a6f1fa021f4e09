from uuid import uuid4

import pytest

from billing.models import Bill
from counters.services.payments import void_payment_at_counter
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, cash, pay
from tests.hall import Hall, signed_in, text_of

pytestmark = pytest.mark.django_db


def address_of(bill: Bill) -> str:
    return f"/bills/{bill.number}/"


class TestTheBillPage:
    def test_explains_every_line_and_what_is_owed_today(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(address_of(hall.bill))

        (line,) = answer.context["lines"]
        assert (line["explanation"], str(line["amount"])) == ("10 立方米", "100.00")
        bill = answer.context["bill"]
        assert (str(bill["outstanding"]), str(bill["late_charge"]), str(bill["owed"])) == (
            "100.00", "4.00", "104.00",
        )  # fmt: skip
        assert answer.context["late_charge_sentence"] in text_of(answer)

    def test_shows_what_was_paid_and_what_was_taken_back(self, hall: Hall) -> None:
        payment = pay(hall.shift, hall.account, [hall.bill], cash("30.00"))
        void_payment_at_counter(
            payment, shift=hall.shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="",
            voided_by=hall.cashier, at=MORNING,
        )  # fmt: skip
        pay(hall.shift, hall.account, [hall.bill], cash("40.00"))

        answer = signed_in(hall.cashier).get(address_of(hall.bill))

        assert [(str(row["principal"]), row["is_void"]) for row in answer.context["allocations"]] == [
            ("40.00", False),
            ("30.00", True),
        ]
        assert str(answer.context["bill"]["outstanding"]) == "60.00"

    @pytest.mark.parametrize(
        "role", ["adviser", "collector", "complaints", "finance", "supervisor", "auditor"]
    )
    def test_is_shown_to_everybody_who_answers_customers(self, hall: Hall, role: str) -> None:
        person = make_staff(role=role, branch=hall.branch)

        assert signed_in(person).get(address_of(hall.bill)).status_code == 200

    def test_of_another_branch_looks_like_one_that_does_not_exist(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(address_of(hall.foreign_bill))

        assert answer.status_code == 404
        assert "CANARY" not in text_of(answer)
        assert "66.66" not in text_of(answer)

    @pytest.mark.parametrize("number", ["%00", "%ff", "1", "x" * 5000, "%F0%A0%AE%B7"])
    def test_of_no_bill_is_not_found(self, hall: Hall, number: str) -> None:
        assert signed_in(hall.cashier).get(f"/bills/{number}/").status_code == 404
