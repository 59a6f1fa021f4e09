"""A page asks the database as often for forty bills as for one."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from billing.models import Bill
from billing.services.bill_run import run_billing
from tests.billing.metering import make_tariff, make_water_account
from tests.factories.accounts import make_account, make_contact, make_customer
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, pay, pos
from tests.hall import TODAY, Hall, body_for, end_shift, post_json, signed_in

pytestmark = pytest.mark.django_db

COUNTER = "/counter/"


def make_metered_account(hall: Hall) -> Account:
    """A meter that has reached the second tier, its one bill paid in part and overdue."""
    make_tariff()
    account = make_water_account(branch=hall.branch, readings={"2026-10-10": "200"})
    make_contact(account.customer)
    run_billing(
        service="WATER",
        period="2026-10",
        issued_on=datetime.date(2026, 10, 16),
        started_by=None,
        at=MORNING - datetime.timedelta(days=38),
    )
    pay(hall.shift, account, list(account.bills.all()), cash("5.00"))
    return account


def add_bills(account: Account, number: int) -> None:
    for days in range(number):
        make_bill(account, due_on=TODAY - datetime.timedelta(days=days - 10), kind=Bill.Kind.ONE_OFF)


def queries(client: Client, address: str) -> CaptureQueriesContext:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return asked


class TestTheCashiersPage:
    def test_asks_twelve_times_at_most_whatever_the_number_of_bills(self, hall: Hall) -> None:
        account = make_metered_account(hall)
        client, address = signed_in(hall.cashier), f"{COUNTER}?account={account.account_no}"
        one = queries(client, address)
        add_bills(account, 39)
        pay(hall.shift, account, list(account.bills.all()), pos("5.00"), cash("5.00"))

        forty = queries(client, address)

        panel = client.get(address).context["panel"]
        assert panel.tier
        assert sum(len(year["bills"]) for year in panel.years) == 40
        assert (len(one), len(forty)) == (len(forty), len(forty)), [query["sql"] for query in forty]
        assert len(forty) <= 12, [query["sql"] for query in forty]

    def test_asks_no_oftener_for_a_customer_of_many_accounts(self, hall: Hall) -> None:
        account = make_metered_account(hall)
        client, address = signed_in(hall.cashier), f"{COUNTER}?account={account.account_no}"
        one = queries(client, address)
        for _ in range(5):
            add_bills(make_account(customer=account.customer, branch=hall.branch), 2)

        assert len(queries(client, address)) == len(one)

    def test_asks_no_oftener_after_many_payments(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)
        pay(hall.shift, hall.account, [hall.bill], cash("1.00"))
        one = queries(client, COUNTER)
        for amount in range(2, 8):
            pay(hall.shift, hall.account, [hall.bill], cash(f"{amount}.00"))

        assert len(queries(client, COUNTER)) == len(one)


class TestOtherPages:
    def test_search_results_ask_the_same_for_ten_as_for_one(self, hall: Hall) -> None:
        client, address = signed_in(hall.cashier), f"{COUNTER}results/?q=欧阳红"
        add_bills(make_account(branch=hall.branch, customer=make_customer(name="欧阳红")), 1)
        one = queries(client, address)
        for number in range(10):
            customer = make_customer(name="欧阳红", phones=[f"1380000{number:04}"])
            add_bills(make_account(branch=hall.branch, customer=customer), 2)

        ten = queries(client, address)

        assert len(ten) == len(one)
        assert len(ten) <= 6, [query["sql"] for query in ten]

    def test_the_panel_alone_asks_less_than_the_page(self, hall: Hall) -> None:
        account = make_metered_account(hall)
        add_bills(account, 39)

        asked = queries(signed_in(hall.cashier), f"{COUNTER}accounts/{account.account_no}/")

        assert len(asked) <= 12, [query["sql"] for query in asked]

    def test_the_bill_page_asks_the_same_for_many_payments(self, hall: Hall) -> None:
        client, address = signed_in(hall.cashier), f"/bills/{hall.bill.number}/"
        pay(hall.shift, hall.account, [hall.bill], cash("1.00"))
        one = queries(client, address)
        for _ in range(6):
            pay(hall.shift, hall.account, [hall.bill], cash("1.00"))

        assert len(queries(client, address)) == len(one)

    def test_the_payment_page_asks_the_same_for_many_bills(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)
        few = pay(hall.shift, hall.account, [hall.bill], cash("104.00"))
        one = queries(client, f"{COUNTER}payments/{few.receipt.number}/")
        add_bills(hall.account, 20)
        many = pay(hall.shift, hall.account, list(hall.account.bills.open()), cash("9999.00"))

        assert len(queries(client, f"{COUNTER}payments/{many.receipt.number}/")) == len(one)

    def test_the_receipt_asks_the_same_for_many_bills(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)
        few = pay(hall.shift, hall.account, [hall.bill], cash("104.00"))
        one = queries(client, f"{COUNTER}receipts/{few.receipt.number}/")
        add_bills(hall.account, 20)
        many = pay(hall.shift, hall.account, list(hall.account.bills.open()), cash("9999.00"))

        assert len(queries(client, f"{COUNTER}receipts/{many.receipt.number}/")) == len(one)

    def test_the_day_sheet_asks_the_same_for_many_payments(self, hall: Hall) -> None:
        client = signed_in(hall.supervisor)
        counts = []
        for cashier, payments in ((hall.colleague, 1), (hall.stranger, 8)):
            shift = make_shift(cashier)
            account = hall.account if cashier == hall.colleague else hall.foreign_account
            for _ in range(payments):
                pay(shift, account, list(account.bills.all()), cash("1.00"))
            end_shift(hall, shift)
            counts.append(len(queries(client, f"{COUNTER}shifts/{shift.code}/")))

        assert counts[0] == counts[1]

    def test_the_preview_asks_the_same_for_many_bills(self, hall: Hall) -> None:
        client, preview = signed_in(hall.cashier), "/api/v1/payments/preview/"
        post_json(client, preview, body_for(hall))
        with CaptureQueriesContext(connection) as one:
            post_json(client, preview, body_for(hall))
        add_bills(hall.account, 30)
        ids = [bill.pk for bill in hall.account.bills.open()]

        with CaptureQueriesContext(connection) as many:
            answer = post_json(client, preview, body_for(hall, bills=ids))

        assert len(answer.json()["lines"]) > 1
        assert len(many) == len(one)
