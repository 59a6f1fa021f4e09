from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from billing.models import Payment
from tests.factories.accounts import make_account, make_customer
from tests.factories.billing import make_bill
from tests.factories.counters import cash, make_shift, pay, pos
from tests.hall import TODAY, Hall, books, end_shift, form_for, signed_in, text_of

pytestmark = pytest.mark.django_db

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

PAGE = "/counter/"


def code_of(answer: "Answer") -> str | None:
    """The code of the refusal that the page shows."""
    errors = answer.context["form"].errors.as_data()
    return next((error.code for listed in errors.values() for error in listed), None)


class TestOpeningThePage:
    def test_leads_to_the_shift_first(self, hall: Hall) -> None:
        answer = signed_in(hall.colleague).get(PAGE)

        assert (answer.status_code, answer.headers["Location"]) == (302, "/counter/shift/open/")

    def test_shows_the_window_and_an_empty_place(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(PAGE)

        assert answer.status_code == 200
        assert answer.context["panel"] is None
        assert str(hall.shift.window.hall) in text_of(answer)

    def test_opens_an_account_that_the_address_names(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(PAGE, {"account": hall.account.account_no})

        assert answer.status_code == 200
        assert "王淑英" in text_of(answer)
        assert "¥ 104.00" in text_of(answer)
        assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")

    def test_shows_a_phone_masked(self, hall: Hall) -> None:
        shown = text_of(signed_in(hall.cashier).get(PAGE, {"account": hall.account.account_no}))

        assert "138****1234" in shown
        assert "13800001234" not in shown

    @pytest.mark.parametrize("number", ["0199999999", "\x00", "0100\x00", "' OR 1=1 --", "x" * 5000, "𠮷"])
    def test_says_in_one_sentence_that_an_account_is_not_there(self, hall: Hall, number: str) -> None:
        answer = signed_in(hall.cashier).get(PAGE, {"account": number})

        assert (answer.status_code, answer.context["panel"]) == (200, None)
        assert answer.context["outcome"]["tone"] == "late"

    def test_says_the_same_of_an_account_elsewhere(self, hall: Hall) -> None:
        number = hall.foreign_account.account_no

        answer = signed_in(hall.cashier).get(PAGE, {"account": number})

        assert answer.context["outcome"]["tone"] == "late"
        assert "CANARY" not in text_of(answer)

    def test_lists_what_the_search_box_finds(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(PAGE, {"q": "王淑英"})

        assert [row["account_no"] for row in answer.context["results"]] == [hall.account.account_no]

    def test_shows_what_was_paid_on_the_customers_other_accounts_too(self, hall: Hall) -> None:
        other = make_account(customer=hall.account.customer, branch=hall.branch)
        make_bill(other, total="55.00", due_on=TODAY)

        shown = text_of(signed_in(hall.cashier).get(PAGE, {"account": hall.account.account_no}))

        assert "55.00" in shown
        assert "¥ 104.00" in shown

    @pytest.mark.parametrize("taken", ["", "abc", "\x00", "00000000-0000-0000-0000-000000000000"])
    def test_announces_no_payment_that_was_not_taken(self, hall: Hall, taken: str) -> None:
        answer = signed_in(hall.cashier).get(PAGE, {"taken": taken})

        assert (answer.status_code, answer.context["outcome"]) == (200, None)

    def test_announces_no_payment_of_somebody_else(self, hall: Hall) -> None:
        payment = pay(make_shift(hall.colleague), hall.account, [hall.bill], cash("104.00"))

        answer = signed_in(hall.cashier).get(PAGE, {"taken": str(payment.request_id)})

        assert answer.context["outcome"] is None


class TestTakingMoney:
    def test_leads_to_the_outcome_with_change_and_receipt(self, hall: Hall) -> None:
        client, form = signed_in(hall.cashier), form_for(hall)

        answer = client.post(PAGE, form)

        assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAGE}?taken={form['request_id']}")
        shown = client.get(answer.headers["Location"])
        assert shown.context["outcome"]["tone"] == "done"
        assert "96.00" in text_of(shown)
        assert f"{hall.shift.code}-0001" in text_of(shown)

    def test_takes_two_methods(self, hall: Hall) -> None:
        form = form_for(
            hall, method_1="POS", amount_1="50.00", reference_1="T1", method_2="CASH", amount_2="54.00"
        )

        signed_in(hall.cashier).post(PAGE, form)

        assert Payment.objects.get().tenders.count() == 2

    def test_takes_it_once_however_often_the_form_comes_back(self, hall: Hall) -> None:
        client, form = signed_in(hall.cashier), form_for(hall)

        answers = [client.post(PAGE, form) for _ in range(3)]

        assert {answer.headers["Location"] for answer in answers} == {f"{PAGE}?taken={form['request_id']}"}
        assert Payment.objects.count() == 1

    def test_looked_at_again_takes_nothing(self, hall: Hall) -> None:
        client, form = signed_in(hall.cashier), form_for(hall)
        outcome = client.post(PAGE, form).headers["Location"]
        before = books()

        shown = [text_of(client.get(outcome)) for _ in range(2)]

        assert all(f"{hall.shift.code}-0001" in page for page in shown)
        assert books() == before

    def test_gives_every_form_a_key_of_its_own(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        keys = {
            client.get(PAGE, {"account": hall.account.account_no}).context["form"]["request_id"].value()
            for _ in range(3)
        }

        assert len(keys) == 3

    def test_cannot_use_the_form_of_one_account_for_another(self, hall: Hall) -> None:
        client, form = signed_in(hall.cashier), form_for(hall)
        client.post(PAGE, form)
        other = make_account(branch=hall.branch)
        bill = make_bill(other, due_on=TODAY)

        answer = client.post(PAGE, {**form, "account": other.account_no, "bills": [str(bill.pk)]})

        assert (answer.status_code, code_of(answer)) == (422, "form_reused")
        assert Payment.objects.count() == 1


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"account": "0199999999"}, "unknown_account"),
    ({"account": "\x00"}, "null_characters_not_allowed"),
    ({"account": ""}, "required"),
    ({"bills": ["999999999999999999"]}, "bill_settled"),
    ({"bills": ["abc"]}, "invalid_choice"),
    ({"bills": ["9" * 4300]}, "invalid_choice"),
    ({"request_id": ""}, "required"),
    ({"request_id": "abc"}, "invalid"),
    ({"request_id": f"{uuid4()}\x00"}, "invalid"),
    ({"amount_1": ""}, "nothing_to_take"),
    ({"amount_1": "0"}, "not_money"),
    ({"amount_1": "0.00"}, "not_money"),
    ({"amount_1": "-1"}, "not_money"),
    ({"amount_1": "NaN"}, "not_money"),
    ({"amount_1": "1e3"}, "not_money"),
    ({"amount_1": "１２"}, "not_money"),
    ({"amount_1": "104.005"}, "too_precise"),
    ({"amount_1": "9999999999999"}, "too_large"),
    ({"amount_1": "100000000.00"}, "not_money"),
    ({"amount_1": "1" * 21}, "max_length"),
    ({"method_1": "BITCOIN"}, "invalid_choice"),
    ({"method_1": "PREPAID"}, "invalid_choice"),
    ({"method_1": "POS", "amount_1": "104.00"}, "no_reference"),
    ({"method_1": "POS", "amount_1": "104.01", "reference_1": "T1"}, "too_much"),
    ({"method_1": "POS", "amount_1": "104.00", "reference_1": "a\u202eb"}, "bad_reference"),
    ({"method_2": "CASH", "amount_2": "1.00"}, "cash_twice"),
]


class TestARefusedForm:
    @pytest.mark.parametrize(("changes", "code"), REFUSED)
    def test_comes_back_with_the_reason_and_what_was_typed(
        self, hall: Hall, changes: dict[str, Any], code: str
    ) -> None:
        form, before = form_for(hall, **changes), books()

        answer = signed_in(hall.cashier).post(PAGE, form)

        assert (answer.status_code, code_of(answer)) == (422, code)
        assert [answer.context["form"][name].value() for name in ("amount_1", "reference_1", "request_id")] == [
            form["amount_1"], form["reference_1"], form["request_id"],
        ]  # fmt: skip
        assert books() == before

    @pytest.mark.parametrize("account", ["0199999999", "\x00", "", "FOREIGN"])
    def test_says_why_even_where_there_is_no_account_to_show(self, hall: Hall, account: str) -> None:
        number = hall.foreign_account.account_no if account == "FOREIGN" else account

        answer = signed_in(hall.cashier).post(PAGE, form_for(hall, account=number))

        assert answer.context["outcome"]["sentence"] in text_of(answer)
        assert answer.context["outcome"]["sentence"]
        assert "CANARY" not in text_of(answer)

    def test_keeps_the_ticks_as_they_were(self, hall: Hall) -> None:
        newer = make_bill(hall.account, due_on=TODAY)

        answer = signed_in(hall.cashier).post(PAGE, form_for(hall, bills=[str(hall.bill.pk)], amount_1="-1"))

        (year,) = answer.context["panel"].years
        assert {bill["id"]: bill["is_selected"] for bill in year["bills"]} == {
            hall.bill.pk: True,
            newer.pk: False,
        }

    def test_says_that_a_bill_was_paid_meanwhile(self, hall: Hall) -> None:
        pay(make_shift(hall.colleague), hall.account, [hall.bill], cash("104.00"))
        before = books()

        answer = signed_in(hall.cashier).post(PAGE, form_for(hall))

        assert (answer.status_code, code_of(answer)) == (422, "bill_settled")
        assert answer.context["form"]["amount_1"].value() == "200.00"
        assert books() == before

    def test_says_that_a_slip_was_used_before(self, hall: Hall) -> None:
        other = make_account(branch=hall.branch)
        pay(hall.shift, other, [make_bill(other)], pos("100.00", "T001"))

        answer = signed_in(hall.cashier).post(
            PAGE, form_for(hall, method_1="POS", amount_1="104.00", reference_1="Ｔ００１")
        )

        assert (answer.status_code, code_of(answer)) == (422, "reference_used")

    def test_says_that_there_is_no_shift_and_loses_nothing(self, hall: Hall) -> None:
        end_shift(hall)
        before = books()

        answer = signed_in(hall.cashier).post(PAGE, form_for(hall))

        assert (answer.status_code, code_of(answer)) == (422, "not_open")
        assert answer.context["form"]["amount_1"].value() == "200.00"
        assert "王淑英" in text_of(answer)
        assert books() == before

    def test_answers_a_form_without_a_token_with_the_page_that_says_so(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier, enforce_csrf_checks=True).post(PAGE, form_for(hall))

        assert answer.status_code == 403
        assert Payment.objects.count() == 0

    def test_with_ten_thousand_and_one_fields_is_not_read(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).post(
            PAGE, form_for(hall) | {f"field{number}": "" for number in range(10_001)}
        )

        assert answer.status_code == 400
        assert Payment.objects.count() == 0

    def test_with_nine_hundred_bills_is_answered(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).post(
            PAGE, form_for(hall, bills=[str(10**9 + number) for number in range(900)])
        )

        assert (answer.status_code, code_of(answer)) == (422, "bill_settled")

    def test_writes_nothing_that_was_not_asked_for(self, hall: Hall) -> None:
        extra = {"taken_by": hall.stranger.pk, "branch": "9", "allocated": "1", "is_staff": "1", "shift": "9"}

        signed_in(hall.cashier).post(PAGE, form_for(hall) | extra)

        payment = Payment.objects.get()
        assert (payment.taken_by, payment.branch, str(payment.allocated)) == (
            hall.cashier,
            hall.branch,
            "104.00",
        )


class TestNames:
    @pytest.mark.parametrize(
        "name", ["𠮷田㐂", "阿依古丽·买买提", "龘 龘", "张😀", "O'Neil", "<script>alert(1)</script>"]
    )
    def test_that_are_rare_or_evil_are_shown_as_they_are(self, hall: Hall, name: str) -> None:
        account = make_account(branch=hall.branch, customer=make_customer(name=name))

        answer = signed_in(hall.cashier).get(PAGE, {"account": account.account_no})

        assert answer.context["panel"].name == name
        assert "<script>alert" not in text_of(answer)
        assert ("&lt;script&gt;" in text_of(answer)) is name.startswith("<")
