from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from billing.models import Reversal


class StandsFilter(admin.SimpleListFilter):
    """Payments that stand, or those that were taken back. `payment` is where the rows keep the payment."""

    title = _("taken back")
    parameter_name = "stands"
    payment = "pk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("yes", _("stands")), ("no", _("taken back"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        taken_back = {f"{self.payment}__in": Reversal.objects.values("payment_id")}
        if self.value() == "yes":
            return queryset.exclude(**taken_back)
        return queryset.filter(**taken_back) if self.value() == "no" else queryset
