from typing import Any

from django import forms
from django.contrib import admin

from accounts.admin.audited import Audited
from accounts.admin_rights import LookOnly
from billing.models import (
    BuildingHandover,
    HeatingSeason,
    HeatSuspension,
    TemperatureRefund,
    TemperatureTest,
)
from billing.services.heating_seasons import check_season_change


class HeatingSeasonForm(forms.ModelForm[HeatingSeason]):
    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.instance.pk and not self.errors:
            before = HeatingSeason.objects.get(pk=self.instance.pk)
            after = HeatingSeason(**{**_columns(before), **data})
            check_season_change(before, after)
        return data


def _columns(season: HeatingSeason) -> dict[str, Any]:
    return {field.attname: getattr(season, field.attname) for field in season._meta.concrete_fields}


@admin.register(HeatingSeason)
class HeatingSeasonAdmin(Audited):
    form = HeatingSeasonForm  # type: ignore[assignment]  # the stubs know no narrower form
    list_display = ("season", "branch", "starts_on", "ends_on", "due_on", "suspend_by", "decision")
    list_filter = ("branch",)


@admin.register(BuildingHandover)
class BuildingHandoverAdmin(Audited):
    list_display = ("community", "building", "district", "handed_over_on")
    list_filter = ("district",)
    search_fields = ("community",)


@admin.register(HeatSuspension)
class HeatSuspensionAdmin(LookOnly):
    list_display = ("account", "season", "state", "reason", "applied_on", "applied_by", "decided_by")
    list_filter = ("state", "season")
    list_select_related = ("account", "season", "applied_by", "decided_by")
    search_fields = ("account__account_no",)


@admin.register(TemperatureTest)
class TemperatureTestAdmin(LookOnly):
    list_display = ("account", "tested_at", "mean", "standard", "is_below", "tested_by")
    list_select_related = ("account", "tested_by")
    search_fields = ("account__account_no",)


@admin.register(TemperatureRefund)
class TemperatureRefundAdmin(LookOnly):
    list_display = ("account", "bill", "weighted_days", "amount", "state", "proposed_by", "decided_by")
    list_filter = ("state",)
    list_select_related = ("account", "bill", "proposed_by", "decided_by")
    search_fields = ("account__account_no",)
