from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin_rights import LookOnly
from billing.models import AllocationPolicy, LateChargeRule, Tariff, TariffVersion


class TariffVersionRows(admin.TabularInline[TariffVersion, Tariff]):
    model = TariffVersion
    extra = 0
    can_delete = False
    fields = ("effective_from", "effective_until", "prices", "made_by", "approved_by", "approved_at")


@admin.register(Tariff)
class TariffAdmin(LookOnly):
    list_display = ("code", "__str__", "service", "branch", "kind_word", "due_days")
    fields = (
        "code", "name", "name_en", "service", "branch", "kind_word", "rules", "source", "due_days"
    )  # fmt: skip
    readonly_fields = ("kind_word",)
    list_filter = ("service",)
    inlines = (TariffVersionRows,)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_word(self, tariff: Tariff) -> str:
        words = {
            "metered": _("by meter"),
            "heating_area": _("by heated area"),
            "one_off": _("fees charged once"),
        }
        return str(words.get(tariff.kind, tariff.kind))


@admin.register(LateChargeRule)
class LateChargeRuleAdmin(LookOnly):
    list_display = ("service", "branch", "effective_from", "effective_until", "terms")


@admin.register(AllocationPolicy)
class AllocationPolicyAdmin(LookOnly):
    list_display = ("effective_from", "within_bill", "uses_credit")
