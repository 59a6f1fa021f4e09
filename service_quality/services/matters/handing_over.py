"""The handler changes by a hand-over that the other accepts; the first responder never does."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.queries.working_days import CalendarMissing
from billing.business_date import business_date_of
from service_quality.models import HandOver, Matter, StaffLeave
from service_quality.queries.office import office_at
from service_quality.services.matters.timeline import (
    Kind,
    check_unanswered,
    lock_matter,
    lock_matter_for,
    record_event,
    stated,
)
from service_quality.services.refusals import MatterRefused

State = HandOver.State


@transaction.atomic
def offer_matter(matter: Matter, *, to: Staff, reason: str, by: Staff, at: datetime.datetime) -> HandOver:
    """Offer the matter to somebody, or dispatch it: it stays with its handler until they accept.

    The time to answer runs in working hours. Codes: those of the lock, answered, reason_missing, same_person,
    offered_already, gone, on_leave, cannot_handle, elsewhere.
    """
    matter = lock_matter_for(matter, by)
    check_unanswered(matter)
    reason = stated(reason, code="reason_missing", sentence=_("Say why somebody else should have it."))[:200]
    _check_receiver(matter, to, at)
    if matter.hand_overs.filter(state=State.OFFERED).exists():
        raise MatterRefused(
            _("It is offered to somebody already: wait for the answer."), code="offered_already"
        )
    hand_over = HandOver.objects.create(
        matter=matter,
        from_staff_id=matter.handler_id,
        to_staff=to,
        reason=reason,
        offered_at=at,
        offered_by=by,
        answer_by=_answer_by(matter, at),
    )
    record_event(matter, Kind.OFFERED, at=at, by=by, whom=to, text=reason)
    return hand_over


@transaction.atomic
def accept_matter(matter: Matter, *, by: Staff, at: datetime.datetime) -> Matter:
    """Take the matter over: from now on it is in this person's hand. Codes: not_offered, offer_lapsed."""
    matter, hand_over = _offered_to(matter, by, at)
    _answer(hand_over, State.ACCEPTED, at)
    matter.handler = by
    matter.save(update_fields=["handler"])
    record_event(matter, Kind.ACCEPTED, at=at, by=by)
    return matter


@transaction.atomic
def return_matter(matter: Matter, *, reason: str, by: Staff, at: datetime.datetime) -> Matter:
    """Give the offer back with a reason; the matter stays where it was. Codes: not_offered, reason_missing."""
    matter, hand_over = _offered_to(matter, by, at)
    hand_over.return_reason = stated(
        reason, code="reason_missing", sentence=_("Say why you do not take it over.")
    )[:200]
    _answer(hand_over, State.RETURNED, at)
    record_event(matter, Kind.RETURNED, at=at, by=by, whom=hand_over.from_staff, text=hand_over.return_reason)
    return matter


@transaction.atomic
def lapse_hand_overs(at: datetime.datetime) -> int:
    """End the offers that nobody answered within the set time; say how many. Safe to run twice at once."""
    waiting = HandOver.objects.filter(state=State.OFFERED, answer_by__lt=at)
    matters = Matter.objects.select_for_update(skip_locked=True).filter(pk__in=waiting.values("matter"))
    held = list(matters.order_by("pk").values_list("pk", flat=True))
    late = list(waiting.filter(matter__in=held).select_related("matter__branch", "to_staff"))
    for hand_over in late:
        _answer(hand_over, State.LAPSED, at)
        record_event(hand_over.matter, Kind.LAPSED, at=at, by=None, whom=hand_over.to_staff)
    return len(late)


def _offered_to(matter: Matter, by: Staff, at: datetime.datetime) -> tuple[Matter, HandOver]:
    matter = lock_matter(matter)
    hand_over = (
        matter.hand_overs.filter(state=State.OFFERED, to_staff=by).select_related("from_staff").first()
    )
    if hand_over is None:
        raise MatterRefused(_("This matter is not offered to you, or no longer."), code="not_offered")
    if hand_over.answer_by is not None and hand_over.answer_by < at:
        raise MatterRefused(
            _("The time to answer this hand-over is over; it goes back."), code="offer_lapsed"
        )
    return matter, hand_over


def _answer(hand_over: HandOver, state: str, at: datetime.datetime) -> None:
    hand_over.state, hand_over.answered_at = state, at
    hand_over.save(update_fields=["state", "answered_at", "return_reason"])


def _answer_by(matter: Matter, at: datetime.datetime) -> datetime.datetime | None:
    span = datetime.timedelta(minutes=matter.policy.hand_over_minutes)
    try:
        return office_at(at).add(at, span)
    except CalendarMissing:
        return None


def _check_receiver(matter: Matter, to: Staff, at: datetime.datetime) -> None:
    today = business_date_of(at)
    if to.pk == matter.handler_id:
        raise MatterRefused(
            _("%(name)s has it already."), code="same_person", params={"name": to.get_short_name()}
        )
    if not to.is_active or (to.left_on is not None and to.left_on <= today):
        raise MatterRefused(
            _("%(name)s does not work here any more."), code="gone", params={"name": to.get_short_name()}
        )
    leave = StaffLeave.objects.filter(
        staff=to, first_day__lte=today, last_day__gte=today, cancelled_at__isnull=True
    ).first()
    if leave is not None:
        raise MatterRefused(
            _("%(name)s is on leave until %(day)s: choose somebody who is here."),
            code="on_leave",
            params={"name": to.get_short_name(), "day": leave.last_day},
        )
    if not to.has_perm("service_quality.change_matter"):
        raise MatterRefused(
            _("%(name)s has no right to work on matters."),
            code="cannot_handle",
            params={"name": to.get_short_name()},
        )
    if not to.sees_branch(matter.branch_id):
        raise MatterRefused(
            _("%(name)s works in another branch."), code="elsewhere", params={"name": to.get_short_name()}
        )
