"""How hard a matter is, said anew by somebody who dispatches: the clocks follow, from where they ran."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from service_quality.models import Extension, Matter
from service_quality.queries.office import office_at
from service_quality.services.matters.clocks import clocks_of
from service_quality.services.matters.timeline import (
    Kind,
    check_unanswered,
    lock_matter_for,
    record_event,
    stated,
)
from service_quality.services.refusals import MatterRefused


@transaction.atomic
def classify_matter(
    matter: Matter,
    *,
    severity: str,
    topic: str,
    is_special: bool,
    reason: str,
    by: Staff,
    at: datetime.datetime,
) -> Matter:
    """Say anew what a matter is about and how hard it is. A time that is over is not made longer by it.

    Codes: those of the lock, answered, may_not_classify, unknown_word, reason_missing, expired, extended.
    """
    matter = lock_matter_for(matter, by)
    check_unanswered(matter)
    if not by.has_perm("service_quality.dispatch_matter"):
        raise MatterRefused(
            _("A complaint handler or a supervisor says how hard a matter is."), code="may_not_classify"
        )
    if severity not in Matter.Severity.values or topic not in Matter.Topic.values:
        raise MatterRefused(_("Choose from the lists what it is and how it came."), code="unknown_word")
    reason = stated(reason, code="reason_missing", sentence=_("Say why it is classified anew."))[:200]
    if matter.is_overdue_at(at):
        raise MatterRefused(_("The time is over: it cannot be made a harder case now."), code="expired")
    if matter.extensions.filter(state=Extension.State.APPROVED).exists():
        raise MatterRefused(_("More time was approved already: the date stays."), code="extended")
    matter.severity, matter.topic, matter.is_special = severity, topic, is_special
    clocks = clocks_of(
        matter.policy,
        matter.clock_from,
        is_special=is_special,
        is_urgent=matter.is_urgent,
        office=office_at(at),
    )
    matter.warn_at, matter.due_at, matter.interim_due_at = (
        clocks.warn_at,
        clocks.due_at,
        clocks.interim_due_at,
    )
    matter.save(update_fields=["severity", "topic", "is_special", "warn_at", "due_at", "interim_due_at"])
    record_event(matter, Kind.CLASSIFIED, at=at, by=by, text=reason)
    return matter
