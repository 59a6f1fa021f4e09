"""What no clerk types but a broken script, a broken line or an attacker sends: refused, and nothing is written."""

import json
from typing import Any

import pytest

from tests.hall import Hall, body_for, books, post_json, signed_in

pytestmark = pytest.mark.django_db

TAKE, PREVIEW = "/api/v1/payments/", "/api/v1/payments/preview/"

# Written into the body as they stand, for Python would not write most of them.
NOT_AMOUNTS = [
    "200", "200.00", "NaN", "Infinity", "-Infinity", "1e3", "1e999999", "true", "null", "[1]", "{}", '""', '" "',
    '"NaN"', '"sNaN"', '"Infinity"', '"1e3"', '"1E3"', '"+5"', '"-1"', '"-0.01"', '"1_000"', '"1,000.00"',
    '"１２"', '"１２.00"', '"٣"', '"12.005"', '"0.001"', '"9999999999999"', '".5"', '"5."', '"0x10"', '"12 "',
    '"12\\n"', '"12\\u0000"', '"12\\u200b"', '"¥12"', '"abc"', '"1/3"', f'"{"9" * 4300}"', "9" * 4300,
    f'"1{"0" * 100_000}"', f'"0.{"0" * 100_000}1"',
]  # fmt: skip


class TestAnAmount:
    @pytest.mark.parametrize("address", [TAKE, PREVIEW])
    def test_is_a_string_of_digits_with_at_most_two_decimals(self, hall: Hall, address: str) -> None:
        client = signed_in(hall.cashier)
        body = json.dumps(body_for(hall, tenders=[{"method": "CASH", "amount": "AMOUNT"}]))
        before = books()

        answers = {
            written[:20]: post_json(client, address, body.replace('"AMOUNT"', written))
            for written in NOT_AMOUNTS
        }

        assert {written for written, answer in answers.items() if answer.status_code != 400} == set()
        assert all(answer.json()["code"] == "malformed" for answer in answers.values())
        assert books() == before


# Always the same, so that parallel workers agree on the names of the tests.
KEY = "3f0e8a51-7c0b-4e21-9f5d-2b6c1a9d4e77"


def _any(*values: Any) -> tuple[Any, ...]:
    return values


WRONG_FIELDS: list[dict[str, Any]] = [
    *({"request_id": value} for value in _any(
        None, "", "abc", 5, True, [], {}, KEY[:-1], KEY * 8, f"{{{KEY}}}", KEY.replace("-", ""),
        f"{KEY}\x00", "１" * 32, f" {KEY}",
    )),
    *({"account_no": value} for value in _any(
        None, "", " ", 100, 1.5, True, [], {}, "1" * 21, "0100\x00", "0100\u202e", "\u200b", "a\nb",
    )),
    *({"bills": value} for value in _any(
        None, "", "1", 1, True, {}, {"0": 1}, [None], ["1"], [1.0], [1.5], [True], [[1]], [{}], [0], [-1],
        [2**63], [10**4299], list(range(1, 202)),
    )),
    *({"tenders": value} for value in _any(
        None, "", 1, True, {}, {"method": "CASH"}, [None], [1], ["CASH"], [[]], [{}], [{"method": "CASH"}],
        [{"amount": "1.00"}], [{"method": "CASH", "amount": "0.01"}] * 7,
    )),
    *({"tenders": [{"method": value, "amount": "1.00"}]} for value in _any(
        None, "", "cash", "BITCOIN", "PREPAID", "BANK", "OPENING", 1, True, [], ["CASH"], {}, "CASH\x00",
    )),
    *({"tenders": [{"method": "POS", "amount": "1.00", "reference": value}]} for value in _any(
        None, 1, True, [], {}, "1" * 65, "a\x00b", "a\nb", "a\u202eb", "\u200b",
    )),
    *({"keep_change_as_credit": value} for value in _any(None, "", "true", "yes", 1, 0, [], {})),
]  # fmt: skip


class TestAField:
    @pytest.mark.parametrize("address", [TAKE, PREVIEW])
    def test_of_a_wrong_kind_is_refused(self, hall: Hall, address: str) -> None:
        client = signed_in(hall.cashier)
        before = books()

        answers = {
            json.dumps(field)[:80]: post_json(client, address, body_for(hall, **field)).status_code
            for field in WRONG_FIELDS
        }

        assert {field: status for field, status in answers.items() if status != 400} == {}
        assert books() == before

    @pytest.mark.parametrize("missing", ["request_id", "account_no", "bills", "tenders"])
    def test_that_is_missing_is_refused(self, hall: Hall, missing: str) -> None:
        body = {name: value for name, value in body_for(hall).items() if name != missing}

        answer = post_json(signed_in(hall.cashier), TAKE, body)

        assert (answer.status_code, list(answer.json()["fields"])) == (400, [missing])

    def test_nobody_asked_for_changes_nothing(self, hall: Hall) -> None:
        extra = {
            "amount_paid": "0.01", "allocated": "9999.00", "taken_by": hall.stranger.pk, "branch": 99, "id": 1,
            "shift": 99, "state": "PAID", "is_staff": True, "business_date": "2000-01-01", "__proto__": {"a": 1},
        }  # fmt: skip

        answer = post_json(signed_in(hall.cashier), TAKE, body_for(hall, **extra))

        assert (answer.status_code, answer.json()["allocated"]) == (201, "104.00")
        assert answer.json()["business_date"] == "2026-11-23"


def _twice(body: dict[str, Any], key: str, second: str) -> str:
    return json.dumps(body).replace(f'"{key}":', f'"{key}": {second}, "{key}":', 1)


BODIES = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"text"',
    "a number": b"1",
    "cut short": b'{"request_id": "',
    "two objects": b"{}{}",
    "a comma too many": b'{"bills": [1,]}',
    "single quotes": b"{'bills': []}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "no UTF-8": b'{"account_no": "\xff\xfe"}',
    "UTF-16": '{"account_no": "1"}'.encode("utf-16"),
    "GB18030": '{"account_no": "王"}'.encode("gb18030"),
    "a raw NUL": b'{"account_no": "\x00"}',
    "a raw line break": b'{"account_no": "a\nb"}',
    "100,000 lists": b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "closed depth": b"[" * 100_000 + b"]" * 100_000,
    "a megabyte of text": b'{"account_no": "' + b"1" * 1_000_000 + b'"}',
    "a megabyte of zeros": b"\x00" * 1_000_000,
    "a key of a megabyte": b'{"' + b"k" * 1_000_000 + b'": 1}',
    "a form": b"request_id=1&account_no=2",
}


class TestABody:
    @pytest.mark.parametrize("address", [TAKE, PREVIEW])
    def test_that_is_not_one_object_is_refused(self, hall: Hall, address: str) -> None:
        client = signed_in(hall.cashier)
        before = books()

        answers = {kind: post_json(client, address, body) for kind, body in BODIES.items()}

        assert {kind for kind, answer in answers.items() if answer.status_code != 400} == set()
        assert all(set(answer.json()) <= {"code", "detail", "fields"} for answer in answers.values())
        assert books() == before

    @pytest.mark.parametrize(
        ("key", "second"),
        [("request_id", f'"{KEY}"'), ("account_no", '"0199999999"'), ("bills", "[]"), ("tenders", "[]")],
    )
    def test_with_a_key_given_twice_is_refused(self, hall: Hall, key: str, second: str) -> None:
        before = books()

        answer = post_json(signed_in(hall.cashier), TAKE, _twice(body_for(hall), key, second))

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
        assert books() == before

    def test_with_half_of_a_character_is_refused(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)
        before = books()
        statuses = {}

        for field in ("request_id", "account_no", "method", "reference"):
            body = body_for(hall, tenders=[{"method": "POS", "amount": "104.00", "reference": "1"}])
            (body if field in body else body["tenders"][0])[field] = "HALF"
            for half in (r"\ud800", r"\udc00", r"\udc00\ud800", r"\ud83d"):
                raw = json.dumps(body).replace("HALF", half)
                statuses[field, half] = post_json(client, TAKE, raw).status_code

        assert set(statuses.values()) == {400}
        assert books() == before

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/xml",
            "application/jsonp", "é", "", "a" * 5000, "application/json\x00",
        ],
    )  # fmt: skip
    def test_that_is_not_called_json_is_refused(self, hall: Hall, content_type: str) -> None:
        before = books()

        answer = signed_in(hall.cashier).post(TAKE, json.dumps(body_for(hall)), content_type=content_type)

        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
        assert books() == before

    def test_of_ten_thousand_and_one_form_fields_is_refused(self, hall: Hall) -> None:
        client = signed_in(hall.cashier, enforce_csrf_checks=True)

        answer = client.post(TAKE, {f"field{number}": "1" for number in range(10_001)})

        assert answer.status_code in (400, 403)


class TestAnAddress:
    @pytest.mark.parametrize(
        "account_no",
        ["%00", "0100%00", "%ff", "%ED%A0%80", "%F0%9F%98%80", "%E2%80%AE", "1" * 5000, "..", "%2e%2e%2f"],
    )
    def test_of_no_account_is_not_found(self, hall: Hall, account_no: str) -> None:
        assert signed_in(hall.cashier).get(f"/api/v1/accounts/{account_no}/due/").status_code == 404

    @pytest.mark.parametrize(
        "request_id", ["abc", "%00", "1", "%7B%7D", "0" * 32, "00000000-0000-0000-0000-00000000000G"]
    )
    def test_of_no_request_is_not_found(self, hall: Hall, request_id: str) -> None:
        client = signed_in(hall.cashier)

        assert client.get(f"/api/v1/payments/{request_id}/").status_code == 404
        assert post_json(client, f"/api/v1/payments/{request_id}/void/", {}).status_code == 404

    @pytest.mark.parametrize(
        ("address", "query"),
        [
            ("/api/v1/accounts/", "q=%00"), ("/api/v1/accounts/", "q=%ff%fe"), ("/api/v1/accounts/", "q=" + "9" * 5000),
            ("/api/v1/accounts/", "q=%ED%A0%80"), ("/api/v1/accounts/", "q=1&q=2"), ("/api/v1/accounts/", "q[]=1"),
            ("/api/v1/accounts/", "q=%25%27%22%5C%3B--"), ("/api/v1/accounts/", "&" * 900),
            ("/api/v1/accounts/", "q=%E2%80%AE%E2%80%8B"), ("/api/v1/accounts/", "q=%F0%A0%AE%B7"),
        ],
    )  # fmt: skip
    def test_with_a_strange_query_is_answered(self, hall: Hall, address: str, query: str) -> None:
        assert signed_in(hall.cashier).get(f"{address}?{query}").status_code in (200, 400)
