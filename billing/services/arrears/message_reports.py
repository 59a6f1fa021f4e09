"""What the gateway says later: a telephone has the message, or has not, or the message never left."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.models import CaseStep, DeliveryProof, Message
from billing.services.arrears.deliveries import deliver_step
from billing.services.arrears.queueing import AGAIN
from billing.services.arrears.sending import LONGEST_ERROR
from billing.services.refusals import ArrearsRefused
from billing.sms.gateway import Fate, Finding

State = Message.State
# A report may come before the sender has written down that it sent, and for one that nobody was sure of.
OPEN_TO_REPORTS = (State.CLAIMED, State.UNSURE, State.SENT)


@transaction.atomic
def record_report(message_id: int, finding: Finding, *, at: datetime.datetime) -> Message:
    """Write down what a gateway knows of a message. A report that comes twice changes nothing the second time.

    Delivered proves the step of a case; not delivered puts it back to be done, by telephone.
    """
    message = _locked(message_id)
    if message.state not in OPEN_TO_REPORTS:
        return message
    message.gateway_id = finding.gateway_id[:80] or message.gateway_id
    if finding.fate is Fate.DELIVERED:
        message.state, message.reported_at = State.DELIVERED, at
        message.sent_at = message.sent_at or message.claimed_at
    elif finding.fate is Fate.NOT_DELIVERED:
        message.state, message.reported_at = State.FAILED, at
        message.error = finding.error[:LONGEST_ERROR]
    elif finding.fate is Fate.TAKEN:
        message.state, message.sent_at = State.SENT, message.sent_at or message.claimed_at
        message.error = ""
    elif finding.fate is Fate.NEVER_ARRIVED and message.state == State.UNSURE:
        # Only a gateway that is certain says so: the claim is given back.
        message.state, message.claimed_at, message.claimed_by = State.QUEUED, None, ""
        message.error = ""
    else:
        return message
    message.save()
    _move_step(message, at)
    return message


@transaction.atomic
def decide_unsure(message_id: int, *, was_sent: bool, decided_by: Staff, at: datetime.datetime) -> Message:
    """Say what became of a message nobody was sure of. One that was not sent is written anew, under the next key.

    Codes: unknown_message, not_unsure.
    """
    message = _locked(message_id)
    if not decided_by.sees_branch(message.account.branch_id):
        raise ArrearsRefused(_("There is no such message here."), code="unknown_message")
    if message.state != State.UNSURE:
        raise ArrearsRefused(
            _("This message is not unsure any more: %(state)s."),
            code="not_unsure",
            params={"state": message.get_state_display()},
        )
    message.decided_by = decided_by
    if was_sent:
        message.state, message.sent_at = State.SENT, message.claimed_at
    else:
        message.state, message.error = State.FAILED, "NOT_SENT"
    message.save()
    if was_sent:
        _move_step(message, at)
    else:
        _write_anew(message, at)
    record_audit(
        actor=decided_by,
        action="arrears.decide_unsure",
        on=message,
        at=at,
        details={"was_sent": was_sent},
    )
    return message


def _locked(message_id: int) -> Message:
    """The account first, as everywhere."""
    account_id = Message.objects.values_list("account_id", flat=True).get(pk=message_id)
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    message.account = account
    return message


def _move_step(message: Message, at: datetime.datetime) -> None:
    if message.step_id is None:
        return
    step = CaseStep.objects.select_related("case").get(pk=message.step_id)
    if step.state not in (CaseStep.State.DUE, CaseStep.State.SENT):
        return
    if message.state == State.DELIVERED and step.position == step.case.level + 1:
        deliver_step(
            step.pk,
            kind=DeliveryProof.Kind.SMS_REPORT,
            reference=message.gateway_id or message.dedupe_key,
            at=at,
            by=None,
        )
        return
    step.state = CaseStep.State.SENT if message.state in (State.SENT, State.DELIVERED) else CaseStep.State.DUE
    step.save(update_fields=["state"])


def _write_anew(message: Message, at: datetime.datetime) -> None:
    earlier, _again, number = message.dedupe_key.partition(AGAIN)
    Message.objects.create(
        account=message.account,
        step_id=message.step_id,
        mailing_id=message.mailing_id,
        contact_id=message.contact_id,
        phone=message.phone,
        template=message.template,
        text=message.text,
        fields=message.fields,
        dedupe_key=f"{earlier}{AGAIN}{int(number or 1) + 1}",
        queued_at=at,
    )
