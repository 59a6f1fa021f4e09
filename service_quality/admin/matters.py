from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.audited import Audited
from accounts.admin_rights import LookOnly
from service_quality.models import Matter, MatterPolicy, OfficeSession


@admin.register(Matter)
class MatterAdmin(LookOnly):
    list_display = ("number", "kind", "source", "state", "branch", "handler", "opened_at", "due_at")
    list_filter = ("state", "kind", "source", "branch")
    search_fields = ("number__startswith", "external_number")
    list_select_related = ("branch", "handler")
    exclude = ("code", "request_id")
    show_full_result_count = False


class _OnlyAdded(Audited):
    """A change is a new row: what gave a date stays as it was."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(MatterPolicy)
class MatterPolicyAdmin(_OnlyAdded):
    list_display = (
        "__str__",
        "kind",
        "source",
        "effective_from",
        "days",
        "special_days",
        "interim_day",
        "basis",
    )
    list_filter = ("kind", "source")


@admin.register(OfficeSession)
class OfficeSessionAdmin(_OnlyAdded):
    list_display = ("effective_from", "begins", "ends")
