from django.contrib import admin

from accounts.admin_rights import NothingIsDeleted
from counters.models import Hall, Window


class WindowRows(admin.TabularInline[Window, Hall]):
    model = Window
    extra = 0
    can_delete = False


@admin.register(Hall)
class HallAdmin(NothingIsDeleted):
    list_display = ("number", "name", "branch", "largest_float", "difference_limit")
    inlines = (WindowRows,)
