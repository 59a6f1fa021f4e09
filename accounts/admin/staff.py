from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.audited import Audited, staff_of
from accounts.models import Staff


class StaffCreationForm(AdminUserCreationForm[Staff]):
    class Meta:
        model = Staff
        fields = ("number", "name", "post", "branch")


class StaffChangeForm(UserChangeForm[Staff]):
    class Meta:
        model = Staff
        fields = "__all__"


@admin.register(Staff)
class StaffAdmin(Audited, UserAdmin[Staff]):
    """People and their roles. Nobody gives a role to themselves."""

    form = StaffChangeForm  # type: ignore[assignment]  # Staff is a Model
    add_form = StaffCreationForm
    ordering = ("number",)
    list_display = ("number", "name", "post", "branch", "is_active", "last_login")
    list_filter = ("post", "branch", "is_active", "groups")
    list_select_related = ("branch",)
    search_fields = ("number", "name")
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("number", "password", "name", "name_en", "post", "branch")}),
        (_("Employment"), {"fields": ("hired_on", "left_on", "left_reason")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "groups")}),
        (_("Signing in"), {"fields": ("last_login",)}),
    )
    add_fieldsets = (
        (None, {"fields": ("number", "name", "post", "branch", "usable_password", "password1", "password2")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        own = obj is not None and obj.pk == request.user.pk
        return ("last_login", "is_staff", "groups") if own else ("last_login",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not staff_of(request).is_superuser:
            return False
        return super().has_change_permission(request, obj)
