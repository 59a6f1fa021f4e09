"""What the admin pages let people do: look at most things, change few, delete nothing."""

from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.http import HttpRequest

# Of the theme, which carries no types: for mypy they are the classes of Django that it extends.
if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline

    _ModelAdmin = ModelAdmin[Model]
else:
    from unfold.admin import ModelAdmin, TabularInline

    _ModelAdmin = ModelAdmin

__all__ = ["LookOnly", "NothingIsDeleted", "TabularInline"]


class NothingIsDeleted(_ModelAdmin):
    """Rows are corrected or closed; none disappears."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookOnly(NothingIsDeleted):
    """Written by verbs only: the admin shows it and opens what stands behind it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
