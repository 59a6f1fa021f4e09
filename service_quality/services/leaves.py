"""Who is away on which days: nothing is handed over to them."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from service_quality.models import StaffLeave
from service_quality.services.refusals import LeaveRefused

LONGEST_DAYS = 366


@transaction.atomic
def record_leave(
    staff: Staff,
    *,
    first_day: datetime.date,
    last_day: datetime.date,
    reason: str,
    by: Staff,
    at: datetime.datetime,
) -> StaffLeave:
    """Write down that somebody is away. Codes: wrong_way_round, too_long, reason_missing, overlaps, elsewhere."""
    Staff.objects.select_for_update(no_key=True).only("pk").get(pk=staff.pk)
    if staff.branch_id is not None and not by.sees_branch(staff.branch_id):
        raise LeaveRefused(_("This person works in another branch."), code="elsewhere")
    if last_day < first_day:
        raise LeaveRefused(_("The last day lies before the first."), code="wrong_way_round")
    if (last_day - first_day).days > LONGEST_DAYS:
        raise LeaveRefused(_("A leave lasts a year at most."), code="too_long")
    reason = reason.strip()[:100]
    if not reason:
        raise LeaveRefused(_("Say why the person is away."), code="reason_missing")
    others = StaffLeave.objects.filter(staff=staff, cancelled_at__isnull=True)
    if others.filter(first_day__lte=last_day, last_day__gte=first_day).exists():
        raise LeaveRefused(_("The person is away on some of these days already."), code="overlaps")
    leave = StaffLeave.objects.create(
        staff=staff, first_day=first_day, last_day=last_day, reason=reason, recorded_at=at, recorded_by=by
    )
    record_audit(actor=by, action="record_leave", on=leave, at=at, branch=staff.branch)
    return leave


@transaction.atomic
def cancel_leave(leave: StaffLeave, *, by: Staff, at: datetime.datetime) -> StaffLeave:
    """Say that the person is at work after all. Codes: cancelled_already, elsewhere."""
    leave = StaffLeave.objects.select_for_update(of=("self",)).select_related("staff").get(pk=leave.pk)
    if leave.staff.branch_id is not None and not by.sees_branch(leave.staff.branch_id):
        raise LeaveRefused(_("This person works in another branch."), code="elsewhere")
    if leave.cancelled_at is not None:
        raise LeaveRefused(_("This leave was cancelled already."), code="cancelled_already")
    leave.cancelled_at = at
    leave.save(update_fields=["cancelled_at"])
    record_audit(actor=by, action="cancel_leave", on=leave, at=at, branch=leave.staff.branch)
    return leave
