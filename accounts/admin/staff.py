from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm

from accounts.admin.audited import Audited, staff_of
from accounts.models import Staff
from accounts.services.sign_in_locks import UnlockRefused, unlock_sign_in


class StaffCreationForm(AdminUserCreationForm[Staff]):
    class Meta:
        model = Staff
        fields = ("number", "name", "post", "branch")


class StaffChangeForm(UserChangeForm[Staff]):
    class Meta:
        model = Staff
        fields = "__all__"


def role_in_words(role: Group) -> str:
    """A role is called as the post that has it."""
    post = role.name.upper()
    return str(Staff.Post(post).label) if post in Staff.Post.values else role.name


class RolesField(forms.ModelMultipleChoiceField[Group]):
    def label_from_instance(self, obj: Group) -> str:
        return role_in_words(obj)


@admin.register(Staff)
class StaffAdmin(Audited, UserAdmin[Staff]):
    """People and their roles. Nobody gives a role to themselves."""

    form = StaffChangeForm  # type: ignore[assignment]  # Staff is a Model
    add_form = StaffCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("number",)
    list_display = ("number", "name", "post", "branch", "is_active", "last_login")
    list_filter = ("post", "branch", "is_active")
    list_select_related = ("branch",)
    search_fields = ("number", "name")
    filter_horizontal = ()
    actions = ("unlock",)
    fieldsets = (
        (None, {"fields": ("number", "password", "name", "name_en", "post", "branch")}),
        (_("Employment"), {"fields": ("hired_on", "left_on", "left_reason")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "groups")}),
        (_("Signing in"), {"fields": ("last_login",)}),
    )
    add_fieldsets = (
        (None, {"fields": ("number", "name", "post", "branch", "usable_password", "password1", "password2")}),
    )

    @admin.action(description=_("Unlock the number"), permissions=["unlock"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[Staff]) -> None:
        """After too many wrong passwords: their owner can try again at once."""
        for staff in queryset.select_related("branch"):
            try:
                unlock_sign_in(staff, by=staff_of(request), at=timezone.now())
            except UnlockRefused as refusal:
                self.message_user(request, refusal.messages[0], messages.ERROR)
            else:
                self.message_user(request, _("%(number)s can sign in again.") % {"number": staff.number})

    def has_unlock_permission(self, request: HttpRequest) -> bool:
        return staff_of(request).has_perm("accounts.unlock_sign_in")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        own = obj is not None and obj.pk == request.user.pk
        return ("last_login", "is_staff", "groups", "roles") if own else ("last_login", "roles")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Where the roles cannot be changed they are read in words."""
        own = obj is not None and obj.pk == request.user.pk
        if obj is None or (self.has_change_permission(request, obj) and not own):
            return super().get_fieldsets(request, obj)
        return [
            (title, {"fields": ["roles" if field == "groups" else field for field in options["fields"]]})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelMultipleChoiceField[Any] | None:
        if db_field.name == "groups":
            # Not the two boxes of Django: their buttons speak English.
            widget = forms.CheckboxSelectMultiple
            kwargs |= {"form_class": RolesField, "widget": widget, "label": _("roles"), "help_text": ""}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description=_("roles"))
    def roles(self, staff: Staff) -> str:
        return ", ".join(map(role_in_words, staff.groups.order_by("name")))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not staff_of(request).is_superuser:
            return False
        return super().has_change_permission(request, obj)
