from uuid import uuid4

import pytest

from accounts.models import AuditEntry
from billing.models import Payment, ReceiptPrint
from counters.services.payments import void_payment_at_counter
from tests.factories.accounts import make_account, make_customer, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay, pos
from tests.hall import TODAY, Hall, signed_in, text_of

pytestmark = pytest.mark.django_db


def address_of(payment: Payment) -> str:
    return f"/counter/receipts/{payment.receipt.number}/"


@pytest.fixture
def payment(hall: Hall) -> Payment:
    return pay(hall.shift, hall.account, [hall.bill], pos("50.00", "6228480000001234"), cash("60.00"))


class TestThePaper:
    @pytest.mark.parametrize(
        ("query", "paper"),
        [
            ("", "paper-80mm"),
            ("?paper=a4", "paper-a4"),
            ("?paper=80mm", "paper-80mm"),
            ("?paper=%00", "paper-80mm"),
        ],
    )
    def test_is_the_one_asked_for(self, hall: Hall, payment: Payment, query: str, paper: str) -> None:
        answer = signed_in(hall.cashier).get(address_of(payment) + query)

        assert answer.status_code == 200
        assert f'<body class="{paper}">' in text_of(answer)

    @pytest.mark.parametrize("paper", ["80mm", "a4"])
    def test_says_all_that_a_receipt_must_say(self, hall: Hall, payment: Payment, paper: str) -> None:
        shown = text_of(signed_in(hall.cashier).get(address_of(payment), {"paper": paper}))

        for word in (
            payment.receipt.number, "王淑英", "104.00", "4.00", "6.00", "壹佰零肆元整", "…1234", "2026-11-23 09:30",
            hall.cashier.number, "data:image/svg+xml",
        ):  # fmt: skip
            assert word in shown
        assert "6228480000001234" not in shown

    def test_keeps_a_rare_name_as_it_is(self, hall: Hall) -> None:
        account = make_account(branch=hall.branch, customer=make_customer(name="𠮷㐂·<i>龘</i>"))
        payment = pay(hall.shift, account, [make_bill(account, due_on=TODAY)], cash("100.00"))

        shown = text_of(signed_in(hall.cashier).get(address_of(payment)))

        assert "𠮷㐂·&lt;i&gt;龘&lt;/i&gt;" in shown

    def test_says_when_the_payment_is_void(self, hall: Hall, payment: Payment) -> None:
        void_payment_at_counter(
            payment, shift=hall.shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="",
            voided_by=hall.cashier, at=MORNING,
        )  # fmt: skip

        assert signed_in(hall.cashier).get(address_of(payment)).context["receipt"]["is_void"]


class TestPrinting:
    def test_the_first_time_says_nothing_of_copies(self, hall: Hall, payment: Payment) -> None:
        client = signed_in(hall.cashier)

        answer = client.post(f"{address_of(payment)}print/")

        assert answer.headers["Location"] == address_of(payment)
        assert "补打" not in text_of(client.get(address_of(payment)))

    def test_again_marks_and_numbers_the_copy_and_leaves_a_trace(self, hall: Hall, payment: Payment) -> None:
        client = signed_in(hall.cashier)

        marks = []
        for _ in range(3):
            shown = client.post(f"{address_of(payment)}print/", follow=True)
            marks.append((shown.context["receipt"]["is_copy"], shown.context["receipt"]["copy_no"]))

        assert marks == [(False, 0), (True, 1), (True, 2)]
        assert "补打" in text_of(shown)
        assert AuditEntry.objects.filter(action="reprint_receipt").count() == 2

    def test_is_not_counted_by_looking(self, hall: Hall, payment: Payment) -> None:
        client = signed_in(hall.cashier)

        for paper in ("80mm", "a4", "80mm"):
            client.get(address_of(payment), {"paper": paper})

        assert ReceiptPrint.objects.count() == 0

    def test_is_no_link(self, hall: Hall, payment: Payment) -> None:
        answer = signed_in(hall.cashier).get(f"{address_of(payment)}print/")

        assert (answer.status_code, ReceiptPrint.objects.count()) == (405, 0)

    def test_of_the_paper_of_another_branch_is_refused(self, hall: Hall, payment: Payment) -> None:
        client = signed_in(hall.stranger)

        answers = [client.get(address_of(payment)), client.post(f"{address_of(payment)}print/")]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert ReceiptPrint.objects.count() == 0

    @pytest.mark.parametrize(("role", "status"), [("finance", 302), ("auditor", 403), ("administrator", 403)])
    def test_is_for_those_who_work_with_receipts(
        self, hall: Hall, payment: Payment, role: str, status: int
    ) -> None:
        person = make_staff(role=role, branch=hall.branch)

        assert signed_in(person).post(f"{address_of(payment)}print/").status_code == status

    @pytest.mark.parametrize("number", ["%00", "%ff", "1-03", "x" * 5000])
    def test_of_no_receipt_is_not_found(self, hall: Hall, number: str) -> None:
        client = signed_in(hall.cashier)

        assert client.get(f"/counter/receipts/{number}/").status_code == 404
        assert client.post(f"/counter/receipts/{number}/print/").status_code == 404
