from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.admin_rights import LookOnly, TabularInline
from counters.models import CashCount, Shift, TillEntry


class _Rows(TabularInline[Model, Shift]):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class CashCountRows(_Rows):
    model = CashCount
    fields = ("denomination", "pieces")


class TillEntryRows(_Rows):
    model = TillEntry
    fields = ("kind", "payment", "cash_in", "cash_out", "entered_at")


@admin.register(Shift)
class ShiftAdmin(LookOnly):
    list_display = (
        "code",
        "window",
        "cashier",
        "business_date",
        "state",
        "receipts_issued",
        "counted",
        "expected",
    )
    list_filter = ("state", "business_date", "window__hall")
    search_fields = ("code__startswith", "cashier__number")
    list_select_related = ("window__hall", "cashier")
    inlines = (CashCountRows, TillEntryRows)
    show_full_result_count = False
