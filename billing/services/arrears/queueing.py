"""Reminders by SMS as rows. Whoever sends them later looks again whether they are still needed."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from billing.business_date import business_date_of
from billing.models import ArrearsCase, CaseStep, Message, PolicyStep
from billing.queries.arrears.reminders import Reminder, WhyNot, reminders_of
from billing.queries.arrears.unsent import reason_in_words
from billing.services.arrears.notices import LONGEST_TEXT, Notice, notice_called, written
from billing.services.refusals import ArrearsRefused

# Accounts that are read and written together.
SET = 1000
AGAIN = ":again:"
# Nothing was wrong with the number: the step can be written to again.
_TAKEN_BACK = Q(state=Message.State.CANCELLED, error__in=["NO_DEBT", "HELD"])


@transaction.atomic
def queue_step_messages(*, at: datetime) -> int:
    """Write a message for every step by SMS that is to be done and has none; return how many.

    One that was taken back because the ladder was held is written again when the hold is over.
    Running twice at once writes each once: the key of a message is its step.
    """
    steps = list(
        CaseStep.objects.filter(
            state=CaseStep.State.DUE,
            rule__channel=PolicyStep.Channel.SMS,
            case__state=ArrearsCase.State.OPEN,
        )
        .exclude(Exists(Message.objects.filter(step=OuterRef("pk")).exclude(_TAKEN_BACK)))
        .annotate(earlier=Count("messages"))
        .order_by("id")
        .values_list("id", "earlier", "case__account_id", "rule__template")
    )
    made = 0
    for start in range(0, len(steps), SET):
        part = steps[start : start + SET]
        reminders = reminders_of([account for _step, _earlier, account, _text in part], business_date_of(at))
        messages = []
        for step_id, earlier, account_id, template in part:
            key = f"step:{step_id}" + (f"{AGAIN}{earlier + 1}" if earlier else "")
            messages += _step_message(reminders[account_id], template, key, at, step_id)
        made += insert_messages(messages)
    return made


def _step_message(reminder: Reminder, template: str, key: str, at: datetime, step_id: int) -> list[Message]:
    """The message of a step, or the row that says why only a call can do: then it stands on the list of calls."""
    why = reminder.why_no_sms
    if why in (WhyNot.NO_NUMBER, WhyNot.OPTED_OUT):
        return [_unwritten(reminder, template, key, at, step_id, why)]
    if why:
        return []
    try:
        return [message_for(reminder, notice_called(template), key, at, step_id=step_id)]
    except ArrearsRefused as refusal:
        # One text with a gap does not stop the others.
        return [_unwritten(reminder, template, key, at, step_id, str(refusal.code))]


def _unwritten(reminder: Reminder, template: str, key: str, at: datetime, step_id: int, why: str) -> Message:
    return Message(
        account=reminder.account,
        step_id=step_id,
        contact=reminder.contact,
        phone=reminder.contact.phone if reminder.contact else "",
        template=template,
        dedupe_key=key,
        state=Message.State.CANCELLED,
        error=why,
        queued_at=at,
    )


def words_for(reminder: Reminder, notice: Notice) -> tuple[str, dict[str, str]]:
    """The sentence as it leaves, and what it was filled with. Code: missing_field."""
    fields = reminder.fields()
    named = notice.named_fields()
    return written(notice.text, fields)[:LONGEST_TEXT], {name: fields[name] for name in sorted(named)}


def left_out_words(left_out: dict[str, int]) -> list[tuple[str, int]]:
    """The reasons of a mailing as sentences."""
    return [(reason_in_words(code), count) for code, count in left_out.items()]


def message_for(
    reminder: Reminder,
    notice: Notice,
    key: str,
    at: datetime,
    *,
    step_id: int | None = None,
    mailing_id: int | None = None,
) -> Message:
    assert reminder.contact is not None
    text, fields = words_for(reminder, notice)
    return Message(
        account=reminder.account,
        step_id=step_id,
        mailing_id=mailing_id,
        contact=reminder.contact,
        phone=reminder.contact.phone,
        template=notice.code,
        text=text,
        fields=fields,
        dedupe_key=key,
        queued_at=at,
    )


def insert_messages(messages: list[Message]) -> int:
    """Write those whose key is new, and count them. Of two who write the same key at once, the second writes nothing."""
    keys = [message.dedupe_key for message in messages]
    known = set(Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
    new = [message for message in messages if message.dedupe_key not in known]
    Message.objects.bulk_create(new, batch_size=SET, ignore_conflicts=True)
    return len(new)
