import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Staff
from tests.factories.accounts import make_account, make_branch, make_customer, make_staff

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/accounts/"


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


class TestAccountsApi:
    def test_tells_what_distinguishes_the_found(self) -> None:
        cashier = make_staff(role="cashier")
        make_account(
            branch=cashier.branch,
            customer=make_customer(name="王淑英", phones=["13800001234"], id_number="21010219500307000X"),
            account_no="0100172364",
            old_account_no="HG00017236",
        )

        answer = signed_in(cashier).get(ADDRESS, {"q": "王 5-2-301"})

        assert answer.json() == [
            {
                "account_no": "0100172364",
                "old_account_no": "HG00017236",
                "name": "王淑英",
                "address": "阳光家园5号楼2单元301室",
                "service": "HEAT",
                "category": "RESIDENT",
                "state": "ACTIVE",
                "phone_masked": "138****1234",
            }
        ]

    @pytest.mark.parametrize(
        "query", ["", "q=", "q=%00", "q=%ED%A0%80", "q=%FF", "q=a&q=b", "q=" + "1" * 5000]
    )
    def test_takes_anything_that_can_be_asked(self, query: str) -> None:
        answer = signed_in(make_staff(role="cashier")).get(f"{ADDRESS}?{query}")

        assert (answer.status_code, answer.json()) == (200, [])

    def test_is_for_people_at_work_in_their_own_branch(self) -> None:
        make_account(customer=make_customer(name="王淑英"))

        assert signed_in(make_staff(branch=make_branch())).get(ADDRESS, {"q": "王"}).json() == []
        assert signed_in(make_staff(role="administrator")).get(ADDRESS, {"q": "王"}).status_code == 403
        assert Client().get(ADDRESS, {"q": "王"}).status_code in {302, 401, 403}

    def test_asks_the_database_twice_for_any_number_of_rows(self) -> None:
        cashier = make_staff(role="cashier")
        client = signed_in(cashier)
        for phone in ("13800001234", "13900005678"):
            make_account(branch=cashier.branch, customer=make_customer(phones=[phone]))

        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(ADDRESS, {"q": "王"}).json()) == 2

        asked = [
            query
            for query in queries
            if "accounts_searchentry" in query["sql"] or "accounts_contact" in query["sql"]
        ]
        assert len(asked) == 2
