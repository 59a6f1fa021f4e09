"""Short messages through Alibaba Cloud (dysmsapi, version 2017-05-25): SendSms and QuerySendDetails."""

import datetime
import hashlib
import json
import secrets
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from billing.sms.gateway import (
    Fate,
    Finding,
    Gateway,
    GatewayDown,
    GatewayError,
    GatewayRefused,
    GatewayUnsure,
    Outgoing,
)
from billing.sms.signature import authorization, canonical_query

VERSION = "2017-05-25"
# Seconds for reaching the gateway, and for its answer.
PATIENCE = 5
LARGEST_ANSWER = 65_536
ON_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}
FATES = {1: Fate.TAKEN, 2: Fate.NOT_DELIVERED, 3: Fate.DELIVERED}
# Its own trouble: the message may have gone out before it.
ITS_OWN_TROUBLE = ("isp.", "InternalError", "ServiceUnavailable", "SystemError")


class AliyunGateway(Gateway):
    """Signs each request; asks for a message by the key that was sent with it (OutId)."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        address = urlsplit(settings.SMS_ENDPOINT)
        if not address.hostname or (address.scheme != "https" and address.hostname not in ON_THIS_MACHINE):
            raise ImproperlyConfigured("SMS_ENDPOINT must be an https address.")
        self.host, self.is_safe, self.patience = address.netloc, address.scheme == "https", patience

    def send(self, message: Outgoing) -> str:
        if message.template not in settings.SMS_TEMPLATES:
            raise GatewayRefused(f"SMS_TEMPLATES names no template of the provider for {message.template}.")
        answer = self._ask(
            "SendSms",
            {
                "PhoneNumbers": message.phone,
                "SignName": settings.SMS_SIGN_NAME,
                "TemplateCode": settings.SMS_TEMPLATES[message.template],
                "TemplateParam": json.dumps(dict(message.fields), ensure_ascii=False),
                "OutId": message.key,
            },
        )
        return str(answer.get("BizId", ""))

    def look_up(self, *, key: str, phone: str, sent_on: datetime.date) -> Finding:
        """Find the message among those of the day. One that is not there yet may still come: it cannot say."""
        try:
            answer = self._ask(
                "QuerySendDetails",
                {
                    "PhoneNumber": phone,
                    "SendDate": f"{sent_on:%Y%m%d}",
                    "PageSize": "50",
                    "CurrentPage": "1",
                },
            )
        except GatewayError as silence:
            return Finding(Fate.UNKNOWN, error=str(silence))
        for detail in _details(answer):
            if detail.get("OutId") == key:
                fate = FATES.get(detail.get("SendStatus", 0), Fate.UNKNOWN)
                error = str(detail.get("ErrCode", "")) if fate is Fate.NOT_DELIVERED else ""
                return Finding(fate, str(detail.get("BizId", "")), error)
        return Finding(Fate.UNKNOWN)

    def _ask(self, action: str, parameters: dict[str, str]) -> dict[str, Any]:
        query = canonical_query(parameters)
        headers = {
            "host": self.host,
            "x-acs-action": action,
            "x-acs-version": VERSION,
            "x-acs-date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        }
        signed = authorization(
            method="POST",
            query=query,
            headers=headers,
            body=b"",
            key_id=settings.SMS_KEY_ID,
            secret=settings.SMS_SECRET,
        )
        kind = HTTPSConnection if self.is_safe else HTTPConnection
        line = kind(self.host, timeout=self.patience)
        try:
            line.connect()
        except OSError as error:
            raise GatewayDown(f"{type(error).__name__}: not reached") from error
        try:
            line.request("POST", f"/?{query}", body=b"", headers={**headers, "Authorization": signed})
            answer = line.getresponse()
            status, body = answer.status, answer.read(LARGEST_ANSWER)
        except (OSError, HTTPException) as error:
            raise GatewayUnsure(f"{type(error).__name__}: no answer") from error
        finally:
            line.close()
        return _read(status, body)


def _read(status: int, body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
        code = str(answer["Code"])
    except (ValueError, KeyError, TypeError) as error:
        raise GatewayUnsure(f"An answer that nobody can read, status {status}.") from error
    if code == "OK" and status == 200:
        return dict(answer)
    # What it says of itself is no word about the message.
    if status >= 500 or code == "OK" or code.startswith(ITS_OWN_TROUBLE):
        raise GatewayUnsure(f"{code}, status {status}")
    raise GatewayRefused(f"{code}: {answer.get('Message', '')}"[:200])


def _details(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found = answer.get("SmsSendDetailDTOs")
    rows = found.get("SmsSendDetailDTO") if isinstance(found, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
