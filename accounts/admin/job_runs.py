from django.contrib import admin

from accounts.admin_rights import LookOnly
from accounts.models import JobRun


@admin.register(JobRun)
class JobRunAdmin(LookOnly):
    """What the scheduled jobs did, day by day; a failed one says why."""

    list_display = ("job", "slot", "state", "attempts", "started_at", "finished_at")
    list_filter = ("job", "state")
    date_hierarchy = "slot"
