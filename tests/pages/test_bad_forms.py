"""Every form of the site, filled in by somebody who hates it: no input gives a 500."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client

from billing.models import Payment
from tests.factories.counters import cash, pay
from tests.hall import Hall, books, form_for, signed_in, text_of

pytestmark = pytest.mark.django_db

# NUL, control, direction and invisible characters, look-alikes, halves, numbers that are none, and code.
VALUES = [
    "", " ", "\t\n", "\x00", "a\x00b", "\x01", "\x1b[31m", "\r\nSet-Cookie: a=b", "\u202e", "\u200b", "\u00a0", "\ufeff",
    "\ufffd", "\ue000", "\U0010ffff", "e\u0301", "１２", "١٢", "Ⅻ", "½", "一百", "𠮷", "阿依古丽·买买提", "😀",
    "-1", "+5", "0", "00", "-0", "0.00", "0.001", "0.005", "1e3", "1e999999", "-1e-999999", "NaN", "sNaN", "Infinity",
    "1_000", "1,000", "1.2.3", ".5", "5.", "0x10", "9" * 20, "9" * 4300, "a" * 70_000, "2025-13-45", "true", "null",
    "None", "[]", "{}", "[1]", '{"a": 1}', "abc", str(uuid4()), "../../etc/passwd", "' OR 1=1 --", "%", "_", "\\", '"',
    "<script>alert(1)</script>", "{{ 7*7 }}", "${7*7}", "=1+1", "$(id)",
]  # fmt: skip
# Those of them that have broken something somewhere, for the places where there are many to try.
SHARP = ["\x00", "1e999999", "9" * 4300, "１２", "\U0010ffff", "-1"]
# What no text can hold, as the bytes of a form.
BYTES = ["%00", "%ff", "%ED%A0%80", "%F4%90%80%80", "%C0%80", "%zz", "%", "+", "&", "=", "[]=1", "%u0041"]

Forms = dict[str, tuple[str, dict[str, Any]]]


@pytest.fixture
def forms(hall: Hall) -> Forms:
    """Address and fields of every form that is posted."""
    payment = pay(hall.shift, hall.account, [], cash("5.00"), keep_as_credit=True)
    return {
        "counter": ("/counter/", form_for(hall)),
        "shift_open": ("/counter/shift/open/", {"window": "1", "opening_float": "100"}),
        "shift_close": ("/counter/shift/close/", {"pieces_10000": "1", "pieces_10": "1"}),
        "explain": (
            "/counter/shift/close/explain/",
            {"reason": "找错钱", "second_number": "S1", "second_password": "x"},
        ),
        "undo": (
            f"/counter/payments/{payment.receipt.number}/undo/",
            {
                "request_id": str(uuid4()), "reason": "WRONG_ACCOUNT", "note": "", "second_number": "",
                "second_password": "",
            },
        ),
        "print": (f"/counter/receipts/{payment.receipt.number}/print/", {"a": "1"}),
        "reveal": (f"/accounts/{hall.account.account_no}/reveal/", {"field": "PHONE", "reason": "核对"}),
        "language": ("/language/", {"language": "en", "next": "/"}),
        "sign_in": ("/sign-in/", {"username": "S1", "password": "x", "next": "/"}),
        "sign_out": ("/sign-out/", {"next": "/"}),
    }  # fmt: skip


FORMS = (
    "counter", "shift_open", "shift_close", "explain", "undo", "print", "reveal", "language", "sign_in", "sign_out"
)  # fmt: skip


def browser(hall: Hall, form: str) -> Client:
    """The browser in which the form can be filled in at all."""
    if form == "sign_in":
        return Client(raise_request_exception=False)
    if form == "shift_open":
        return signed_in(hall.colleague)
    client = signed_in(hall.cashier)
    if form == "explain":
        client.post("/counter/shift/close/", {"pieces_10000": "1"})
    return client


def faults(answers: Iterator[tuple[str, Callable[[], Any]]]) -> list[str]:
    """What was answered with a fault of ours, or showed its inside."""
    found = []
    for name, send in answers:
        answer = send()
        if answer.status_code >= 500 or "Traceback" in text_of(answer):
            found.append(f"{name[:60]!r}: {answer.status_code}")
    return found


@pytest.mark.parametrize("form", FORMS)
class TestAForm:
    def test_full_of_rubbish_is_answered(self, hall: Hall, forms: Forms, form: str) -> None:
        address, fields = forms[form]
        client = browser(hall, form)

        found = faults(
            (value, lambda value=value: client.post(address, dict.fromkeys(fields, value)))  # type: ignore[misc]
            for value in VALUES
        )

        assert found == []

    def test_with_one_field_of_rubbish_is_answered(self, hall: Hall, forms: Forms, form: str) -> None:
        address, fields = forms[form]
        client = browser(hall, form)

        found = faults(
            (
                f"{field}: {value}",
                partial(client.post, address, {**fields, field: value}),
            )
            for field in fields
            for value in SHARP
        )

        assert found == []

    def test_of_damaged_bytes_is_answered(self, hall: Hall, forms: Forms, form: str) -> None:
        address, fields = forms[form]
        client = browser(hall, form)
        names = [quote(name) for name in fields]
        bodies = [
            *("&".join(f"{name}={value}" for name in names) for value in BYTES),
            "&".join(f"{name}[]=1" for name in names),
            "&".join(f"{name}=1&{name}=2&{name}=3" for name in names),
            "&".join(names),
            "a" * 100_000,
        ]

        found = faults(
            (
                body,
                lambda body=body: client.post(  # type: ignore[misc]
                    address, body, content_type="application/x-www-form-urlencoded"
                ),
            )
            for body in bodies
        )

        assert found == []

    def test_called_something_else_is_answered(self, hall: Hall, forms: Forms, form: str) -> None:
        address, _fields = forms[form]
        client = browser(hall, form)
        part = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\n"

        found = faults(
            (
                f"{content_type} {body}",
                lambda body=body, content_type=content_type: client.post(  # type: ignore[misc]
                    address, body, content_type=content_type
                ),
            )
            for content_type in (
                "application/json",
                "",
                "multipart/form-data",
                "multipart/form-data; boundary=x",
            )
            for body in ("{}", part)
        )

        assert found == []

    def test_of_ten_thousand_and_one_fields_is_not_read(self, hall: Hall, forms: Forms, form: str) -> None:
        address, _fields = forms[form]

        answer = browser(hall, form).post(address, {f"field{number}": "" for number in range(10_001)})

        # The one without any field of its own has no reason to read them.
        assert answer.status_code == (302 if form == "print" else 400)


class TestMoney:
    def test_is_taken_in_whole_fen_or_not_at_all(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        for value in VALUES[VALUES.index("１２") :]:
            client.post("/counter/", form_for(hall, amount_1=value))

        assert [str(payment.tendered) for payment in Payment.objects.all()] == []


ODD = [
    *SHARP,
    "",
    " ",
    "王\u202e",
    "\ufffd",
    "1_000",
    "2025-13-45",
    "../../etc/passwd",
    "' OR 1=1 --",
    "%",
    "<script>",
]
ASKED = [
    "/counter/?q={}", "/counter/?account={}", "/counter/?taken={}", "/counter/results/?q={}", "/accounts/?q={}",
    "/accounts/?service={0}&district={0}&state={0}&page={0}", "/api/v1/accounts/?q={}", "/counter/accounts/{}/",
    "/counter/payments/{}/", "/counter/receipts/{}/", "/counter/shifts/{}/", "/bills/{}/", "/accounts/{}/",
    "/api/v1/accounts/{}/due/", "/api/v1/payments/{}/", "/sign-in/?next={}", "/counter/receipts/x/?paper={}", "/{}",
]  # fmt: skip


class TestAnAddress:
    @pytest.mark.parametrize("address", ASKED)
    def test_with_rubbish_in_it_is_answered(self, hall: Hall, address: str) -> None:
        client = signed_in(hall.cashier)
        before = books()

        found = faults(
            (value, lambda value=value: client.get(address.format(value)))  # type: ignore[misc]
            for value in [*(quote(value) for value in ODD), *BYTES]
        )

        assert found == []
        assert books() == before
