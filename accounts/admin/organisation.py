from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.audited import Audited, staff_of
from accounts.models import Branch, District
from accounts.queries.scope import districts_seen_by


@admin.register(Branch)
class BranchAdmin(Audited):
    list_display = ("code", "name", "name_en")
    search_fields = ("code", "name", "name_en")


@admin.register(District)
class DistrictAdmin(Audited):
    list_display = ("code", "name", "branch", "owner")
    list_filter = ("branch",)
    search_fields = ("code", "name", "name_en", "owner__number", "owner__name")
    list_select_related = ("branch", "owner")
    # A district changes hands by the verb, which keeps who had it before.
    readonly_fields = ("owner",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[District]:
        return districts_seen_by(staff_of(request))
