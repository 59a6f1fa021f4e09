"""Calls and visits: what the customer said, by one key; numbers that turn out wrong; numbers that want no SMS."""

import datetime
import re
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Contact, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import ArrearsHold, CaseStep, ContactAttempt, DeliveryProof, OptOut
from billing.queries.arrears.holds import holds_of
from billing.services.arrears.deliveries import deliver_step
from billing.services.arrears.holds import place_hold
from billing.services.arrears.promises import promise_payment
from billing.services.locks import lock_request
from billing.services.refusals import ArrearsRefused

Result = ContactAttempt.Result
Kind = ArrearsHold.Kind
# Somebody was on the line and has heard what is owed.
REACHED = (Result.PROMISED, Result.REFUSED, Result.HARDSHIP, Result.DISPUTES)
BY_TELEPHONE = (*REACHED, Result.MOVED, Result.WRONG_NUMBER, Result.NO_ANSWER)
AT_THE_DOOR = (Result.MOVED, Result.REFUSED, Result.NO_ANSWER, Result.DEMOLISHED)
PHONE = re.compile(r"[0-9]{3,4}-?[0-9]{7,8}")


@transaction.atomic
def record_call(
    step_id: int,
    *,
    result: str,
    note: str = "",
    recording: str = "",
    phone: str = "",
    amount: Decimal | None = None,
    due_on: datetime.date | None = None,
    request_id: UUID,
    at: datetime.datetime,
    by: Staff,
) -> ContactAttempt:
    """Write down a call. One that reached somebody and was recorded proves the step; the others are tried again.

    `phone` is the number that was called: a wrong one is marked so, and called no more. A promise is made of
    `amount` by `due_on`; who disputes the bill is held. Asking twice with one request_id writes it once.
    Codes: unknown_step, unknown_result, step_not_waiting, promise_missing, note_missing, and those of
    promise_payment.
    """
    lock_request(request_id)
    if earlier := ContactAttempt.objects.filter(request_id=request_id).first():
        return earlier
    if result == Result.PROMISED and (amount is None or due_on is None):
        raise ArrearsRefused(_("Say how much was promised, and by which day."), code="promise_missing")
    if result == Result.DISPUTES and not note.strip():
        raise ArrearsRefused(_("Say in the note what is disputed."), code="note_missing")
    attempt = _record(
        step_id,
        way=ContactAttempt.Way.CALL,
        allowed=BY_TELEPHONE,
        result=result,
        note=note,
        recording=recording,
        phone=phone,
        request_id=request_id,
        at=at,
        by=by,
    )
    if result == Result.PROMISED:
        assert amount is not None
        assert due_on is not None
        promise_payment(attempt.account_id, amount=amount, due_on=due_on, by=by, at=at, note=attempt.note)
    elif result == Result.DISPUTES and Kind.DISPUTE not in _held(attempt.account_id, at):
        place_hold(attempt.account_id, kind=Kind.DISPUTE, reason=attempt.note, by=by, at=at)
    return attempt


@transaction.atomic
def record_visit(
    step_id: int,
    *,
    result: str,
    note: str = "",
    place: str = "",
    request_id: UUID,
    at: datetime.datetime,
    by: Staff,
) -> ContactAttempt:
    """Write down a visit that could not deliver. Codes: unknown_step, unknown_result, step_not_waiting."""
    return _record(
        step_id,
        way=ContactAttempt.Way.VISIT,
        allowed=AT_THE_DOOR,
        result=result,
        note=note,
        place=place,
        request_id=request_id,
        at=at,
        by=by,
    )


@transaction.atomic
def opt_out(phone: str, *, source: str, by: Staff | None, at: datetime.datetime) -> OptOut:
    """Send this number no more messages. Letters and calls go on. Codes: not_a_phone, source_missing."""
    phone = phone.strip()
    if not PHONE.fullmatch(phone):
        raise ArrearsRefused(_("A telephone number is written in digits."), code="not_a_phone")
    if not source.strip():
        raise ArrearsRefused(_("Say how the customer said so."), code="source_missing")
    row, is_new = OptOut.objects.get_or_create(
        phone=phone, defaults={"since": at, "source": source.strip()[:100]}
    )
    if is_new:
        record_audit(actor=by, action="arrears.opt_out", on=row, at=at)
    return row


def _record(
    step_id: int,
    *,
    way: str,
    allowed: tuple[str, ...],
    result: str,
    request_id: UUID,
    at: datetime.datetime,
    by: Staff,
    note: str = "",
    recording: str = "",
    phone: str = "",
    place: str = "",
) -> ContactAttempt:
    lock_request(request_id)
    if earlier := ContactAttempt.objects.filter(request_id=request_id).first():
        return earlier
    account = _account_of(step_id, by)
    if result not in allowed:
        raise ArrearsRefused(_("Choose a result from the list."), code="unknown_result")
    step = CaseStep.objects.select_related("case").get(pk=step_id)
    if step.state not in CaseStep.WAITING:
        raise ArrearsRefused(
            _("This step is over already: %(state)s."),
            code="step_not_waiting",
            params={"state": step.get_state_display()},
        )
    attempt = ContactAttempt.objects.create(
        account=account,
        step=step,
        way=way,
        result=result,
        note=note[:200],
        recording=recording.strip()[:100],
        place=place[:100],
        request_id=request_id,
        at=at,
        by=by,
    )
    if result == Result.WRONG_NUMBER and phone:
        Contact.objects.filter(customer=account.customer_id, phone=phone).update(is_wrong=True)
    record_audit(
        actor=by,
        action="arrears.record_contact",
        on=attempt,
        at=at,
        branch=account.branch,
        details={"way": way, "result": result, "step": step.pk},
    )
    if way == ContactAttempt.Way.CALL and result in REACHED and attempt.recording and _is_next(step):
        deliver_step(step.pk, kind=DeliveryProof.Kind.CALL, reference=attempt.recording, at=at, by=by)
    return attempt


def _held(account_id: int, at: datetime.datetime) -> list[ArrearsHold.Kind]:
    return holds_of([account_id], business_date_of(at)).get(account_id, [])


def _is_next(step: CaseStep) -> bool:
    return step.state != CaseStep.State.PROPOSED and step.position == step.case.level + 1


def _account_of(step_id: int, by: Staff) -> Account:
    """The account of the step, locked."""
    account = (
        Account.objects.visible_to(by)
        .select_for_update(no_key=True, of=("self",))
        .select_related("branch")
        .filter(arrears_cases__steps=step_id)
        .first()
    )
    if account is None:
        raise ArrearsRefused(_("There is no such step here."), code="unknown_step")
    return account
