from typing import Any

import pytest

from tests.factories.accounts import make_account
from tests.factories.billing import make_bill
from tests.factories.counters import cash, make_shift, pay
from tests.hall import TODAY, Hall, body_for, books, post_json, signed_in

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/payments/preview/"


def tender(method: str, amount: str, reference: str = "") -> dict[str, str]:
    return {"method": method, "amount": amount, "reference": reference}


class TestPaymentPreview:
    def test_shows_where_the_money_would_go_and_writes_nothing(self, hall: Hall) -> None:
        before = books()

        answer = post_json(signed_in(hall.cashier), ADDRESS, body_for(hall))

        assert answer.status_code == 200
        preview = answer.json()
        (line,) = preview["lines"]
        assert (line["bill"], line["principal"], line["late_charge"]) == (hall.bill.pk, "100.00", "4.00")
        assert (preview["to_pay"], preview["change"], preview["deposit"]) == ("104.00", "96.00", "0.00")
        assert preview["refusal"] is None
        assert books() == before

    def test_does_what_the_payment_then_does(self, hall: Hall) -> None:
        client, body = signed_in(hall.cashier), body_for(hall, keep_change_as_credit=True)
        preview = post_json(client, ADDRESS, body).json()

        taken = post_json(client, "/api/v1/payments/", body).json()

        assert (preview["deposit"], preview["change"]) == (taken["credited"], taken["change"])

    def test_before_an_amount_is_typed_shows_what_is_to_be_paid(self, hall: Hall) -> None:
        preview = post_json(signed_in(hall.cashier), ADDRESS, body_for(hall, tenders=[])).json()

        assert (preview["to_pay"], preview["refusal"]) == ("104.00", None)

    def test_uses_the_credit_of_the_account_first(self, hall: Hall) -> None:
        pay(hall.shift, hall.account, [], cash("30.00"), keep_as_credit=True)

        preview = post_json(signed_in(hall.cashier), ADDRESS, body_for(hall, tenders=[])).json()

        assert (preview["credit_used"], preview["to_pay"]) == ("30.00", "74.00")

    def test_asks_before_a_surplus_becomes_credit(self, hall: Hall) -> None:
        body = body_for(hall, tenders=[tender("POS", "200.00", "T1")])

        preview = post_json(signed_in(hall.cashier), ADDRESS, body).json()

        assert preview["refusal"]["code"] == "too_much"
        assert preview["to_pay"] == "104.00"

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"account_no": "0199999999"}, 404, "unknown_account"),
            ({"bills": [2**63 - 1]}, 422, "bill_settled"),
            ({"tenders": [tender("CASH", "0.00")]}, 422, "not_money"),
            ({"tenders": [tender("POS", "1.00")]}, 422, "no_reference"),
            ({"tenders": [tender("CASH", "1.00"), tender("CASH", "1.00")]}, 422, "cash_twice"),
        ],
    )
    def test_refuses_what_cannot_be_shown(
        self, hall: Hall, change: dict[str, Any], status: int, code: str
    ) -> None:
        answer = post_json(signed_in(hall.cashier), ADDRESS, body_for(hall, **change))

        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_notices_a_bill_paid_meanwhile_at_another_window(self, hall: Hall) -> None:
        pay(make_shift(hall.colleague), hall.account, [hall.bill], cash("104.00"))

        answer = post_json(signed_in(hall.cashier), ADDRESS, body_for(hall))

        assert (answer.status_code, answer.json()["code"]) == (422, "bill_settled")

    def test_shows_nothing_of_another_branch(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        account = post_json(
            client, ADDRESS, body_for(hall, account_no=hall.foreign_account.account_no, bills=[])
        )
        bill = post_json(client, ADDRESS, body_for(hall, bills=[hall.foreign_bill.pk], tenders=[]))

        assert account.status_code == 404
        assert (bill.status_code, bill.json()["code"]) == (422, "bill_settled")
        assert "66.66" not in bill.content.decode()

    def test_settles_the_bill_of_the_customers_other_account_too(self, hall: Hall) -> None:
        other = make_bill(make_account(branch=hall.branch), total="20.00", due_on=TODAY)

        preview = post_json(
            signed_in(hall.cashier), ADDRESS, body_for(hall, bills=[hall.bill.pk, other.pk])
        ).json()

        assert preview["to_pay"] == "124.00"
