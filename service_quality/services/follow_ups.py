"""A bad rating is followed up within one working day: what happened, what is done about it."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.queries.working_days import CalendarMissing, working_day_after
from accounts.services.audit import record_audit
from service_quality.models import FollowUp, Rating, Supervision
from service_quality.services.refusals import FollowUpRefused

WORKING_DAYS = 1
LONGEST = 500


@transaction.atomic
def open_follow_up(rating: Rating, *, at: datetime.datetime) -> FollowUp:
    """Give a bad rating to whoever answers for the hall, due within one working day.

    Without the working calendar of the year it is opened all the same, without a day: the page says so.
    """
    return FollowUp.objects.create(
        rating=rating, opened_at=at, due_on=due_day(rating.business_date), owner=_owner_of(rating)
    )


@transaction.atomic
def record_finding(
    follow_up: FollowUp,
    *,
    finding: str,
    measure: str,
    is_done: bool,
    by: Staff,
    at: datetime.datetime,
) -> FollowUp:
    """Write down what was found and what is done about it; with `is_done` that is the end of it.

    Codes: done_already, own_rating, finding_missing, measure_missing, too_long.
    """
    follow_up = FollowUp.objects.select_for_update(of=("self",)).select_related("rating").get(pk=follow_up.pk)
    finding, measure = finding.strip(), measure.strip()
    if not follow_up.is_open:
        raise FollowUpRefused(_("This follow-up was closed already."), code="done_already")
    if follow_up.rating.staff_id == by.pk:
        raise FollowUpRefused(
            _("This is about your own work: somebody else looks into it."), code="own_rating"
        )
    _check(finding, measure, is_done=is_done)
    follow_up.finding, follow_up.measure = finding, measure
    if is_done:
        follow_up.state, follow_up.done_at, follow_up.done_by = FollowUp.State.DONE, at, by
    follow_up.save(update_fields=["finding", "measure", "state", "done_at", "done_by"])
    record_audit(
        actor=by,
        action="quality.finish_follow_up" if is_done else "quality.record_finding",
        on=follow_up,
        at=at,
    )
    return follow_up


@transaction.atomic
def count_due_days() -> int:
    """Give a day to the follow-ups whose calendar was missing and has come. Safe to run twice."""
    counted = 0
    waiting = FollowUp.objects.open().filter(due_on__isnull=True).select_related("rating")
    for one in waiting.select_for_update(of=("self",), skip_locked=True):
        one.due_on = due_day(one.rating.business_date)
        if one.due_on is not None:
            one.save(update_fields=["due_on"])
            counted += 1
    return counted


def due_day(start: datetime.date) -> datetime.date | None:
    """The last day for a follow-up; None when the calendar to count in is missing."""
    try:
        return working_day_after(start, WORKING_DAYS)
    except CalendarMissing:
        return None


def _owner_of(rating: Rating) -> Staff | None:
    named = (
        Supervision.objects.filter(hall=rating.hall_id, supervisor__is_active=True)
        .select_related("supervisor")
        .first()
    )
    if named is not None:
        return named.supervisor
    supervisors = Staff.objects.filter(post=Staff.Post.SUPERVISOR, is_active=True)
    return supervisors.filter(branch=rating.hall.branch_id).order_by("number").first()


def _check(finding: str, measure: str, *, is_done: bool) -> None:
    if max(len(finding), len(measure)) > LONGEST:
        raise FollowUpRefused(
            _("Say it in %(most)s characters at most."), code="too_long", params={"most": LONGEST}
        )
    if not finding:
        raise FollowUpRefused(_("Say what was found."), code="finding_missing")
    if is_done and not measure:
        raise FollowUpRefused(_("Say what is done so that it does not happen again."), code="measure_missing")
