"""Where the gateway tells what became of messages. It has no sign-in; the address ends in a word only it knows."""

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
from billing.services.arrears.message_reports import record_report
from billing.sms.gateway import Fate, Finding

MOST_REPORTS = 1000


@login_not_required
@csrf_exempt
@require_POST
@never_cache
def sms_reports(request: HttpRequest, token: str) -> JsonResponse:
    """Take delivery reports as the provider sends them: a list of out_id, success, biz_id, err_code."""
    if not settings.SMS_REPORT_TOKEN or not constant_time_compare(token, settings.SMS_REPORT_TOKEN):
        raise Http404
    reports = _reports(request.body)
    if reports is None:
        return JsonResponse({"code": 1, "msg": "a list of reports is expected"}, status=400)
    keys = dict(
        Message.objects.filter(dedupe_key__in=[key for key, _finding in reports]).values_list(
            "dedupe_key", "pk"
        )
    )
    now = timezone.now()
    for key, finding in reports:
        # A report on a message that we never wrote is none of ours; the others must not wait for it.
        if key in keys:
            record_report(keys[key], finding, at=now)
    return JsonResponse({"code": 0, "msg": "ok"})


def _reports(body: bytes) -> list[tuple[str, Finding]] | None:
    try:
        rows = json.loads(body)
    except ValueError:
        return None
    if not isinstance(rows, list) or len(rows) > MOST_REPORTS:
        return None
    found = [_report(row) for row in rows if isinstance(row, dict)]
    return found if len(found) == len(rows) else None


def _report(row: dict[str, Any]) -> tuple[str, Finding]:
    fate = Fate.DELIVERED if row.get("success") is True else Fate.NOT_DELIVERED
    error = "" if fate is Fate.DELIVERED else _word(row, "err_code")
    return _word(row, "out_id"), Finding(fate, _word(row, "biz_id"), error)


def _word(row: dict[str, Any], name: str) -> str:
    # PostgreSQL keeps no NUL.
    return str(row.get(name, "")).replace("\x00", "")
