from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.admin.audited import Audited, staff_of
from accounts.models import Premises
from accounts.queries.scope import premises_seen_by
from accounts.services.corrections import correct_premises


@admin.register(Premises)
class PremisesAdmin(Audited):
    list_display = ("address", "district", "building_area", "has_own_valve")
    list_filter = ("district", "has_own_valve")
    list_select_related = ("district",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Premises]:
        return premises_seen_by(staff_of(request))

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        correct_premises(obj)
