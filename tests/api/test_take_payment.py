import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account
from billing.models import Bill, Payment
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, pay, pos
from tests.factories.donations import make_payer
from tests.hall import TODAY, Hall, body_for, books, post_json, signed_in

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/payments/"
# 100.00 overdue by eight days at 0.5 % a day.
OWED = Decimal("104.00")

Change = Callable[[Hall], dict[str, Any]]


def tender(method: str, amount: str, reference: str = "") -> dict[str, str]:
    return {"method": method, "amount": amount, "reference": reference}


class TestTakePayment:
    def test_settles_the_bill_and_its_late_charge_and_tells_the_change(self, hall: Hall) -> None:
        answer = post_json(signed_in(hall.cashier), ADDRESS, body_for(hall))

        assert answer.status_code == 201
        taken = answer.json()
        assert (taken["allocated"], taken["change"], taken["credited"]) == ("104.00", "96.00", "0.00")
        assert taken["receipt_number"] == f"{hall.shift.code}-0001"
        assert taken["receipt_url"] == f"/counter/receipts/{hall.shift.code}-0001/"
        assert taken["account_no"] == hall.account.account_no
        assert taken["tenders"] == [tender("CASH", "200.00")]
        assert taken["business_date"] == "2026-11-23"
        hall.bill.refresh_from_db()
        assert hall.bill.state == Bill.State.PAID

    def test_takes_the_money_of_another_and_leaves_the_customers_credit(self, hall: Hall) -> None:
        pay(hall.shift, hall.account, [], cash("30.00"), keep_as_credit=True)
        client, payer = signed_in(hall.cashier), make_payer(hall.branch, kind="RELATIVE")
        body = body_for(hall, payer=payer.pk)
        preview = post_json(client, f"{ADDRESS}preview/", body).json()

        taken = post_json(client, ADDRESS, body).json()

        assert (preview["to_pay"], preview["change"], preview["credit_used"]) == ("104.00", "96.00", "0.00")
        assert (taken["allocated"], taken["change"]) == ("104.00", "96.00")
        assert Payment.objects.get(request_id=body["request_id"]).third_party.payer == payer
        assert post_json(client, ADDRESS, {**body, "payer": None}).json()["code"] == "form_reused"

    def test_refuses_a_payer_of_another_branch(self, hall: Hall) -> None:
        payer = make_payer(hall.foreign_account.branch)
        before = books()
        for address in (ADDRESS, f"{ADDRESS}preview/"):
            for key in (payer.pk, payer.pk + 99):
                answer = post_json(signed_in(hall.cashier), address, body_for(hall, payer=key))
                assert (answer.status_code, answer.json()["code"]) == (422, "unknown_payer")
        assert books() == before

    def test_takes_two_tenders_in_one_payment(self, hall: Hall) -> None:
        tenders = [tender("POS", "50.00", "032611220001"), tender("CASH", "60.00")]

        answer = post_json(signed_in(hall.cashier), ADDRESS, body_for(hall, tenders=tenders))

        assert answer.json()["change"] == "6.00"
        assert answer.json()["tenders"] == tenders

    def test_keeps_the_surplus_as_credit_once_that_was_said(self, hall: Hall) -> None:
        body = body_for(hall, keep_change_as_credit=True)

        answer = post_json(signed_in(hall.cashier), ADDRESS, body)

        assert (answer.json()["credited"], answer.json()["change"]) == ("96.00", "0.00")

    def test_takes_a_part_and_leaves_the_rest_open(self, hall: Hall) -> None:
        post_json(signed_in(hall.cashier), ADDRESS, body_for(hall, tenders=[tender("CASH", "40.00")]))

        hall.bill.refresh_from_db()
        assert (hall.bill.state, hall.bill.outstanding) == (Bill.State.OPEN, Decimal("60.00"))

    def test_numbers_the_receipts_of_a_shift_one_after_the_other(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)
        part = {"tenders": [tender("CASH", "1.00")]}

        numbers = [post_json(client, ADDRESS, body_for(hall, **part)).json()["receipt_number"] for _ in "abc"]

        assert [number[-4:] for number in numbers] == ["0001", "0002", "0003"]


def _another_account(hall: Hall, **fields: Any) -> Account:
    return make_account(branch=hall.branch, service="WATER", billed_area=None, **fields)


def _closed_account(hall: Hall) -> dict[str, Any]:
    account = _another_account(hall, state="CLOSED", closed_on=datetime.date(2026, 1, 1))
    return {"account_no": account.account_no, "bills": [], "keep_change_as_credit": True}


def _account_that_owes_nothing(hall: Hall) -> dict[str, Any]:
    return {"account_no": _another_account(hall).account_no, "bills": []}


def _bill_paid_at_another_window(hall: Hall) -> dict[str, Any]:
    pay(make_shift(hall.colleague), hall.account, [hall.bill], cash("104.00"))
    return {}


def _newer_bill(hall: Hall) -> dict[str, Any]:
    return {"bills": [make_bill(hall.account, due_on=TODAY).pk]}


def _slip_of_another_payment(hall: Hall) -> dict[str, Any]:
    other = _another_account(hall)
    pay(make_shift(hall.colleague), other, [make_bill(other, due_on=TODAY)], pos("100.00", "T001"))
    return {"tenders": [tender("POS", "104.00", "t001")]}


REFUSED: list[tuple[str, Change, int]] = [
    ("unknown_account", lambda hall: {"account_no": "0199999999"}, 404),
    ("unknown_account", lambda hall: {"account_no": hall.foreign_account.account_no, "bills": []}, 404),
    ("account_closed", _closed_account, 422),
    ("bill_settled", _bill_paid_at_another_window, 422),
    ("bill_settled", lambda hall: {"bills": [2**63 - 1]}, 422),
    ("older_bill_skipped", _newer_bill, 422),
    ("nothing_to_take", lambda hall: {"tenders": []}, 422),
    ("nothing_owed", _account_that_owes_nothing, 422),
    ("too_much", lambda hall: {"tenders": [tender("POS", "104.01", "1")]}, 422),
    ("too_much", lambda hall: {"tenders": [tender("CASH", "1.00"), tender("WECHAT", "105.01", "1")]}, 422),
    ("not_money", lambda hall: {"tenders": [tender("CASH", "0.00")]}, 422),
    ("not_money", lambda hall: {"tenders": [tender("CASH", "100000000.00")]}, 422),
    ("no_reference", lambda hall: {"tenders": [tender("POS", "104.00")]}, 422),
    ("no_reference", lambda hall: {"tenders": [tender("ALIPAY", "104.00", "  ")]}, 422),
    ("cash_twice", lambda hall: {"tenders": [tender("CASH", "50.00"), tender("CASH", "54.00")]}, 422),
    ("reference_used", _slip_of_another_payment, 422),
    (
        "reference_used",
        lambda hall: {"tenders": [tender("POS", "50.00", "T1"), tender("POS", "54.00", "Ｔ１")]},
        422,
    ),
]


class TestARefusedPayment:
    @pytest.mark.parametrize(("code", "change", "status"), REFUSED)
    def test_says_why_and_writes_nothing(self, hall: Hall, code: str, change: Change, status: int) -> None:
        body = body_for(hall, **change(hall))
        before = books()

        answer = post_json(signed_in(hall.cashier), ADDRESS, body)

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["detail"]
        assert books() == before

    def test_needs_an_open_shift(self, hall: Hall) -> None:
        before = books()

        answer = post_json(signed_in(hall.colleague), ADDRESS, body_for(hall))

        assert (answer.status_code, answer.json()["code"]) == (422, "not_open")
        assert books() == before

    def test_needs_a_shift_of_today(self, hall: Hall) -> None:
        cashier = make_staff(branch=hall.branch)
        make_shift(cashier, at=MORNING - datetime.timedelta(days=1))
        before = books()

        answer = post_json(signed_in(cashier), ADDRESS, body_for(hall))

        assert (answer.status_code, answer.json()["code"]) == (422, "another_day")
        assert books() == before

    def test_looks_the_same_for_an_account_elsewhere_and_for_one_that_does_not_exist(
        self, hall: Hall
    ) -> None:
        client = signed_in(hall.cashier)

        answers = [
            post_json(client, ADDRESS, body_for(hall, account_no=number, bills=[])).content
            for number in (hall.foreign_account.account_no, "0199999999")
        ]

        assert answers[0] == answers[1]

    def test_looks_the_same_for_a_bill_elsewhere_and_for_one_that_does_not_exist(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)
        before = books()

        answers = [
            post_json(client, ADDRESS, body_for(hall, bills=[bill])) for bill in (hall.foreign_bill.pk, 2**62)
        ]

        assert [answer.status_code for answer in answers] == [422, 422]
        assert answers[0].content == answers[1].content
        assert books() == before

    def test_leaves_the_form_good_for_another_try(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)
        body = body_for(hall, tenders=[tender("POS", "104.00")])
        post_json(client, ADDRESS, body)

        answer = post_json(client, ADDRESS, {**body, "tenders": [tender("POS", "104.00", "T9")]})

        assert answer.status_code == 201
        assert Payment.objects.count() == 1
