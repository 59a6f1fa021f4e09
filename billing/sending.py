"""Messages out of the house: what a worker does with a gateway, between one transaction and the next."""

import datetime
import logging
from collections import Counter
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from billing.business_date import business_date_of
from billing.models import Message
from billing.services.arrears.message_reports import record_report
from billing.services.arrears.sending import (
    claim_message,
    doubt_old_claims,
    put_step_on_its_way,
    record_refused,
    record_sent,
    record_unsure,
    release_claim,
)
from billing.sms.gateway import (
    Gateway,
    GatewayDown,
    GatewayRefused,
    GatewayUnsure,
    Outgoing,
)

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime.datetime]
# A gateway that cannot say today will not tomorrow either: after that a person decides.
ASKED_FOR = datetime.timedelta(days=3)
ASKED_AT_ONCE = 500


def send_messages(gateway: Gateway, *, worker: str, clock: Clock = timezone.now) -> Counter[str]:
    """Send what waits, one after the other, until nothing does; count what became of them.

    As many workers as there are may do this at once, and each may die at any line.
    """
    became: Counter[str] = Counter()
    last = 0
    while message := claim_message(after=last, worker=worker, at=clock()):
        last = message.pk
        if message.state == Message.State.CANCELLED:
            became["CANCELLED"] += 1
            continue
        outcome = _send(gateway, message, clock)
        became[outcome] += 1
        if outcome == "QUEUED":
            # Nobody is there: the others would only queue up for the same silence.
            break
    return became


def _send(gateway: Gateway, message: Message, clock: Clock) -> str:
    outgoing = Outgoing(
        message.dedupe_key, message.phone, message.text, message.template, dict(message.fields)
    )
    try:
        gateway_id = gateway.send(outgoing)
    except GatewayDown as error:
        logger.warning("message %s: %s", message.pk, error)
        release_claim(message)
        return "QUEUED"
    except GatewayRefused as error:
        record_refused(message, error=str(error))
        return "FAILED"
    except Exception as error:
        # Whatever broke, broke after the message may have left.
        if not isinstance(error, GatewayUnsure):
            logger.exception("message %s: the gateway broke", message.pk)
        record_unsure(message, error=f"{type(error).__name__}: {error}")
        return "UNSURE"
    record_sent(message, gateway_id=gateway_id, at=clock())
    _follow(message)
    return "SENT"


def _follow(message: Message) -> None:
    """The message is sent and written down: a step that somebody else holds does not undo that."""
    try:
        put_step_on_its_way(message)
    except Exception:
        if not connection.is_usable():
            raise
        logger.exception("message %s was sent, its step could not be marked", message.pk)


def ask_after(gateway: Gateway, *, clock: Clock = timezone.now) -> Counter[str]:
    """Ask the gateway for messages nobody is sure of, and for those that no report has come for."""
    became: Counter[str] = Counter()
    now = clock()
    became["DOUBTED"] = doubt_old_claims(at=now)
    open_ones = (
        Message.objects.filter(
            state__in=[Message.State.UNSURE, Message.State.SENT],
            claimed_at__gte=now - ASKED_FOR,
        )
        # The unsure ones first: they wait for a word. Then the latest.
        .order_by("-state", "-id")[:ASKED_AT_ONCE]
    )
    for message in open_ones:
        assert message.claimed_at is not None
        finding = gateway.look_up(
            key=message.dedupe_key, phone=message.phone, sent_on=business_date_of(message.claimed_at)
        )
        after = record_report(message.pk, finding, at=clock())
        if after.state != message.state:
            became[after.state] += 1
    return became
