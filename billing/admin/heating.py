from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _

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

MOST_GIVEN_BACK = 50
COLDEST_STANDARD, WARMEST_STANDARD = 10, 26


class HeatingSeasonForm(forms.ModelForm[HeatingSeason]):
    """The season as the city announced it; each contradiction is said beside the field that can mend it."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            for field, sentence in [*_about_days(data), *_about_terms(data)]:
                self.add_error(field, sentence)
        if self.instance.pk and not self.errors:
            before = HeatingSeason.objects.get(pk=self.instance.pk)
            after = HeatingSeason(**{**_columns(before), **data})
            check_season_change(before, after)
        return data


def _about_days(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What the constraints of the table would refuse, in words."""
    first = data["starts_on"].year
    if data["season"] != f"{first}-{(first + 1) % 100:02}":
        yield (
            "season",
            _("The season that starts on this day is called %(season)s.")
            % {"season": f"{first}-{(first + 1) % 100:02}"},
        )
    if data["ends_on"] <= data["starts_on"]:
        yield "ends_on", _("The season ends after it starts.")
    for field in ("due_on", "suspend_by"):
        if data[field] > data["ends_on"]:
            yield field, _("This day lies after the end of the season.")


def _about_terms(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    until, pct = data["early_until"], data["early_pct"]
    if (until is None) != (pct is None):
        yield "early_until", _("Early payment needs both a day and a share.")
    elif until is not None and until > data["due_on"]:
        yield "early_until", _("Early payment ends with the due date.")
    if pct is not None and not 0 < pct <= MOST_GIVEN_BACK:
        yield "early_pct", _("The share is more than 0 and at most 50 percent.")
    if not COLDEST_STANDARD <= data["standard"] <= WARMEST_STANDARD:
        yield "standard", _("A room standard lies between 10 and 26 °C.")


def _columns(season: HeatingSeason) -> dict[str, Any]:
    return {field.attname: getattr(season, field.attname) for field in season._meta.concrete_fields}


@admin.register(HeatingSeason)
class HeatingSeasonAdmin(Audited):
    form = HeatingSeasonForm  # type: ignore[assignment]  # the stubs know no narrower form
    list_display = ("season", "branch", "starts_on", "ends_on", "due_on", "suspend_by", "decision")
    list_filter = ("branch",)
    list_select_related = ("branch",)
    search_fields = ("season", "decision")


@admin.register(BuildingHandover)
class BuildingHandoverAdmin(Audited):
    list_display = ("community", "building", "district", "handed_over_on")
    list_filter = ("district",)
    list_select_related = ("district",)
    search_fields = ("community", "building")


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
