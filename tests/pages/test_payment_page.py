import datetime
from uuid import uuid4

import pytest

from billing.models import Payment
from counters.services.payments import void_payment_at_counter
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, cash, make_shift, pay, pos
from tests.hall import Hall, end_shift, signed_in, text_of

pytestmark = pytest.mark.django_db


def address_of(payment: Payment) -> str:
    return f"/counter/payments/{payment.receipt.number}/"


@pytest.fixture
def payment(hall: Hall) -> Payment:
    return pay(hall.shift, hall.account, [hall.bill], pos("50.00", "T1"), cash("60.00"))


class TestThePaymentPage:
    def test_shows_what_was_handed_over_and_what_it_settled(self, hall: Hall, payment: Payment) -> None:
        answer = signed_in(hall.cashier).get(address_of(payment))

        assert [str(row["amount"]) for row in answer.context["tenders"]] == ["50.00", "60.00"]
        (share,) = answer.context["allocations"]
        assert (str(share["principal"]), str(share["late_charge"])) == ("100.00", "4.00")
        assert str(answer.context["payment"]["change"]) == "6.00"

    def test_offers_the_cashier_a_void(self, hall: Hall, payment: Payment) -> None:
        answer = signed_in(hall.cashier).get(address_of(payment))

        assert answer.context["reversal_form"] is not None
        assert not answer.context["needs_second_person"]

    def test_offers_a_reversal_with_a_second_person_after_the_close(
        self, hall: Hall, payment: Payment
    ) -> None:
        end_shift(hall)
        make_shift(hall.cashier)

        answer = signed_in(hall.cashier).get(address_of(payment))

        assert answer.context["reversal_form"] is not None
        assert answer.context["needs_second_person"]

    def test_says_why_it_cannot_be_undone_now(self, hall: Hall, payment: Payment) -> None:
        make_shift(hall.colleague)
        late = make_staff(branch=hall.branch)
        make_shift(late, at=MORNING - datetime.timedelta(days=1))
        no_shift = make_staff(branch=hall.branch)

        for person in (hall.supervisor, no_shift, late, hall.colleague):
            answer = signed_in(person).get(address_of(payment))

            assert answer.context["reversal_form"] is None
            assert answer.context["no_reversal_sentence"] in text_of(answer)
            assert answer.context["no_reversal_sentence"]

    def test_shows_who_undid_it_and_why(self, hall: Hall, payment: Payment) -> None:
        void_payment_at_counter(
            payment, shift=hall.shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="<b>看错</b>",
            voided_by=hall.cashier, at=MORNING,
        )  # fmt: skip

        answer = signed_in(hall.cashier).get(address_of(payment))

        assert answer.context["reversal"]["reversed_by"] == hall.cashier
        assert "&lt;b&gt;看错&lt;/b&gt;" in text_of(answer)

    def test_shows_the_books_to_those_who_read_them_only(self, hall: Hall, payment: Payment) -> None:
        shown = {
            role: bool(
                signed_in(make_staff(role=role, branch=hall.branch))
                .get(address_of(payment))
                .context["postings"]
            )
            for role in ("cashier", "adviser", "finance", "auditor")
        }

        assert shown == {"cashier": False, "adviser": False, "finance": True, "auditor": True}

    def test_is_the_same_after_the_second_look(self, hall: Hall, payment: Payment) -> None:
        client = signed_in(hall.cashier)

        looks = [client.get(address_of(payment)).context["payment"]["copies"] for _ in range(3)]

        assert looks == [0, 0, 0]

    def test_of_another_branch_looks_like_one_that_does_not_exist(self, hall: Hall, payment: Payment) -> None:
        client = signed_in(hall.stranger)

        there = client.get(address_of(payment))
        nowhere = client.get(f"/counter/payments/{hall.shift.code}-9999/")

        assert (there.status_code, nowhere.status_code) == (404, 404)
        assert payment.receipt.number not in text_of(there).replace(address_of(payment), "")

    @pytest.mark.parametrize("number", ["%00", "%ff", "1-03", "x" * 5000, "%F0%A0%AE%B7"])
    def test_of_no_payment_is_not_found(self, hall: Hall, number: str) -> None:
        assert signed_in(hall.cashier).get(f"/counter/payments/{number}/").status_code == 404
