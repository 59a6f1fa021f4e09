from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from accounts.admin.audited import Audited, staff_of
from accounts.models import Staff
from accounts.queries.scope import branches_seen_by
from counters.models import Hall, HallPosting


@admin.register(HallPosting)
class HallPostingAdmin(Audited):
    """Who belongs to which hall, and since when. Whoever moves: an end here, and a new row."""

    list_display = ("staff", "hall", "first_day", "last_day")
    list_filter = ("hall",)
    list_select_related = ("staff", "hall")
    search_fields = ("staff__number", "staff__name", "hall__name")
    date_hierarchy = "first_day"

    def get_queryset(self, request: HttpRequest) -> QuerySet[HallPosting]:
        return HallPosting.objects.filter(hall__in=_halls_of(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("staff",)

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any]", request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any]:
        if db_field.name == "hall":
            kwargs["queryset"] = _halls_of(request)
        elif db_field.name == "staff":
            kwargs["queryset"] = _people_of(request)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        assert field is not None
        return field


def _sees_every_hall(request: HttpRequest) -> bool:
    # The administrator sees no customer of any branch, and keeps the halls of all.
    return staff_of(request).has_perm("counters.add_hall")


def _halls_of(request: HttpRequest) -> QuerySet[Hall]:
    if _sees_every_hall(request):
        return Hall.objects.all()
    return Hall.objects.filter(branch__in=branches_seen_by(staff_of(request)))


def _people_of(request: HttpRequest) -> QuerySet[Staff]:
    people = Staff.objects.filter(left_on__isnull=True)
    if _sees_every_hall(request):
        return people
    return people.filter(branch__in=branches_seen_by(staff_of(request)))
