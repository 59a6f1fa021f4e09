"""A message on its way: claimed in one transaction, sent outside of any, recorded in the next (reliability.md 23).

Whoever dies between claiming and recording leaves a claim that grows old and becomes UNSURE: the message may have
been sent or not, and nobody sends it again before the gateway or a person has said that it was not.
"""

import datetime
import logging

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Account
from billing.business_date import business_date_of
from billing.models import CaseStep, Message
from billing.queries.arrears.reminders import Reminder, reminders_of
from billing.services.arrears.notices import notice_called
from billing.services.arrears.queueing import words_for
from billing.services.refusals import ArrearsRefused

logger = logging.getLogger(__name__)

State = Message.State
# A worker that lives has recorded what it sent long before: the gateway waits seconds.
CLAIM_LASTS = datetime.timedelta(minutes=5)
LONGEST_ERROR = 200

# An account that a payment holds is passed over and not waited for: whoever holds it may be about to pay, and
# waiting for an account with a message in hand is the wrong way round.
_NEXT = """
    SELECT message.id FROM billing_message AS message
    JOIN accounts_account AS account ON account.id = message.account_id
    WHERE message.state = 'QUEUED' AND message.id > %s ORDER BY message.id LIMIT 1
    FOR UPDATE OF message SKIP LOCKED
    FOR NO KEY UPDATE OF account SKIP LOCKED
"""


def is_sending_hour(at: datetime.datetime) -> bool:
    """Whether a message may leave now: nobody is woken."""
    return bool(settings.SMS_FIRST_HOUR <= timezone.localtime(at).hour < settings.SMS_LAST_HOUR)


@transaction.atomic
def claim_message(*, after: int, worker: str, at: datetime.datetime) -> Message | None:
    """Take the next message after that key: CLAIMED with the words of this moment, or CANCELLED if nobody needs it.

    None: there is no other, or it is not the hour.
    """
    if not is_sending_hour(at):
        return None
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [after])
        found = cursor.fetchone()
    if found is None:
        return None
    # Read in a new statement: what the account owes now, while nobody can pay.
    message = Message.objects.select_related("step").get(pk=found[0])
    reminder = reminders_of([message.account_id], business_date_of(at))[message.account_id]
    if why := _why_not(message, reminder):
        message.state, message.error = State.CANCELLED, why
        message.save(update_fields=["state", "error"])
        return message
    try:
        message.text, message.fields = words_for(reminder, notice_called(message.template))
    except ArrearsRefused as refusal:
        # One text with a gap does not stop the others.
        message.state, message.error = State.CANCELLED, str(refusal.code)
        message.save(update_fields=["state", "error"])
        return message
    message.state, message.claimed_at, message.claimed_by = State.CLAIMED, at, worker
    message.save(update_fields=["state", "claimed_at", "claimed_by", "text", "fields"])
    return message


def _why_not(message: Message, reminder: Reminder) -> str:
    """Why this message is not needed any more: what may have changed since it was written."""
    if message.step is not None and message.step.state not in (CaseStep.State.DUE, CaseStep.State.SENT):
        return "STEP_OVER"
    if why := reminder.why_no_sms:
        return why
    contact = reminder.contact
    # Another number or another customer: what was written is not for them.
    return "" if contact is not None and contact.phone == message.phone else "NO_NUMBER"


@transaction.atomic
def record_sent(message: Message, *, gateway_id: str, at: datetime.datetime) -> bool:
    """The gateway has taken it. Whether the row was still waiting to hear so."""
    return _settle(message, state=State.SENT, sent_at=at, gateway_id=gateway_id[:80], error="")


@transaction.atomic
def record_refused(message: Message, *, error: str) -> bool:
    """The gateway will not send it; the step goes on to the list of calls."""
    return _settle(message, state=State.FAILED, error=error[:LONGEST_ERROR])


@transaction.atomic
def record_unsure(message: Message, *, error: str) -> bool:
    """It left, and nobody knows whether it arrived."""
    return _settle(message, state=State.UNSURE, error=error[:LONGEST_ERROR])


@transaction.atomic
def release_claim(message: Message) -> bool:
    """It has certainly not left: whoever comes next may send it."""
    return _settle(message, state=State.QUEUED, claimed_at=None, claimed_by="")


def _settle(message: Message, **changes: object) -> bool:
    # Only the claim that sent it is settled: by now a person may have decided, and somebody else have claimed.
    rows = Message.objects.filter(
        pk=message.pk,
        state__in=[State.CLAIMED, State.UNSURE],
        claimed_by=message.claimed_by,
        claimed_at=message.claimed_at,
    ).update(**changes)
    if not rows:
        logger.warning("message %s: settled by somebody else meanwhile", message.pk)
    return bool(rows)


@transaction.atomic
def put_step_on_its_way(message: Message) -> None:
    """The step of a message that was sent is on its way."""
    if message.step_id is not None:
        Account.objects.select_for_update(no_key=True).get(pk=message.account_id)
        CaseStep.objects.filter(pk=message.step_id, state=CaseStep.State.DUE).update(
            state=CaseStep.State.SENT
        )


@transaction.atomic
def doubt_old_claims(*, at: datetime.datetime) -> int:
    """Messages whose worker never came back are unsure from now on; return how many."""
    old = Message.objects.select_for_update(skip_locked=True).filter(
        state=State.CLAIMED, claimed_at__lt=at - CLAIM_LASTS
    )
    keys = list(old.values_list("pk", flat=True))
    return Message.objects.filter(pk__in=keys, state=State.CLAIMED).update(
        state=State.UNSURE, error="WORKER_GONE"
    )
