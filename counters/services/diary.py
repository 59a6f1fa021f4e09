import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from counters.models import DiaryEntry
from counters.services.refusals import DiaryRefused

LONGEST_ENTRY = 500


@transaction.atomic
def write_diary(*, kind: str, text: str, by: Staff, at: datetime.datetime) -> DiaryEntry:
    """Write into the own work diary; only the writer will read it. Codes: not_by_hand, empty, too_long.

    A pause writes itself: what the clerk adds is a note. No line of the trail says that somebody wrote.
    """
    text = text.strip()
    if kind == DiaryEntry.Kind.PAUSE or kind not in DiaryEntry.Kind.values:
        raise DiaryRefused(_("Choose what the entry is about."), code="not_by_hand")
    if not text:
        raise DiaryRefused(_("Write a sentence first."), code="empty")
    if len(text) > LONGEST_ENTRY:
        raise DiaryRefused(
            _("An entry has at most %(most)s characters."), code="too_long", params={"most": LONGEST_ENTRY}
        )
    return DiaryEntry.objects.create(staff=by, at=at, kind=kind, text=text)
