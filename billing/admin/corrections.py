from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.audited import Audited
from accounts.admin_rights import LookOnly
from billing.models import Adjustment, ApprovalLimit, BillCancellation, Waiver


@admin.register(BillCancellation)
class BillCancellationAdmin(LookOnly):
    list_display = ("bill", "business_date", "reason", "note", "returned", "cancelled_by", "approved_by")
    list_select_related = ("bill", "cancelled_by", "approved_by")
    list_filter = ("reason",)
    search_fields = ("bill__number",)


@admin.register(Adjustment)
class AdjustmentAdmin(LookOnly):
    list_display = ("account", "bill", "amount", "reason", "note", "state", "proposed_by", "decided_by")
    list_select_related = ("account", "bill", "proposed_by", "decided_by")
    list_filter = ("state", "reason")
    search_fields = ("account__account_no",)


@admin.register(Waiver)
class WaiverAdmin(LookOnly):
    list_display = ("bill", "amount", "reason", "note", "state", "proposed_by", "decided_by")
    list_select_related = ("bill", "proposed_by", "decided_by")
    list_filter = ("state", "reason")
    search_fields = ("bill__number",)


@admin.register(ApprovalLimit)
class ApprovalLimitAdmin(Audited):
    """Which limit it is stays; how high it is may change."""

    list_display = ("what", "role", "amount")
    readonly_fields = ("what", "role")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
