"""A Chinese page is Chinese: no sentence of the code was forgotten, and none slips through from a library."""

import datetime
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from billing.models import Payment
from counters.services.payments import void_payment_at_counter
from service_quality.services.matters.pushing import push_overdue
from tests.billing.metering import make_tariff
from tests.factories.accounts import make_account, make_evidence, make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, pay, pos
from tests.factories.matters import make_answered, make_closed, make_matter
from tests.factories.tariffs import make_draft, make_submitted
from tests.hall import CANARY, TODAY, Hall, body_for, end_shift, form_for, post_json, signed_in, text_of
from tests.pages.test_query_counts import make_metered_account

pytestmark = pytest.mark.django_db

# Keys, units, and what a terminal is called in every hall of China.
WORDS = {"POS", "kWh", "Enter", "Esc", "esc", "Tab", "Alt", "Ctrl", "English", "JSON"}
# Not a part of a number such as S00012 or 1-03-261123A-0001.
LATIN = re.compile(r"(?<![\w-])[A-Za-z]{3,}(?![\w-])")
SPOKEN = re.compile(
    r"placeholder|title|alt|aria-label|data-(?:say-.+|keep-question|change|short|surplus|deposit|reference)"
)


class Visible(HTMLParser):
    """What a person sees or a screen reader says, the sentences kept for the script included."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0
        self.signs = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # A sign of the theme is a word only until its font is there.
        is_sign = tag == "span" and "material-symbols-outlined" in (dict(attrs).get("class") or "").split()
        self.signs = 1 if is_sign else self.signs
        self.silent += tag in ("script", "style")
        self.words += [value or "" for name, value in attrs if SPOKEN.fullmatch(name)]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")
        self.signs = 0 if tag == "span" else self.signs

    def handle_data(self, data: str) -> None:
        if not self.silent and not self.signs:
            self.words.append(data)


def english_in(html: str) -> list[str]:
    page = Visible()
    page.feed(html)
    return [
        " ".join(text.split())
        for text in page.words
        if not text.startswith("/") and set(LATIN.findall(re.sub(r"\{\w+\}", "", text))) - WORDS
    ]


def is_data(words: str) -> bool:
    """What stands in the rows; and the words that Django's own pages have behind a picture, in any language."""
    return CANARY in words or words.startswith("{") or words in ("Search", "True", "False")


@pytest.fixture
def busy(hall: Hall) -> Payment:
    """A hall in which everything has happened once; returns a payment that was void and one that was not."""
    unusual: dict[str, Any] = {"is_disputed": True, "is_in_court": True}
    make_bill(make_account(customer=hall.account.customer, branch=hall.branch, **unusual), due_on=TODAY)
    payment = pay(hall.shift, hall.account, [hall.bill], pos("50.00", "T1"), cash("60.00"))
    void_payment_at_counter(
        payment, shift=hall.shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="看错",
        voided_by=hall.cashier, at=MORNING,
    )  # fmt: skip
    return pay(hall.shift, hall.account, [hall.bill], cash("40.00"))


def pages_of_a_cashier(hall: Hall, metered: Account, payment: Payment) -> Iterator[str]:
    number = payment.receipt.number
    void = f"{hall.shift.code}-0002"
    yield from ("/counter/", "/counter/recent/", "/counter/shift/close/", "/look/", "/accounts/", "/nowhere/")
    for account in (hall.account, metered, *hall.account.customer.accounts.all()):
        yield f"/counter/?account={account.account_no}"
        yield f"/counter/accounts/{account.account_no}/"
        yield f"/accounts/{account.account_no}/"
    for query in ("王淑英", "没有的人", "1234"):
        yield from (f"/counter/?q={query}", f"/counter/results/?q={query}", f"/accounts/?q={query}")
    yield f"/counter/?taken={payment.request_id}"
    for receipt in (number, void):
        yield f"/counter/payments/{receipt}/"
        yield from (f"/counter/receipts/{receipt}/", f"/counter/receipts/{receipt}/?paper=a4")
    for bill in (hall.bill, *metered.bills.all()):
        yield from (f"/bills/{bill.number}/", f"/bills/{bill.number}/explanation/")
    make_evidence(metered)
    make_evidence(hall.account, valid_until=TODAY)
    yield "/evidence/?days=60"
    for account in (metered, hall.account):
        yield f"/accounts/{account.account_no}/evidence/"
        for asked in (
            "",
            "?units=20",
            "?units=x",
            "?units=1&reading=1",
            "?reading=1",
            "?units=1&on=2020-01-01",
        ):
            yield f"/accounts/{account.account_no}/simulation/{asked}"
    yield from ("/prices/", "/prices/?on=soon", "/prices/poster/", "/prices/screen/", "/tariffs/")


class TestAChinesePage:
    def test_of_the_cashier_has_no_english_left(self, hall: Hall, busy: Payment) -> None:
        metered = make_metered_account(hall)
        client = signed_in(hall.cashier)

        left = {
            address: english_in(text_of(client.get(address)))
            for address in pages_of_a_cashier(hall, metered, busy)
        }

        assert {address: words for address, words in left.items() if words} == {}

    def test_of_the_end_of_a_shift_has_no_english_left(self, hall: Hall, busy: Payment) -> None:
        client = signed_in(hall.cashier)
        count = client.post("/counter/shift/close/", {"pieces_100": "1"}, follow=True)
        end_shift(hall)
        after = [
            client.get(address)
            for address in ("/counter/shift/open/", f"/counter/shifts/{hall.shift.code}/", "/counter/")
        ]
        make_shift(hall.cashier)
        reversal = client.get(f"/counter/payments/{busy.receipt.number}/")

        assert [english_in(text_of(answer)) for answer in (count, *after, reversal)] == [[]] * 5

    @pytest.mark.parametrize("role", ["adviser", "finance", "supervisor", "manager", "auditor"])
    def test_of_anybody_else_has_no_english_left(self, hall: Hall, busy: Payment, role: str) -> None:
        client = signed_in(make_staff(role=role, branch=hall.branch))
        addresses = [
            "/accounts/",
            f"/accounts/{hall.account.account_no}/",
            f"/bills/{hall.bill.number}/",
            f"/counter/payments/{busy.receipt.number}/",
            "/counter/",
        ]

        assert [english_in(text_of(client.get(address))) for address in addresses] == [[]] * len(addresses)

    @pytest.mark.parametrize("role", ["adviser", "complaints", "supervisor"])
    def test_of_matters_has_no_english_left(self, hall: Hall, role: str) -> None:
        ship_calendars()
        staff = make_staff(role=role, branch=hall.branch)
        late = make_matter(staff, at=MORNING - datetime.timedelta(days=7), account=hall.account)
        answered, closed = make_answered(staff, kind="COMPLAINT"), make_closed(staff)
        push_overdue(MORNING)
        client = signed_in(staff)
        addresses = [
            "/matters/",
            "/matters/?list=closed",
            "/matters/?q=no",
            "/matters/hand-overs/",
            "/matters/new/",
        ]
        addresses += [f"/matters/{one.number}/" for one in (late, answered, closed)]
        addresses += ["/matters/overdue/", "/matters/leave/", "/follow/", "/follow/new/"]
        client.post("/follow/", {"phone": closed.phone, "code": closed.code})
        pages = {address: client.get(address) for address in [*addresses, "/follow/matter/"]}
        pages["refused"] = client.post(f"/matters/{late.number}/answer/")

        assert {
            address: words for address, page in pages.items() if (words := english_in(text_of(page)))
        } == {}

    def test_of_a_tariff_has_no_english_left(self, hall: Hall) -> None:
        tariff = make_tariff()
        versions = [make_draft(tariff, "2027-07-01"), make_submitted(tariff, "2027-01-01")]
        people = [make_staff(role=role, branch=hall.branch) for role in ("finance", "manager", "auditor")]

        left = [
            english_in(text_of(signed_in(one).get(f"/tariffs/versions/{version.pk}/")))
            for one in people
            for version in versions
        ]

        assert left == [[]] * 6

    def test_of_signing_in_has_no_english_left(self, hall: Hall) -> None:
        client = Client()
        answers = [client.get("/sign-in/"), client.post("/sign-in/", {})]
        answers += [client.post("/sign-in/", {"username": "S1", "password": "x"}) for _ in range(6)]

        assert [english_in(text_of(answer)) for answer in answers] == [[]] * 8

    def test_that_refuses_has_no_english_left(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)
        payment = pay(hall.shift, hall.account, [], cash("1.00"), keep_as_credit=True)
        undo = f"/counter/payments/{payment.receipt.number}/undo/"
        bad: list[Any] = []
        for value in ("", "一二", "9" * 300):
            for field in form_for(hall):
                bad.append(client.post("/counter/", form_for(hall, **{field: value})))
            bad.append(
                client.post(
                    undo, {"request_id": value, "reason": value, "note": value, "second_number": value}
                )
            )
            bad.append(client.post("/counter/shift/close/", {"pieces_100": value or "x"}))
            opening = {"window": value, "opening_float": value}
            bad.append(signed_in(hall.colleague).post("/counter/shift/open/", opening))
        without_token: Any = signed_in(hall.cashier, enforce_csrf_checks=True).post(
            "/counter/", form_for(hall)
        )

        left = [words for answer in (*bad, without_token) if (words := english_in(text_of(answer)))]

        assert left == []

    @pytest.mark.parametrize("role", ["supervisor", "finance", "administrator", "auditor"])
    def test_of_the_administration_has_no_english_left(self, hall: Hall, busy: Payment, role: str) -> None:
        client = signed_in(make_staff(role=role, branch=hall.branch, is_staff=True))
        answers = {reverse("admin:index"): client.get(reverse("admin:index"))}
        for model in admin.site._registry:
            names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            for address in (reverse(f"{names}_changelist"), reverse(f"{names}_add")):
                answers[address] = client.get(address)

        left = {
            address: [words for words in english_in(text_of(answer)) if not is_data(words)]
            for address, answer in answers.items()
        }

        assert {address: words for address, words in left.items() if words} == {}


CLERKS_MISTAKES: list[dict[str, Any]] = [
    {"account_no": "0199999999"},
    {"account_no": ""},
    {"bills": [2**62]},
    {"tenders": []},
    {"tenders": [{"method": "CASH", "amount": "1,5"}]},
    {"tenders": [{"method": "CASH", "amount": ""}]},
    {"tenders": [{"method": "CASH", "amount": "1.234"}]},
    {"tenders": [{"method": "CASH", "amount": "0.00"}]},
    {"tenders": [{"method": "POS", "amount": "1.00"}]},
    {"tenders": [{"method": "POS", "amount": "999.00", "reference": "1"}]},
]


class TestARefusalOfTheApi:
    @pytest.mark.parametrize("changes", CLERKS_MISTAKES)
    def test_is_one_chinese_sentence(self, hall: Hall, changes: dict[str, Any]) -> None:
        answer = post_json(signed_in(hall.cashier), "/api/v1/payments/", body_for(hall, **changes))

        assert answer.json()["detail"].endswith("。")
        assert english_in(answer.json()["detail"]) == []

    def test_is_chinese_whatever_was_wrong_with_the_request(self, hall: Hall) -> None:
        client, address = signed_in(hall.cashier), "/api/v1/payments/"
        answers = [
            post_json(client, address, "{"),
            post_json(client, address, "x" * 300_000),
            post_json(signed_in(hall.colleague), address, body_for(hall)),
            post_json(signed_in(hall.supervisor), address, body_for(hall)),
            post_json(Client(), address, body_for(hall)),
            post_json(signed_in(hall.cashier, enforce_csrf_checks=True), address, body_for(hall)),
        ]

        assert [english_in(answer.json()["detail"]) for answer in answers] == [[]] * len(answers)
