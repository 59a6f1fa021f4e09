from django.contrib import admin

from accounts.admin_rights import LookOnly
from billing.models import Meter, MeterInstallation, Reading


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
    list_display = ("installation", "read_on", "value", "kind", "rolled_over", "read_by")
    list_filter = ("kind",)
    search_fields = ("installation__meter__serial_no__startswith", "installation__account__account_no")
    list_select_related = ("installation__meter", "installation__account", "read_by")
    show_full_result_count = False
