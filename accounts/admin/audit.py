from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.audited import staff_of
from accounts.admin_rights import LookOnly
from accounts.models import AuditEntry
from accounts.queries.scope import branches_seen_by


@admin.register(AuditEntry)
class AuditEntryAdmin(LookOnly):
    list_display = ("at", "actor", "action", "object_type", "object_id", "branch", "reason")
    list_filter = ("action", "object_type", "branch")
    list_select_related = ("actor", "branch")
    search_fields = ("=object_id", "=actor__number")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        staff = staff_of(request)
        if staff.has_perm("accounts.see_every_branch"):
            return AuditEntry.objects.all()
        return AuditEntry.objects.filter(branch__in=branches_seen_by(staff))
