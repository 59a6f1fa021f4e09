import pytest

from tests.factories.accounts import make_account, make_customer, make_staff
from tests.hall import Hall, signed_in

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/accounts/"


class TestAccountsSearch:
    @pytest.mark.parametrize("query", ["王淑英", "wsy", "1234", "13800001234", "阳光家园 5-2-301"])
    def test_finds_a_customer_however_named(self, hall: Hall, query: str) -> None:
        answer = signed_in(hall.cashier).get(ADDRESS, {"q": query})

        assert answer.status_code == 200
        assert [row["account_no"] for row in answer.json()] == [hall.account.account_no]

    def test_shows_no_phone_in_full(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(ADDRESS, {"q": "13800001234"})

        assert "138****1234" in answer.content.decode()
        assert "13800001234" not in answer.content.decode()

    def test_finds_nothing_without_a_question(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        assert [client.get(ADDRESS, query).json() for query in ({}, {"q": ""}, {"q": " "})] == [[], [], []]

    def test_shows_ten_at_most(self, hall: Hall) -> None:
        for _ in range(12):
            make_account(branch=hall.branch, customer=make_customer(name="欧阳红"))

        assert len(signed_in(hall.cashier).get(ADDRESS, {"q": "欧阳红"}).json()) == 10

    @pytest.mark.parametrize("query", ["CANARY", "13900005678", "5678"])
    def test_shows_nothing_of_another_branch(self, hall: Hall, query: str) -> None:
        assert signed_in(hall.cashier).get(ADDRESS, {"q": query}).json() == []

    def test_shows_every_branch_to_whom_that_is_given(self, hall: Hall) -> None:
        finance = make_staff(role="finance", branch=hall.branch)

        answer = signed_in(finance).get(ADDRESS, {"q": hall.foreign_account.account_no})

        assert len(answer.json()) == 1

    def test_shows_nothing_to_somebody_without_a_branch(self, hall: Hall) -> None:
        nowhere = make_staff(role="adviser", branch=None)

        assert signed_in(nowhere).get(ADDRESS, {"q": "王淑英"}).json() == []
