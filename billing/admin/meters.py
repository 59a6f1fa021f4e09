from django.contrib import admin

from accounts.admin.audited import Audited
from accounts.admin_rights import LookOnly
from billing.models import Meter, MeterInstallation, MeterTest, Reading, ReadingPolicy, Route


@admin.register(Meter)
class MeterAdmin(LookOnly):
    list_display = ("serial_no", "service", "digits", "multiplier")
    list_filter = ("service",)
    search_fields = ("serial_no__startswith",)


@admin.register(MeterInstallation)
class MeterInstallationAdmin(LookOnly):
    list_display = ("meter", "account", "installed_on", "initial", "removed_on", "final")
    search_fields = ("meter__serial_no__startswith", "account__account_no")
    list_select_related = ("meter", "account")


@admin.register(Reading)
class ReadingAdmin(LookOnly):
    list_display = (
        "installation",
        "read_on",
        "value",
        "kind",
        "state",
        "rolled_over",
        "read_by",
        "reviewed_by",
    )
    list_filter = ("state", "kind")
    search_fields = ("installation__meter__serial_no__startswith", "installation__account__account_no")
    list_select_related = ("installation__meter", "installation__account", "read_by", "reviewed_by")
    show_full_result_count = False


@admin.register(MeterTest)
class MeterTestAdmin(LookOnly):
    list_display = (
        "certificate_no",
        "installation",
        "tested_on",
        "error_percent",
        "tolerance_percent",
        "result",
    )
    list_filter = ("result",)
    search_fields = ("certificate_no__startswith",)
    list_select_related = ("installation__meter", "installation__account")


@admin.register(ReadingPolicy)
class ReadingPolicyAdmin(Audited):
    list_display = (
        "service",
        "usual_of",
        "high_factor",
        "high_from",
        "zero_times",
        "under_factor",
        "estimate_by",
    )


@admin.register(Route)
class RouteAdmin(Audited):
    list_display = ("code", "name", "branch", "service", "reader", "every_months")
    list_filter = ("branch", "service")
    list_select_related = ("branch", "reader")
    search_fields = ("code", "name")
