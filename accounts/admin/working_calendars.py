from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_rights import LookOnly, TabularInline
from accounts.models import CalendarDay, WorkingCalendar


class Days(TabularInline[CalendarDay, WorkingCalendar]):
    model = CalendarDay
    fields = readonly_fields = ("day", "is_working", "name")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.view_workingcalendar")


@admin.register(WorkingCalendar)
class WorkingCalendarAdmin(LookOnly):
    """A calendar comes by manage.py import_calendar, and never changes; a correction is the next version."""

    list_display = ("year", "version", "source", "imported_at", "imported_by")
    list_filter = ("year",)
    list_select_related = ("imported_by",)
    inlines = (Days,)
