from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.audited import Audited, staff_of
from accounts.queries.scope import branches_seen_by
from counters.models import Window


@admin.register(Window)
class WindowAdmin(Audited):
    """The windows of every hall; what a window does may change, which one it is stays."""

    list_display = ("hall", "number", "takes_money", "is_priority", "card_reader")
    list_display_links = ("hall", "number")
    list_filter = ("hall", "takes_money", "is_priority")
    list_select_related = ("hall",)
    search_fields = ("hall__name", "=number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Window]:
        staff = staff_of(request)
        if staff.is_superuser or staff.has_perm("counters.add_hall"):
            return Window.objects.all()
        return Window.objects.filter(hall__branch__in=branches_seen_by(staff))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("hall", "number")
