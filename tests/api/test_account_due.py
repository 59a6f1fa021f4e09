import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import make_account
from tests.factories.billing import make_bill
from tests.factories.counters import cash, pay
from tests.hall import TODAY, Hall, signed_in

pytestmark = pytest.mark.django_db


def address_of(account_no: str) -> str:
    return f"/api/v1/accounts/{account_no}/due/"


class TestAccountDue:
    def test_says_what_is_owed_today_and_why(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(address_of(hall.account.account_no))

        assert answer.status_code == 200
        due = answer.json()
        assert (due["principal"], due["late_charge"], due["prepaid"]) == ("100.00", "4.00", "0.00")
        assert (due["name"], due["state"]) == ("王淑英", "ACTIVE")
        (bill,) = due["bills"]
        assert (bill["bill"], bill["is_overdue"], bill["due_on"]) == (hall.bill.pk, True, "2026-11-15")
        assert bill["lines"] == ["10 立方米"]
        assert bill["late_charge_sentence"]

    def test_leaves_out_the_bills_of_the_customers_other_accounts(self, hall: Hall) -> None:
        other = make_account(customer=hall.account.customer, branch=hall.branch)
        make_bill(other, total="55.00", due_on=TODAY)

        due = signed_in(hall.cashier).get(address_of(hall.account.account_no)).json()

        assert [bill["bill"] for bill in due["bills"]] == [hall.bill.pk]
        assert due["principal"] == "100.00"

    def test_is_empty_once_everything_is_paid(self, hall: Hall) -> None:
        pay(hall.shift, hall.account, [hall.bill], cash("110.00"), keep_as_credit=True)

        due = signed_in(hall.cashier).get(address_of(hall.account.account_no)).json()

        assert (due["bills"], due["principal"], due["prepaid"]) == ([], "0.00", "6.00")

    def test_speaks_the_language_of_the_reader(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        answers = [
            client.get(address_of(hall.account.account_no), HTTP_ACCEPT_LANGUAGE=language).json()
            for language in ("zh-hans", "en")
        ]

        chinese, english = (answer["bills"][0]["late_charge_sentence"] for answer in answers)
        assert "days" in english
        assert "天" in chinese

    def test_of_another_branch_looks_like_one_that_does_not_exist(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        answers = [
            client.get(address_of(number)) for number in (hall.foreign_account.account_no, "0199999999")
        ]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content

    def test_of_a_customer_of_two_branches_shows_the_own_one_only(self, hall: Hall) -> None:
        make_bill(
            make_account(customer=hall.account.customer, branch=hall.stranger.branch),
            total="77.77",
            due_on=TODAY,
        )

        answer = signed_in(hall.cashier).get(address_of(hall.account.account_no))

        assert "77.77" not in answer.content.decode()

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_can_only_be_read(self, hall: Hall, method: str) -> None:
        answer = getattr(signed_in(hall.cashier), method)(address_of(hall.account.account_no))

        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")

    def test_takes_no_more_queries_for_more_bills(self, hall: Hall) -> None:
        client, address = signed_in(hall.cashier), address_of(hall.account.account_no)
        with CaptureQueriesContext(connection) as for_one:
            client.get(address)
        for days in range(40):
            make_bill(hall.account, due_on=TODAY - datetime.timedelta(days=days))

        with CaptureQueriesContext(connection) as for_many:
            answer = client.get(address)

        assert len(answer.json()["bills"]) == 41
        assert len(for_many) == len(for_one)
