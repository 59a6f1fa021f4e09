"""The days without cut-offs that still lie ahead, and the years whose calendar is missing."""

import datetime

from django.db.models import Q, QuerySet

from accounts.models import Staff, WorkingCalendar
from billing.models import FlaggedDay

# The announcement for a year comes in November: from then on a missing one is said.
LOOK_AHEAD = datetime.timedelta(days=60)


def flagged_days_ahead(staff: Staff, today: datetime.date) -> QuerySet[FlaggedDay]:
    days = FlaggedDay.objects.filter(day__gte=today).select_related("branch").order_by("day", "kind", "pk")
    if staff.has_perm("accounts.see_every_branch"):
        return days
    return days.filter(Q(branch__isnull=True) | Q(branch_id=staff.branch_id or 0))


def years_without_calendar(today: datetime.date) -> list[int]:
    """This year and, in its last two months, the next: cut-offs are refused in them."""
    years = {today.year, (today + LOOK_AHEAD).year}
    known = set(WorkingCalendar.objects.filter(year__in=years).values_list("year", flat=True))
    return sorted(years - known)
