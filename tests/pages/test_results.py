import pytest

from tests.factories.accounts import make_account, make_customer
from tests.hall import Hall, signed_in, text_of

pytestmark = pytest.mark.django_db

FRAGMENT = "/counter/results/"


class TestResults:
    def test_lists_the_account_with_what_tells_it_from_others(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(FRAGMENT, {"q": "王淑英"})

        (row,) = answer.context["results"]
        assert (row["account_no"], row["masked_phone"]) == (hall.account.account_no, "138****1234")
        assert (str(row["due"]), row["is_overdue"]) == ("100.00", True)
        assert row["panel_url"] == f"/counter/accounts/{hall.account.account_no}/"

    def test_is_a_fragment_and_no_page(self, hall: Hall) -> None:
        shown = text_of(signed_in(hall.cashier).get(FRAGMENT, {"q": "王淑英"}))

        assert "<html" not in shown

    def test_repeats_the_question_so_that_the_script_knows_the_answer(self, hall: Hall) -> None:
        shown = text_of(signed_in(hall.cashier).get(FRAGMENT, {"q": " <b>王</b> "}))

        assert 'data-query="&lt;b&gt;王&lt;/b&gt;"' in shown

    def test_shows_ten_and_says_that_there_are_more(self, hall: Hall) -> None:
        for _ in range(11):
            make_account(branch=hall.branch, customer=make_customer(name="欧阳红"))

        answer = signed_in(hall.cashier).get(FRAGMENT, {"q": "欧阳红"})

        assert (len(answer.context["results"]), answer.context["has_more"]) == (10, True)

    @pytest.mark.parametrize("query", ["CANARY", "13900005678", "5678"])
    def test_shows_nothing_of_another_branch(self, hall: Hall, query: str) -> None:
        answer = signed_in(hall.cashier).get(FRAGMENT, {"q": query})

        assert (answer.status_code, answer.context["results"]) == (200, [])

    @pytest.mark.parametrize(
        "query",
        ["", " ", "\x00", "王\x00", "\u202e", "\ufffd", "%", "_", "'", '"', "\\", "(((((", "9" * 5000, "a" * 5000, "1-1-1-1-1", "𠮷", "nc:", "１３８", "' OR 1=1;--"],
    )  # fmt: skip
    def test_answers_whatever_is_typed(self, hall: Hall, query: str) -> None:
        assert signed_in(hall.cashier).get(FRAGMENT, {"q": query}).status_code == 200
