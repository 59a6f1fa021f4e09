from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.audited import Audited, staff_of
from accounts.models import Premises
from accounts.queries.scope import premises_seen_by
from accounts.services.corrections import correct_premises


@admin.register(Premises)
class PremisesAdmin(Audited):
    list_display = ("place", "district", "building_area", "has_own_valve")
    list_filter = ("district", "has_own_valve")
    list_select_related = ("district",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Premises]:
        return premises_seen_by(staff_of(request))

    @admin.display(description=_("address"))
    def place(self, premises: Premises) -> str:
        return premises.address

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        correct_premises(obj)
