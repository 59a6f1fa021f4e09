"""The provider's interface, against a server that checks signatures and misbehaves in the ways networks do."""

import datetime
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from billing.sms import open_gateway
from billing.sms.aliyun import AliyunGateway
from billing.sms.gateway import Fate, GatewayDown, GatewayRefused, GatewayUnsure, Outgoing

SECRET = "secret of the test"
MESSAGE = Outgoing("step:7", "13800001234", "请缴费", "arrears_sms", {"name": "王淑英", "amount": "100.00"})
DAY = datetime.date(2026, 11, 23)
Answer = Callable[[BaseHTTPRequestHandler], None]


def says(body: Any, status: int = 200) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    return answer


def hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.6)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.close()


class Provider:
    """A fake of the provider. It refuses a request whose signature it cannot make itself."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.actions: list[str] = []
        self.answer: Answer = says({"Code": "OK", "BizId": "900^0"})
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                if not _is_signed(self):
                    says({"Code": "SignatureDoesNotMatch", "Message": "no"}, 400)(self)
                    return
                provider.asked.append(dict(parse_qsl(urlsplit(self.path).query)))
                provider.actions.append(self.headers["x-acs-action"])
                provider.answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


def _is_signed(handler: BaseHTTPRequestHandler) -> bool:
    """Compute the signature anew from what arrived, by the provider's description of ACS3-HMAC-SHA256."""
    scheme, _, rest = handler.headers["Authorization"].partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(","))
    names = parts["SignedHeaders"].split(";")
    pairs = sorted(parse_qsl(urlsplit(handler.path).query, keep_blank_values=True))
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
    headers = "".join(f"{name}:{handler.headers[name].strip()}\n" for name in names)
    body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    digest = hashlib.sha256(body).hexdigest()
    request = f"POST\n/\n{query}\n{headers}\n{parts['SignedHeaders']}\n{digest}"
    wanted = hmac.new(
        SECRET.encode(),
        f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}".encode(),
        hashlib.sha256,
    )
    return (
        scheme == "ACS3-HMAC-SHA256"
        and parts["Credential"] == "key of the test"
        and {"host", "x-acs-action", "x-acs-date", "x-acs-signature-nonce"} <= set(names)
        and digest == handler.headers["x-acs-content-sha256"]
        and hmac.compare_digest(wanted.hexdigest(), parts["Signature"])
    )


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    provider = Provider()
    settings.SMS_GATEWAY = "billing.sms.aliyun.AliyunGateway"
    settings.SMS_ENDPOINT = provider.address
    settings.SMS_KEY_ID, settings.SMS_SECRET = "key of the test", SECRET
    settings.SMS_SIGN_NAME, settings.SMS_TEMPLATES = "暖窗供热", {"arrears_sms": "SMS_1"}
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


class TestSending:
    def test_hands_over_the_fields_under_our_key(self, provider: Provider) -> None:
        gateway = open_gateway()
        assert gateway is not None

        assert gateway.send(MESSAGE) == "900^0"

        (asked,) = provider.asked
        assert provider.actions == ["SendSms"]
        assert (asked["PhoneNumbers"], asked["OutId"], asked["TemplateCode"], asked["SignName"]) == (
            "13800001234",
            "step:7",
            "SMS_1",
            "暖窗供热",
        )
        assert json.loads(asked["TemplateParam"]) == {"name": "王淑英", "amount": "100.00"}

    def test_signs_each_request_with_another_word(self, provider: Provider) -> None:
        AliyunGateway().send(MESSAGE)
        AliyunGateway().send(MESSAGE)

        assert len(provider.asked) == 2

    def test_is_refused_with_a_wrong_secret(self, provider: Provider, settings: Settings) -> None:
        settings.SMS_SECRET = "another"

        with pytest.raises(GatewayRefused, match="SignatureDoesNotMatch"):
            AliyunGateway().send(MESSAGE)

        assert provider.asked == []

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (says({"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "bad"}), GatewayRefused),
            (says({"Code": "isv.BUSINESS_LIMIT_CONTROL"}, 400), GatewayRefused),
            (says({"Code": "isp.SYSTEM_ERROR"}), GatewayUnsure),
            (says({"Code": "InternalError"}, 500), GatewayUnsure),
            (says({"Code": "OK"}, 502), GatewayUnsure),
            (says(b"<html>502</html>", 502), GatewayUnsure),
            (says(b"\xff\x00 garbage"), GatewayUnsure),
            (says(["OK"]), GatewayUnsure),
            (says({}), GatewayUnsure),
            (hang, GatewayUnsure),
            (hang_up, GatewayUnsure),
        ],
    )
    def test_tells_no_from_nobody_knows(
        self, provider: Provider, answer: Answer, error: type[Exception]
    ) -> None:
        provider.answer = answer

        with pytest.raises(error):
            AliyunGateway(patience=0.3).send(MESSAGE)

        # It arrived every time: only an answer that is no lets anybody believe that it did not.
        assert len(provider.asked) == 1

    def test_knows_when_it_has_not_reached_anybody(self, provider: Provider, settings: Settings) -> None:
        provider.server.shutdown()
        provider.server.server_close()

        with pytest.raises(GatewayDown):
            AliyunGateway().send(MESSAGE)

    def test_sends_no_text_that_the_provider_has_not_approved(self, provider: Provider) -> None:
        with pytest.raises(GatewayRefused):
            AliyunGateway().send(Outgoing("k", "13800001234", "", "another_text", {}))

        assert provider.asked == []

    @pytest.mark.parametrize("address", ["http://sms.example.com", "sms.example.com", ""])
    def test_leaves_the_house_over_https_alone(self, settings: Settings, address: str) -> None:
        settings.SMS_ENDPOINT = address

        with pytest.raises(ImproperlyConfigured):
            AliyunGateway()


class TestAskingAfter:
    @pytest.mark.parametrize(
        ("status", "fate"), [(1, Fate.TAKEN), (2, Fate.NOT_DELIVERED), (3, Fate.DELIVERED), (9, Fate.UNKNOWN)]
    )
    def test_finds_the_message_by_our_key(self, provider: Provider, status: int, fate: Fate) -> None:
        rows = [
            {"OutId": "step:8", "SendStatus": 3},
            {"OutId": "step:7", "SendStatus": status, "ErrCode": "MK:0001"},
        ]
        provider.answer = says({"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}})

        found = AliyunGateway().look_up(key="step:7", phone="13800001234", sent_on=DAY)

        assert found.fate is fate
        assert provider.asked[0]["SendDate"] == "20261123"
        assert found.error == ("MK:0001" if fate is Fate.NOT_DELIVERED else "")

    @pytest.mark.parametrize(
        "answer",
        [
            says({"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": []}}),
            says({"Code": "OK"}),
            says({"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": "no"}}),
            says({"Code": "isv.DAY_LIMIT"}, 400),
            says(b"garbage"),
            hang_up,
        ],
    )
    def test_never_takes_silence_for_not_sent(self, provider: Provider, answer: Answer) -> None:
        provider.answer = answer

        found = AliyunGateway().look_up(key="step:7", phone="13800001234", sent_on=DAY)

        assert found.fate is Fate.UNKNOWN
