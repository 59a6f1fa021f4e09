from django.contrib import admin

from accounts.admin_rights import LookOnly
from billing.admin.standing import StandsFilter
from counters.models import TillEntry


class PaymentStands(StandsFilter):
    payment = "payment_id"


@admin.register(TillEntry)
class TillEntryAdmin(LookOnly):
    """What was taken and given back at the windows, one by one."""

    list_display = ("payment", "kind", "shift", "cash_in", "cash_out", "entered_at")
    list_filter = ("kind", PaymentStands, "shift__window__hall", "shift__window", "payment__business_date")
    list_select_related = ("payment", "shift")
    search_fields = ("payment__receipt__number__startswith", "payment__account__account_no")
    show_full_result_count = False
