"""More time: asked for before the time is over, with a reason, and decided by a second person."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from service_quality.models import Extension, Matter
from service_quality.queries.office import office_at
from service_quality.services.matters.clocks import closing_after
from service_quality.services.matters.timeline import (
    Kind,
    check_unanswered,
    lock_matter,
    lock_matter_for,
    record_event,
    stated,
)
from service_quality.services.refusals import MatterRefused

State = Extension.State


@transaction.atomic
def ask_extension(matter: Matter, *, days: int, reason: str, by: Staff, at: datetime.datetime) -> Extension:
    """Ask for working days more. Codes: those of the lock, answered, no_date, expired, reason_missing,
    too_long, asked_already, calendar_missing.
    """
    matter = lock_matter_for(matter, by)
    check_unanswered(matter)
    if matter.due_at is None:
        raise MatterRefused(_("There is no date yet that could be extended."), code="no_date")
    if matter.due_at < at:
        raise MatterRefused(
            _("The time was over on %(due)s: an extension is asked for before that."),
            code="expired",
            params={"due": f"{matter.due_at.astimezone():%Y-%m-%d %H:%M}"},
        )
    reason = stated(reason, code="reason_missing", sentence=_("Say why more time is needed."))[:300]
    if not 1 <= days <= matter.policy.longest_extension:
        raise MatterRefused(
            _("At most %(most)s working days at once."),
            code="too_long",
            params={"most": matter.policy.longest_extension},
        )
    if matter.extensions.filter(state=State.ASKED).exists():
        raise MatterRefused(_("An extension waits for its decision already."), code="asked_already")
    extension = Extension.objects.create(
        matter=matter,
        days=days,
        reason=reason,
        asked_at=at,
        asked_by=by,
        old_due_at=matter.due_at,
        new_due_at=closing_after(matter.due_at, days, office_at(at)),
    )
    record_event(matter, Kind.EXTENSION_ASKED, at=at, by=by, text=reason)
    return extension


@transaction.atomic
def decide_extension(
    matter: Matter, *, approve: bool, decision: str = "", by: Staff, at: datetime.datetime
) -> Extension:
    """Approve or refuse what somebody else asked for. Who gets more time has to tell the customer by the old date.

    Codes: nothing_asked, own_extension, decision_missing, answered, closed.
    """
    matter = lock_matter(matter)
    extension = matter.extensions.filter(state=State.ASKED).first()
    if extension is None:
        raise MatterRefused(_("No extension waits for a decision."), code="nothing_asked")
    if extension.asked_by_id == by.pk:
        raise MatterRefused(_("A second person decides what you asked for."), code="own_extension")
    decision = decision.strip()[:200]
    if not approve and not decision:
        raise MatterRefused(_("Say why there is no more time."), code="decision_missing")
    if approve:
        check_unanswered(matter)
    extension.state = State.APPROVED if approve else State.REFUSED
    extension.decided_at, extension.decided_by, extension.decision = at, by, decision
    extension.save(update_fields=["state", "decided_at", "decided_by", "decision"])
    if approve:
        _give_time(matter, extension)
    kind = Kind.EXTENSION_APPROVED if approve else Kind.EXTENSION_REFUSED
    record_event(matter, kind, at=at, by=by, whom=extension.asked_by, text=decision)
    return extension


def _give_time(matter: Matter, extension: Extension) -> None:
    matter.due_at = extension.new_due_at
    matter.warn_at = extension.old_due_at
    if matter.interim_due_at is None or matter.interim_told_at is not None:
        # What takes longer than was promised has to be said by the day that was promised.
        matter.interim_due_at, matter.interim_told_at = extension.old_due_at, None
    matter.escalation = 0
    matter.written_reminder_at = None
    matter.save(
        update_fields=[
            "due_at", "warn_at", "interim_due_at", "interim_told_at", "escalation", "written_reminder_at",
        ]
    )  # fmt: skip
