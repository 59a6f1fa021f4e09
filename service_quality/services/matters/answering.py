"""Work on a matter until it is closed: notes, what the customer is told meanwhile, the answer, the verdict."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.queries.working_days import CalendarMissing, working_day_after
from billing.business_date import business_date_of
from service_quality.models import HandOver, Matter
from service_quality.services.matters.timeline import (
    Kind,
    check_not_closed,
    check_unanswered,
    lock_matter,
    lock_matter_for,
    record_event,
    stated,
)
from service_quality.services.refusals import MatterRefused


@transaction.atomic
def note_matter(matter: Matter, *, text: str, by: Staff, at: datetime.datetime) -> Matter:
    """Write down what was found or done. Codes: those of the lock, text_missing."""
    matter = lock_matter_for(matter, by)
    text = stated(text, code="text_missing", sentence=_("Write down what was found or done."))
    record_event(matter, Kind.NOTED, at=at, by=by, text=text)
    return matter


@transaction.atomic
def tell_customer(matter: Matter, *, text: str, by: Staff, at: datetime.datetime) -> Matter:
    """Record that the customer was told how it stands (过程告知): the duty of a matter that takes longer.

    Codes: those of the lock, answered, text_missing.
    """
    matter = lock_matter_for(matter, by)
    check_unanswered(matter)
    text = stated(text, code="text_missing", sentence=_("Write down what the customer was told."))
    if matter.interim_told_at is None:
        matter.interim_told_at = at
        if matter.late_since(at) is None:
            # The ladder begins anew: the answer, if it comes late too, is another broken promise.
            matter.escalation = 0
        matter.save(update_fields=["interim_told_at", "escalation"])
    record_event(matter, Kind.TOLD, at=at, by=by, text=text)
    return matter


@transaction.atomic
def answer_matter(matter: Matter, *, text: str, by: Staff, at: datetime.datetime) -> Matter:
    """Answer the customer. The clock stops here. Codes: those of the lock, answered, answer_missing."""
    matter = lock_matter_for(matter, by)
    check_unanswered(matter)
    text = stated(text, code="answer_missing", sentence=_("Write down what the customer was answered."))
    matter.state, matter.answered_at = Matter.State.ANSWERED, at
    if matter.kept_promise is None:
        matter.kept_promise = _is_in_time(matter, at)
    matter.save(update_fields=["state", "answered_at", "kept_promise"])
    _withdraw_offer(matter, at)
    record_event(matter, Kind.ANSWERED, at=at, by=by, text=text)
    return matter


@transaction.atomic
def close_matter(
    matter: Matter,
    *,
    upheld: bool | None = None,
    responsible: Staff | None = None,
    text: str = "",
    by: Staff,
    at: datetime.datetime,
) -> Matter:
    """Close what is answered. A complaint is closed by somebody who dispatches, and says whether it is upheld.

    Codes: closed, new, not_handler, not_answered, verdict_missing, responsible_missing, not_upheld,
    judges_oneself, may_not_judge.
    """
    matter = lock_matter_for(matter, by)
    if matter.state != Matter.State.ANSWERED:
        raise MatterRefused(
            _("It is not answered yet: answer the customer before you close it."), code="not_answered"
        )
    if matter.kind == Matter.Kind.COMPLAINT:
        _check_verdict(upheld, responsible, by)
        matter.upheld, matter.responsible = upheld, responsible
    matter.state, matter.closed_at = Matter.State.CLOSED, at
    if matter.policy.is_revisited:
        matter.revisit_due_on = _working_day_after(at)
    matter.save(update_fields=["state", "closed_at", "upheld", "responsible", "revisit_due_on"])
    record_event(matter, Kind.CLOSED, at=at, by=by, whom=matter.responsible, text=text.strip()[:500])
    return matter


@transaction.atomic
def join_matter(matter: Matter, *, original: Matter, by: Staff, at: datetime.datetime) -> Matter:
    """Close a matter as the same as an earlier one, which answers for both.

    Codes: closed, not_handler, same_matter, joined_already, elsewhere.
    """
    # In the order of the keys: two people joining two matters crosswise wait for each other.
    for one in sorted((matter, original), key=lambda one: one.pk):
        lock_matter(one)
    matter = lock_matter(matter)
    check_not_closed(matter)
    may = by.has_perm("service_quality.dispatch_matter") or matter.handler_id == by.pk
    if not may:
        raise MatterRefused(
            _("Somebody else has this matter in hand: ask for a hand-over."), code="not_handler"
        )
    original = Matter.objects.get(pk=original.pk)
    if original.pk == matter.pk:
        raise MatterRefused(_("A matter cannot be its own double."), code="same_matter")
    if original.duplicate_of_id is not None:
        raise MatterRefused(
            _("%(number)s was itself joined with another matter: name that one."),
            code="joined_already",
            params={"number": original.number},
        )
    if original.branch_id != matter.branch_id:
        raise MatterRefused(_("The other matter belongs to another branch."), code="elsewhere")
    matter.duplicate_of, matter.state, matter.closed_at = original, Matter.State.CLOSED, at
    matter.save(update_fields=["duplicate_of", "state", "closed_at"])
    _withdraw_offer(matter, at)
    record_event(matter, Kind.DUPLICATE, at=at, by=by, text=original.number)
    record_event(original, Kind.DUPLICATE, at=at, by=by, text=matter.number)
    return matter


def _is_in_time(matter: Matter, at: datetime.datetime) -> bool | None:
    """Whether the answer, and before it the word in between, came when they were promised; None without a date."""
    if matter.due_at is None:
        return None
    told = matter.interim_told_at or at
    return at <= matter.due_at and (matter.interim_due_at is None or told <= matter.interim_due_at)


def _check_verdict(upheld: bool | None, responsible: Staff | None, by: Staff) -> None:
    if not by.has_perm("service_quality.dispatch_matter"):
        raise MatterRefused(
            _("Whether a complaint is upheld is said by a complaint handler or a supervisor."),
            code="may_not_judge",
        )
    if upheld is None:
        raise MatterRefused(_("Say whether the complaint is upheld."), code="verdict_missing")
    if upheld and responsible is None:
        raise MatterRefused(_("Name the person responsible for what is upheld."), code="responsible_missing")
    if not upheld and responsible is not None:
        raise MatterRefused(_("A complaint that is not upheld has no person responsible."), code="not_upheld")
    if responsible is not None and responsible.pk == by.pk:
        raise MatterRefused(_("Nobody closes a complaint about oneself."), code="judges_oneself")


def _withdraw_offer(matter: Matter, at: datetime.datetime) -> None:
    """An offer for a matter that is answered or joined meanwhile is over."""
    matter.hand_overs.filter(state=HandOver.State.OFFERED).update(state=HandOver.State.LAPSED, answered_at=at)


def _working_day_after(at: datetime.datetime) -> datetime.date | None:
    try:
        return working_day_after(business_date_of(at), 1)
    except CalendarMissing:
        return None
