"""Days on which nobody is cut off: exams, weather alerts, guarantee days, the cut-over of the system."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Branch, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import FlaggedDay
from billing.services.refusals import ArrearsRefused

MOST_DAYS = 31
A_DAY = datetime.timedelta(days=1)


@transaction.atomic
def flag_days(
    first: datetime.date,
    last: datetime.date,
    *,
    kind: str,
    branch: Branch | None,
    note: str,
    by: Staff,
    at: datetime.datetime,
) -> int:
    """Cut nobody off from one day to another, in a branch or everywhere; say how many days are new.

    Codes: wrong_way_round, too_many_days, in_the_past, unknown_kind.
    """
    if kind not in FlaggedDay.Kind.values:
        raise ArrearsRefused(_("Choose from the list why nobody is cut off."), code="unknown_kind")
    if last < first:
        raise ArrearsRefused(_("The last day lies before the first."), code="wrong_way_round")
    if first < business_date_of(at):
        raise ArrearsRefused(_("%(day)s is past."), code="in_the_past", params={"day": first})
    count = (last - first).days + 1
    if count > MOST_DAYS:
        raise ArrearsRefused(
            _("At most %(most)s days at once."), code="too_many_days", params={"most": MOST_DAYS}
        )
    days = [first + number * A_DAY for number in range(count)]
    known = set(
        FlaggedDay.objects.filter(day__in=days, kind=kind, branch=branch).values_list("day", flat=True)
    )
    FlaggedDay.objects.bulk_create(
        (FlaggedDay(day=day, kind=kind, branch=branch, note=note) for day in days if day not in known),
        ignore_conflicts=True,
    )
    record_audit(
        actor=by,
        action="arrears.flag_days",
        on=FlaggedDay,
        at=at,
        reason=note,
        details={"first": first.isoformat(), "last": last.isoformat(), "kind": kind},
    )
    return count - len(known)


@transaction.atomic
def unflag_day(pk: int, *, by: Staff, at: datetime.datetime) -> None:
    """Take a day off the list again. Codes: day_gone, in_the_past."""
    flagged = FlaggedDay.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if flagged is None:
        raise ArrearsRefused(_("Somebody has taken this day off the list already."), code="day_gone")
    if flagged.day < business_date_of(at):
        raise ArrearsRefused(
            _("%(day)s is past: the list says why nobody was cut off, and stays."),
            code="in_the_past",
            params={"day": flagged.day},
        )
    record_audit(
        actor=by,
        action="arrears.unflag_day",
        on=flagged,
        at=at,
        details={"day": flagged.day.isoformat(), "kind": flagged.kind},
    )
    flagged.delete()
