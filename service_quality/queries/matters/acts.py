"""What can be done with a matter now, and of what cannot, the condition that is missing."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.business_date import business_date_of
from service_quality.models import Extension, HandOver, Matter

State = Matter.State


@dataclass(frozen=True, slots=True)
class Acts:
    """The names of the acts that are open, and sentences for those that are not."""

    possible: frozenset[str]
    missing: tuple[str, ...]


def acts_on(
    matter: Matter, staff: Staff, at: datetime.datetime, *, last_reopening_day: datetime.date | None
) -> Acts:
    """For the person and the instant. Two queries."""
    dispatches = staff.has_perm("service_quality.dispatch_matter")
    handles = staff.has_perm("service_quality.change_matter")
    offer = matter.hand_overs.filter(state=HandOver.State.OFFERED).select_related("to_staff").first()
    asked = matter.extensions.filter(state=Extension.State.ASKED).first()
    possible: set[str] = set()
    missing: list[str] = []
    if matter.state == State.NEW:
        _before_anybody_has_it(handles, dispatches, possible)
    elif matter.is_closed:
        _after_closing(matter, at, last_reopening_day, handles, possible, missing)
    elif handles and (dispatches or matter.handler_id == staff.pk):
        possible |= {"note", "attach", "join"}
        if matter.state == State.OPEN:
            _while_open(matter, at, offer, asked, dispatches, possible, missing)
        else:
            _after_the_answer(matter, dispatches, possible, missing)
    if matter.is_unanswered and dispatches:
        possible.add("remind")
    possible |= _answers(staff, offer, asked)
    return Acts(frozenset(possible), tuple(missing))


def _before_anybody_has_it(handles: bool, dispatches: bool, possible: set[str]) -> None:
    if handles:
        possible.add("claim")
    if dispatches:
        possible.add("join")


def _answers(staff: Staff, offer: HandOver | None, asked: Extension | None) -> set[str]:
    """What was asked of this very person."""
    answers: set[str] = set()
    if offer is not None and offer.to_staff_id == staff.pk:
        answers |= {"accept", "return"}
    if asked and staff.has_perm("service_quality.decide_extension") and asked.asked_by_id != staff.pk:
        answers.add("decide")
    return answers


def _while_open(
    matter: Matter,
    at: datetime.datetime,
    offer: HandOver | None,
    asked: Extension | None,
    dispatches: bool,
    possible: set[str],
    missing: list[str],
) -> None:
    possible |= {"tell", "answer"}
    if offer is None:
        possible.add("offer")
    else:
        missing.append(_("Hand over: offered to %(name)s, not answered yet") % {"name": offer.to_staff})
    if dispatches and not matter.is_overdue_at(at):
        possible.add("classify")
    if matter.due_at is None:
        missing.append(_("Extend: there is no date yet"))
    elif matter.due_at < at:
        missing.append(_("Extend: the time is over"))
    elif asked is not None:
        missing.append(_("Extend: one waits for its decision"))
    else:
        possible.add("extend")
    missing.append(_("Close: not answered yet"))


def _after_the_answer(
    matter: Matter, dispatches: bool, possible: set[str], missing: list[str]
) -> None:  # fmt: skip
    if matter.kind != Matter.Kind.COMPLAINT or dispatches:
        possible.add("close")
    else:
        missing.append(_("Close: a complaint handler or a supervisor says whether it is upheld"))


def _after_closing(
    matter: Matter,
    at: datetime.datetime,
    last_day: datetime.date | None,
    handles: bool,
    possible: set[str],
    missing: list[str],
) -> None:
    if matter.duplicate_of_id is not None:
        missing.append(_("Reopen: it goes on as another matter"))
        return
    if last_day is not None and business_date_of(at) > last_day:
        missing.append(_("Reopen: it could be until %(day)s") % {"day": last_day})
    elif handles:
        possible.add("reopen")
    if handles and matter.satisfaction is None:
        possible.add("rate")
