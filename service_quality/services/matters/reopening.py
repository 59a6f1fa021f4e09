"""After the closing: reopened within the days that the policy leaves, and how satisfied the customer is."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.business_date import business_date_of
from service_quality.models import Matter
from service_quality.models.matter_words import Satisfaction
from service_quality.queries.office import office_at
from service_quality.services.matters.clocks import clocks_of
from service_quality.services.matters.timeline import Kind, lock_matter, record_event, stated
from service_quality.services.refusals import MatterRefused

_SET_ANEW = [
    "state", "clock_from", "warn_at", "due_at", "interim_due_at", "interim_told_at", "answered_at", "closed_at",
    "upheld", "responsible", "revisit_due_on", "satisfaction", "satisfaction_at", "written_reminder_at",
    "escalation", "reopenings",
]  # fmt: skip


@transaction.atomic
def reopen_matter(matter: Matter, *, text: str, by: Staff | None, at: datetime.datetime) -> Matter:
    """Open a closed matter again, with clocks from now; `by` is None when the customer asks.

    Codes: not_closed, joined, too_late, text_missing.
    """
    matter = lock_matter(matter)
    if not matter.is_closed:
        raise MatterRefused(_("This matter is not closed."), code="not_closed")
    if matter.duplicate_of is not None:
        raise MatterRefused(
            _("It goes on as matter %(number)s: reopen that one."),
            code="joined",
            params={"number": matter.duplicate_of.number},
        )
    if business_date_of(at) > last_reopening_day(matter):
        raise MatterRefused(
            _("It could be reopened until %(day)s. Open a new matter instead."),
            code="too_late",
            params={"day": last_reopening_day(matter)},
        )
    text = stated(text, code="text_missing", sentence=_("Say what is still not settled."))
    clocks = clocks_of(
        matter.policy, at, is_special=matter.is_special, is_urgent=matter.is_urgent, office=office_at(at)
    )
    matter.state = Matter.State.OPEN
    matter.clock_from = at
    matter.warn_at, matter.due_at, matter.interim_due_at = (
        clocks.warn_at,
        clocks.due_at,
        clocks.interim_due_at,
    )
    matter.interim_told_at = matter.answered_at = matter.closed_at = None
    matter.upheld = matter.responsible = matter.revisit_due_on = None
    matter.satisfaction = matter.satisfaction_at = matter.written_reminder_at = None
    matter.escalation = 0
    matter.reopenings += 1
    matter.save(update_fields=_SET_ANEW)
    record_event(matter, Kind.REOPENED, at=at, by=by, text=text)
    return matter


@transaction.atomic
def rate_matter(
    matter: Matter, *, satisfaction: int, text: str = "", by: Staff | None, at: datetime.datetime
) -> Matter:
    """Keep how satisfied the customer is; once. `by` is who asked back (回访), None when the customer says it.

    Codes: not_closed, unknown_level, rated_already.
    """
    matter = lock_matter(matter)
    if not matter.is_closed:
        raise MatterRefused(_("This matter is not closed."), code="not_closed")
    if satisfaction not in Satisfaction.values:
        raise MatterRefused(_("Choose one of the five levels."), code="unknown_level")
    if matter.satisfaction is not None:
        raise MatterRefused(_("The customer has said already how satisfied they are."), code="rated_already")
    matter.satisfaction, matter.satisfaction_at = satisfaction, at
    matter.save(update_fields=["satisfaction", "satisfaction_at"])
    said = text.replace("\x00", "").strip()[:500]
    record_event(matter, Kind.RATED, at=at, by=by, level=satisfaction, text=said)
    return matter


def last_reopening_day(matter: Matter) -> datetime.date:
    assert matter.closed_at is not None
    return business_date_of(matter.closed_at) + datetime.timedelta(days=matter.policy.reopening_days)
