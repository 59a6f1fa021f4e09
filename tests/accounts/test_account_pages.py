import datetime
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import page_parts
from accounts.models import Account, AuditEntry, Staff
from tests.factories.accounts import make_account, make_branch, make_customer, make_premises, make_staff

pytestmark = pytest.mark.django_db

PHONE, ID_NUMBER = "13800001234", "21010219500307000X"


@pytest.fixture
def cashier() -> Staff:
    return make_staff(role="cashier")


@pytest.fixture
def stranger() -> Staff:
    return make_staff(role="cashier", branch=make_branch())


@pytest.fixture
def account(cashier: Staff) -> Account:
    customer = make_customer(name="王淑英", id_number=ID_NUMBER, phones=[PHONE])
    return make_account(customer=customer, branch=cashier.branch, account_no="0100172364")


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def address(name: str, *arguments: str) -> str:
    return reverse(f"accounts:{name}", args=arguments)


class TestAccountList:
    def test_finds_what_was_typed(self, cashier: Staff, account: Account) -> None:
        page = signed_in(cashier).get(address("account_list"), {"q": "王 阳光 5-2-301"})

        assert (page.status_code, page.context["total"]) == (200, 1)
        assert address("account_detail", account.account_no) in page.text
        assert "138****1234" in page.text

    @pytest.mark.parametrize("query", ["", "q=", "q=%00", "q=%ED%A0%80&page=x", "q='&page=-1", "page=99999"])
    def test_takes_anything_that_can_stand_in_an_address(self, query: str, cashier: Staff) -> None:
        assert signed_in(cashier).get(f"{address('account_list')}?{query}").status_code == 200

    @pytest.mark.parametrize("query", ["service=COAL", "district=x", "state=1"])
    def test_refuses_a_filter_that_does_not_exist(self, query: str, cashier: Staff) -> None:
        assert signed_in(cashier).get(f"{address('account_list')}?{query}").status_code == 422

    def test_filters_with_and_without_words(self, cashier: Staff, account: Account) -> None:
        make_account(branch=cashier.branch, service="WATER", customer=make_customer(name="王建国"))
        client = signed_in(cashier)

        totals = {
            query: client.get(f"{address('account_list')}?{query}").context["total"]
            for query in (
                "q=王",
                "q=王&service=HEAT",
                "service=WATER",
                f"district={account.premises.district_id}",
            )
        }

        assert list(totals.values()) == [2, 1, 1, 1]

    def test_shows_nothing_of_another_branch(self, stranger: Staff, account: Account) -> None:
        client = signed_in(stranger)

        assert client.get(address("account_list"), {"q": "王淑英"}).context["total"] == 0
        assert client.get(address("account_list"), {"service": "HEAT"}).context["total"] == 0

    def test_costs_as_many_queries_for_one_row_as_for_twenty(self, cashier: Staff, account: Account) -> None:
        client = signed_in(cashier)

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get(address("account_list"), {"service": "HEAT"})
            return len(captured)

        alone = queries()
        for room in range(20):
            premises = make_premises(district=account.premises.district, room=str(401 + room))
            make_account(premises=premises, customer=make_customer(phones=["13900005678"]))

        assert queries() == alone

    def test_goes_page_by_page(self, cashier: Staff, account: Account) -> None:
        for room in range(20):
            make_account(premises=make_premises(district=account.premises.district, room=str(401 + room)))

        page = signed_in(cashier).get(address("account_list"), {"service": "HEAT", "page": "2"})

        assert (page.context["total"], len(page.context["page_obj"])) == (21, 1)
        assert page.context["page_query"] == "service=HEAT&"


class TestAccountDetail:
    def test_shows_the_account_masked(self, cashier: Staff, account: Account) -> None:
        page = signed_in(cashier).get(address("account_detail", account.account_no))

        assert page.status_code == 200
        for text in (
            "王淑英",
            "0100 1723 64",
            "阳光家园5号楼2单元301室",
            "138****1234",
            "210*************0X",
        ):
            assert text in page.text
        for secret in (PHONE, ID_NUMBER):
            assert secret not in page.text

    def test_is_not_there_for_another_branch(self, stranger: Staff, account: Account) -> None:
        assert signed_in(stranger).get(address("account_detail", account.account_no)).status_code == 404

    @pytest.mark.parametrize("number", ["1", "a" * 30, "01001723\x00", "0100172399", "户号"])
    def test_is_not_there_for_what_is_no_number(self, number: str, cashier: Staff) -> None:
        assert signed_in(cashier).get(f"/accounts/{quote(number)}/").status_code == 404

    def test_offers_full_values_only_to_those_who_may(self, account: Account) -> None:
        auditor = make_staff(role="auditor")

        page = signed_in(auditor).get(address("account_detail", account.account_no))

        assert page.context["reveal_form"] is None

    def test_shows_what_the_apps_above_know(
        self, cashier: Staff, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def part(found: Account, staff: Staff, at: datetime.datetime) -> Mapping[str, Any]:
            return {"account": {"tier": {"sentence": f"{found.account_no} {staff.number}"}}}

        def rows(accounts: Any, at: datetime.datetime) -> Mapping[int, Mapping[str, Any]]:
            return {found.pk: {"category": "第二档"} for found in accounts}

        monkeypatch.setattr(page_parts, "_account_parts", [part])
        monkeypatch.setattr(page_parts, "_list_parts", [rows])
        client = signed_in(cashier)

        assert (
            f"0100172364 {cashier.number}" in client.get(address("account_detail", account.account_no)).text
        )
        assert "第二档" in client.get(address("account_list"), {"q": "王"}).text


class TestReveal:
    def test_shows_one_value_once_and_keeps_why(self, cashier: Staff, account: Account) -> None:
        client = signed_in(cashier)

        shown = client.post(
            address("account_reveal", account.account_no), {"field": "phone", "reason": "回访"}
        )
        after = client.get(address("account_detail", account.account_no))

        assert (shown.status_code, PHONE in shown.text, ID_NUMBER in shown.text) == (200, True, False)
        assert "no-store" in shown["Cache-Control"]
        assert PHONE not in after.text
        assert (AuditEntry.objects.get().actor, AuditEntry.objects.get().reason) == (cashier, "回访")

    @pytest.mark.parametrize(
        "data",
        [{}, {"field": "phone"}, {"field": "phone", "reason": " "}, {"field": "name", "reason": "回访"}],
    )
    def test_shows_nothing_without_a_reason(
        self, data: dict[str, str], cashier: Staff, account: Account
    ) -> None:
        page = signed_in(cashier).post(address("account_reveal", account.account_no), data)

        assert (page.status_code, PHONE in page.text, AuditEntry.objects.count()) == (422, False, 0)

    def test_says_why_it_refuses(self, cashier: Staff) -> None:
        silent = make_account(branch=cashier.branch)

        page = signed_in(cashier).post(
            address("account_reveal", silent.account_no), {"field": "phone", "reason": "回访"}
        )

        assert page.status_code == 422
        assert page.context["reveal_form"].has_error("__all__", "nothing_kept")

    def test_is_a_post_of_somebody_who_may_in_the_own_branch(
        self, cashier: Staff, stranger: Staff, account: Account
    ) -> None:
        where, data = address("account_reveal", account.account_no), {"field": "phone", "reason": "回访"}

        assert signed_in(cashier).get(where).status_code == 405
        assert signed_in(make_staff(role="auditor")).post(where, data).status_code == 403
        assert signed_in(stranger).post(where, data).status_code == 404
        assert Client().post(where, data).status_code == 302
        assert AuditEntry.objects.count() == 0


class TestEveryPage:
    @pytest.mark.parametrize("name", ["account_list", "account_detail"])
    def test_asks_who_is_there_and_what_they_may(self, name: str, account: Account) -> None:
        where = address(name, *([account.account_no] if name == "account_detail" else []))

        assert Client().get(where)["Location"].startswith(reverse("accounts:sign_in"))
        assert signed_in(make_staff(role="administrator")).get(where).status_code == 403


class TestSigningIn:
    def test_opens_the_house_and_signing_out_closes_it(self) -> None:
        make_staff(role="cashier", number="S1", password="warm-window-1")
        client = Client()

        entered = client.post(
            reverse("accounts:sign_in"), {"username": "S1", "password": "warm-window-1", "next": "/accounts/"}
        )
        inside = client.get("/accounts/").status_code
        client.post(reverse("accounts:sign_out"))

        assert (entered.status_code, entered["Location"], inside) == (302, "/accounts/", 200)
        assert client.get("/accounts/").status_code == 302

    def test_refuses_a_wrong_password_and_locks_after_five(self) -> None:
        make_staff(role="cashier", number="S1", password="warm-window-1")
        client = Client()

        def attempt(password: str) -> int:
            data = {"username": "S1", "password": password}
            return client.post(reverse("accounts:sign_in"), data).status_code

        assert [attempt("wrong") for _ in range(4)] == [200] * 4
        assert attempt("wrong") == 429
        assert attempt("warm-window-1") == 429

    def test_does_not_lead_out_of_the_house(self) -> None:
        make_staff(role="cashier", number="S1", password="warm-window-1")

        entered = Client().post(
            reverse("accounts:sign_in"),
            {"username": "S1", "password": "warm-window-1", "next": "https://example.com/"},
        )

        assert "example.com" not in entered["Location"]
