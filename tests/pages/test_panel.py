import datetime
from typing import Any

import pytest

from accounts.models.account import Service
from tests.factories.accounts import make_account, make_customer
from tests.factories.billing import make_bill
from tests.factories.counters import cash, pay
from tests.factories.donations import make_payer
from tests.hall import TODAY, Hall, signed_in, text_of

pytestmark = pytest.mark.django_db


def address_of(account_no: str) -> str:
    return f"/counter/accounts/{account_no}/"


class TestPanel:
    def test_shows_what_is_due_and_a_form_to_take_it(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(address_of(hall.account.account_no))

        panel = answer.context["panel"]
        assert (str(panel.to_pay), str(panel.late_charge)) == ("104.00", "4.00")
        assert 'data-to-pay="104.00"' in text_of(answer)
        assert "<html" not in text_of(answer)

    def test_takes_the_credit_off_what_is_to_be_paid(self, hall: Hall) -> None:
        pay(hall.shift, hall.account, [], cash("30.00"), keep_as_credit=True)

        panel = signed_in(hall.cashier).get(address_of(hall.account.account_no)).context["panel"]

        assert (str(panel.credit_used), str(panel.to_pay)) == ("30.00", "74.00")

    def test_puts_the_oldest_bill_first(self, hall: Hall) -> None:
        older = make_bill(hall.account, due_on=TODAY - datetime.timedelta(days=400))

        panel = signed_in(hall.cashier).get(address_of(hall.account.account_no)).context["panel"]

        assert [bill["id"] for year in panel.years for bill in year["bills"]] == [older.pk, hall.bill.pk]
        assert [year["label"] for year in panel.years] == ["2025", "2026"]

    def test_of_a_closed_account_still_takes_what_is_owed(self, hall: Hall) -> None:
        account = make_account(
            branch=hall.branch, state="CLOSED", closed_on=datetime.date(2026, 5, 1), service=Service.WATER
        )
        make_bill(account, due_on=TODAY)

        answer = signed_in(hall.cashier).get(address_of(account.account_no))

        assert [flag["tone"] for flag in answer.context["panel"].flags] == ["late"]
        assert str(answer.context["panel"].to_pay) == "100.00"

    @pytest.mark.parametrize(
        ("fields", "flags"),
        [({"is_disputed": True}, 1), ({"is_in_court": True}, 1), ({"state": "STOPPED"}, 1), ({}, 0)],
    )
    def test_warns_of_what_is_unusual(self, hall: Hall, fields: dict[str, Any], flags: int) -> None:
        account = make_account(branch=hall.branch, **fields)

        panel = signed_in(hall.cashier).get(address_of(account.account_no)).context["panel"]

        assert len(panel.flags) == flags

    @pytest.mark.parametrize(
        ("until", "tone"), [(None, ""), (TODAY, ""), (TODAY - datetime.timedelta(days=1), "wait")]
    )
    def test_says_whether_low_income_still_counts(
        self, hall: Hall, until: datetime.date | None, tone: str
    ) -> None:
        customer = make_customer(low_income_no="D1", low_income_until=until)
        account = make_account(branch=hall.branch, customer=customer)

        panel = signed_in(hall.cashier).get(address_of(account.account_no)).context["panel"]

        assert [flag["tone"] for flag in panel.flags] == [tone]

    def test_of_another_branch_looks_like_one_that_does_not_exist(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        answers = [
            client.get(address_of(number)) for number in (hall.foreign_account.account_no, "0199999999")
        ]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert "CANARY" not in text_of(answers[0])

    @pytest.mark.parametrize("number", ["%00", "%ff", "%F0%A0%AE%B7", "..", "0" * 5000])
    def test_of_no_account_is_not_found(self, hall: Hall, number: str) -> None:
        assert signed_in(hall.cashier).get(address_of(number)).status_code == 404


class TestWhoElseMayPay:
    def test_is_asked_for_when_the_list_is_opened_and_named_by_who_is_of_the_branch(self, hall: Hall) -> None:
        make_payer(hall.branch, kind="RELATIVE", name="王强")
        make_payer(hall.foreign_account.branch, name="CANARY payer")
        client = signed_in(hall.cashier)

        panel = text_of(client.get(address_of(hall.account.account_no)))
        choices = text_of(client.get("/counter/payers/choices/"))

        assert 'hx-get="/counter/payers/choices/" hx-trigger="toggle once"' in panel
        assert "王强" not in panel
        assert "王强" in choices
        assert "CANARY" not in choices
