from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.audited import Audited
from accounts.admin_rights import LookOnly
from billing.models import ReconnectionTerm, WriteOff


@admin.register(ReconnectionTerm)
class ReconnectionTermAdmin(Audited):
    """Which services there are stays; within how many hours they are back may change."""

    list_display = ("service", "hours")
    readonly_fields = ("service",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(WriteOff)
class WriteOffAdmin(LookOnly):
    list_display = (
        "bill",
        "kind",
        "amount",
        "reason",
        "note",
        "state",
        "proposed_by",
        "seconded_by",
        "decided_by",
    )
    list_select_related = ("bill", "proposed_by", "seconded_by", "decided_by")
    list_filter = ("state", "kind", "reason")
    search_fields = ("bill__number",)
