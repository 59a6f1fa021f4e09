"""What every verb on a matter begins and ends with: the lock, who may, the event, the line of the audit trail."""

import datetime

from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.rows import insert_rows
from accounts.services.audit import audit_entry
from service_quality.models import Matter, MatterEvent
from service_quality.services.refusals import MatterRefused

LONGEST_TEXT = 2000
Kind = MatterEvent.Kind


def lock_matter(matter: Matter) -> Matter:
    """Lock the row; what is read afterwards is what the lock protects."""
    Matter.objects.select_for_update().only("pk").get(pk=matter.pk)
    return Matter.objects.select_related("policy", "branch").get(pk=matter.pk)


def lock_matter_for(matter: Matter, by: Staff) -> Matter:
    """Lock a matter that somebody works on: its handler, or who may dispatch. Codes: closed, new, not_handler."""
    matter = lock_matter(matter)
    check_not_closed(matter)
    if matter.state == Matter.State.NEW:
        raise MatterRefused(_("Nobody has this matter yet: take it up first."), code="new")
    if matter.handler_id != by.pk and not by.has_perm("service_quality.dispatch_matter"):
        raise MatterRefused(
            _("Somebody else has this matter in hand: ask for a hand-over."), code="not_handler"
        )
    return matter


def check_not_closed(matter: Matter) -> None:
    if matter.is_closed:
        raise MatterRefused(_("This matter is closed; reopen it first."), code="closed")


def check_unanswered(matter: Matter) -> None:
    if not matter.is_unanswered:
        raise MatterRefused(_("This matter is answered already."), code="answered")


def stated(text: str, *, code: str, sentence: str) -> str:
    """A text that must not be empty, without what a database cannot keep."""
    text = text.replace("\x00", "").strip()[:LONGEST_TEXT]
    if not text:
        raise MatterRefused(sentence, code=code)
    return text


def record_event(
    matter: Matter,
    kind: str,
    *,
    at: datetime.datetime,
    by: Staff | None,
    whom: Staff | None = None,
    level: int | None = None,
    text: str = "",
) -> None:
    """Write the event and its line of the audit trail. What the customer said stays out of the trail."""
    MatterEvent.objects.create(matter=matter, kind=kind, at=at, by=by, whom=whom, level=level, text=text)
    insert_rows(
        [
            audit_entry(
                actor=by,
                action=f"matter.{kind.lower()}",
                on=matter,
                at=at,
                branch=matter.branch,
                details={"number": matter.number, **({"whom": whom.number} if whom else {})},
            )
        ]
    )
