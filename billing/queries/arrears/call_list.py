"""Whom to call next: steps by telephone, and those by SMS that no SMS can reach. The largest debts first."""

import datetime
from typing import Any

from django.db.models import DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from accounts.models import Account, Staff
from billing.models import ArrearsCase, ArrearsHold, Bill, CaseStep, ContactAttempt, Message, PolicyStep

LIVE = (
    Message.State.QUEUED,
    Message.State.CLAIMED,
    Message.State.UNSURE,
    Message.State.SENT,
    Message.State.DELIVERED,
)
# The message was taken back because nothing was to be said: nobody is called about that.
NOTHING_TO_SAY = ("NO_DEBT", "HELD", "STEP_OVER", "CLOSED")


def calls_to_make(staff: Staff, on: datetime.date) -> QuerySet[CaseStep, Any]:
    """The steps to call about, each with what is overdue (`owed`); none that was called about today already."""
    steps = (
        CaseStep.objects.filter(
            Q(rule__channel=PolicyStep.Channel.CALL) | _sms_that_reaches_nobody(),
            state=CaseStep.State.DUE,
            case__state=ArrearsCase.State.OPEN,
            case__account__in=Account.objects.visible_to(staff),
            case__account__is_disputed=False,
            case__account__is_in_court=False,
        )
        .exclude(Exists(_holds(on)))
        .annotate(owed=Subquery(_owed(on), output_field=DecimalField()))
        .filter(owed__gt=0)
    )
    called = ContactAttempt.objects.filter(step=OuterRef("pk"), at__date=on)
    return (
        steps.exclude(Exists(called))
        .select_related("case__account__customer", "case__account__premises", "case__account__branch", "rule")
        .order_by("-owed", "pk")
    )


def calls_made(staff: Staff, on: datetime.date) -> int:
    return ContactAttempt.objects.filter(by=staff, way=ContactAttempt.Way.CALL, at__date=on).count()


def _sms_that_reaches_nobody() -> Q:
    messages = Message.objects.filter(step=OuterRef("pk"))
    over = messages.filter(state__in=[Message.State.FAILED, Message.State.CANCELLED])
    return (
        Q(Exists(over.exclude(error__in=NOTHING_TO_SAY)))
        & ~Q(Exists(messages.filter(state__in=LIVE)))
        & Q(rule__channel=PolicyStep.Channel.SMS)
    )


def _holds(on: datetime.date) -> QuerySet[ArrearsHold, Any]:
    return ArrearsHold.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on),
        account=OuterRef("case__account"),
        kind__in=ArrearsHold.HOLD_ALL,
        lifted_at__isnull=True,
        starts_on__lte=on,
    )


def _owed(on: datetime.date) -> QuerySet[Bill, Any]:
    return (
        Bill.objects.open()
        .due_before(on)
        .filter(account=OuterRef("case__account"))
        .values("account")
        .annotate(owed=Sum(F("outstanding") + F("late_charge_left")))
        .values("owed")
        .order_by()
    )
