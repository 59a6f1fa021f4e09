"""When a step of the ladder may not be carried out (domain.md 2.3.3)."""

import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import FlaggedDay, PolicyStep

SATURDAY = 5
Forbidden = PolicyStep.Forbidden


def why_not_now(step: PolicyStep, branch_id: int, at: datetime.datetime) -> str:
    """A sentence that says why the step may not be done at this moment; "" when it may."""
    local = timezone.localtime(at)
    today = local.date()
    if Forbidden.WEEKEND in step.forbidden and today.weekday() >= SATURDAY:
        return _("Nobody is cut off on a weekend.")
    if Forbidden.BEFORE_WEEKEND in step.forbidden and today.weekday() == SATURDAY - 1:
        return _("Nobody is cut off the day before a weekend.")
    if Forbidden.AFTER_HOURS in step.forbidden and local.hour >= step.latest_hour:
        return _("Nobody is cut off after %(hour)s o'clock.") % {"hour": step.latest_hour}
    flagged = FlaggedDay.objects.filter(Q(branch__isnull=True) | Q(branch_id=branch_id), day=today)
    if Forbidden.FLAGGED_DAY in step.forbidden and (flag := flagged.first()):
        return _("Nobody is cut off today: %(why)s.") % {"why": flag.get_kind_display()}
    return ""
