from django.contrib import admin

from accounts.admin_rights import LookOnly
from billing.models import AllocationPolicy, LateChargeRule, Tariff, TariffVersion


class TariffVersionRows(admin.TabularInline[TariffVersion, Tariff]):
    model = TariffVersion
    extra = 0
    can_delete = False
    fields = ("effective_from", "effective_until", "prices", "made_by", "approved_by", "approved_at")


@admin.register(Tariff)
class TariffAdmin(LookOnly):
    list_display = ("code", "name", "service", "branch", "kind", "due_days")
    list_filter = ("service",)
    inlines = (TariffVersionRows,)


@admin.register(LateChargeRule)
class LateChargeRuleAdmin(LookOnly):
    list_display = ("service", "branch", "effective_from", "effective_until", "terms")


@admin.register(AllocationPolicy)
class AllocationPolicyAdmin(LookOnly):
    list_display = ("effective_from", "within_bill", "uses_credit")
