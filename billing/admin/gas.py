from django.contrib import admin

from accounts.admin_rights import NothingIsDeleted
from billing.models import GasSaleRule


@admin.register(GasSaleRule)
class GasSaleRuleAdmin(NothingIsDeleted):
    list_display = (
        "effective_from",
        "branch",
        "most_per_purchase",
        "needs_safety_check",
        "replacement_fee",
    )
    list_filter = ("branch",)
