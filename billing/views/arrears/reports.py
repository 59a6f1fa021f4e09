"""Where the gateway tells what became of messages. It has no sign-in; the address ends in a word only it knows."""

import datetime
import json
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.models import Message
from billing.services.arrears.contacts import PHONE, opt_out
from billing.services.arrears.message_reports import record_report
from billing.sms.gateway import Fate, Finding

MOST_REPORTS = 1000
NO_MORE = {"T", "TD", "退订"}


@login_not_required
@csrf_exempt
@require_POST
@never_cache
def sms_reports(request: HttpRequest, token: str) -> JsonResponse:
    """Take what the provider sends: delivery reports (out_id, success, biz_id, err_code) and replies (phone_number, content)."""
    if not settings.SMS_REPORT_TOKEN or not constant_time_compare(token, settings.SMS_REPORT_TOKEN):
        raise Http404
    rows = _rows(request.body)
    if rows is None:
        return JsonResponse({"code": 1, "msg": "a list of reports is expected"}, status=400)
    now = timezone.now()
    _take_replies([row for row in rows if "content" in row], now)
    _take_reports([_report(row) for row in rows if "content" not in row], now)
    return JsonResponse({"code": 0, "msg": "ok"})


def _take_reports(reports: list[tuple[str, Finding]], now: datetime.datetime) -> None:
    sent = Message.objects.filter(dedupe_key__in=[key for key, _finding in reports])
    keys = dict(sent.values_list("dedupe_key", "pk"))
    for key, finding in reports:
        # A report on a message that we never wrote is none of ours; the others must not wait for it.
        if key in keys:
            record_report(keys[key], finding, at=now)


def _take_replies(replies: list[dict[str, Any]], now: datetime.datetime) -> None:
    """退订回T: whoever answers so gets no more messages."""
    for reply in replies:
        phone = _word(reply, "phone_number").strip()
        if _word(reply, "content").strip().upper() in NO_MORE and PHONE.fullmatch(phone):
            opt_out(phone, source=_word(reply, "content").strip(), by=None, at=now)


def _rows(body: bytes) -> list[dict[str, Any]] | None:
    try:
        rows = json.loads(body)
    except ValueError:
        return None
    if not isinstance(rows, list) or len(rows) > MOST_REPORTS:
        return None
    return rows if all(isinstance(row, dict) for row in rows) else None


def _report(row: dict[str, Any]) -> tuple[str, Finding]:
    fate = Fate.DELIVERED if row.get("success") is True else Fate.NOT_DELIVERED
    error = "" if fate is Fate.DELIVERED else _word(row, "err_code")
    return _word(row, "out_id"), Finding(fate, _word(row, "biz_id"), error)


def _word(row: dict[str, Any], name: str) -> str:
    # PostgreSQL keeps no NUL.
    return str(row.get(name, "")).replace("\x00", "")
