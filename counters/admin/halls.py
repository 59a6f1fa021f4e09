from django.contrib import admin

from accounts.admin.audited import Audited
from accounts.admin_rights import TabularInline
from counters.models import Hall, Window


class WindowRows(TabularInline[Window, Hall]):
    model = Window
    extra = 0
    can_delete = False


@admin.register(Hall)
class HallAdmin(Audited):
    list_display = ("number", "name", "branch", "largest_float", "difference_limit")
    list_filter = ("branch",)
    list_select_related = ("branch",)
    search_fields = ("=number", "name", "name_en", "address")
    inlines = (WindowRows,)
