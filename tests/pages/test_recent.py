from decimal import Decimal
from uuid import uuid4

import pytest

from counters.services.payments import void_payment_at_counter
from tests.factories.counters import MORNING, cash, make_shift, pay, pos
from tests.hall import Hall, end_shift, signed_in, text_of

pytestmark = pytest.mark.django_db

FRAGMENT = "/counter/recent/"


class TestRecent:
    def test_shows_the_last_three_payments_of_the_shift_newest_first(self, hall: Hall) -> None:
        for amount in ("1.00", "2.00", "3.00", "4.00"):
            pay(hall.shift, hall.account, [hall.bill], cash(amount))

        answer = signed_in(hall.cashier).get(FRAGMENT)

        assert [row["amount"] for row in answer.context["recent"]] == [Decimal(4), Decimal(3), Decimal(2)]
        assert "<html" not in text_of(answer)

    def test_names_every_method_of_a_payment(self, hall: Hall) -> None:
        pay(hall.shift, hall.account, [hall.bill], pos("50.00"), cash("54.00"))

        (row,) = signed_in(hall.cashier).get(FRAGMENT).context["recent"]

        assert row["methods"].count("、") == 1

    def test_offers_no_void_of_what_is_void(self, hall: Hall) -> None:
        payment = pay(hall.shift, hall.account, [hall.bill], cash("104.00"))
        void_payment_at_counter(
            payment,
            shift=hall.shift,
            request_id=uuid4(),
            reason="WRONG_ACCOUNT",
            note="",
            voided_by=hall.cashier,
            at=MORNING,
        )

        (row,) = signed_in(hall.cashier).get(FRAGMENT).context["recent"]

        assert (row["is_void"], row["void_url"]) == (True, None)

    def test_shows_nothing_of_a_colleague(self, hall: Hall) -> None:
        pay(make_shift(hall.colleague), hall.account, [hall.bill], cash("104.00"))

        assert signed_in(hall.cashier).get(FRAGMENT).context["recent"] == []

    def test_is_empty_when_the_shift_is_over(self, hall: Hall) -> None:
        pay(hall.shift, hall.account, [hall.bill], cash("104.00"))
        end_shift(hall)

        answer = signed_in(hall.cashier).get(FRAGMENT)

        assert (answer.status_code, answer.context["recent"]) == (200, [])
