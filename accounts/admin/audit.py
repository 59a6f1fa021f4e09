from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.action_words import action_in_words, kind_in_words
from accounts.admin.audited import staff_of
from accounts.admin_rights import LookOnly
from accounts.models import AuditEntry
from accounts.queries.scope import branches_seen_by


class _WordFilter(admin.AllValuesFieldListFilter):
    """The codes that stand in the trail, said in words."""

    in_words: ClassVar[Callable[[str], str]]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            # With counts on it is “take_payment (12)”.
            code, blank, count = str(choice["display"]).partition(" ")
            yield {**choice, "display": f"{type(self).in_words(code)}{blank}{count}"}


class ActionFilter(_WordFilter):
    in_words = action_in_words


class KindFilter(_WordFilter):
    in_words = kind_in_words


@admin.register(AuditEntry)
class AuditEntryAdmin(LookOnly):
    fields = (
        "at", "actor", "branch", "action_word", "kind_word", "object_id", "reason", "details", "request_id"
    )  # fmt: skip
    readonly_fields = ("action_word", "kind_word")
    list_display = ("at", "actor", "action_word", "kind_word", "object_id", "branch", "reason")
    list_filter = (("action", ActionFilter), ("object_type", KindFilter), "branch")
    list_select_related = ("actor", "branch")
    search_fields = ("=object_id", "=actor__number")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        staff = staff_of(request)
        if staff.has_perm("accounts.see_every_branch"):
            return AuditEntry.objects.all()
        return AuditEntry.objects.filter(branch__in=branches_seen_by(staff))

    @admin.display(description=_("action"), ordering="action")
    def action_word(self, entry: AuditEntry) -> str:
        return action_in_words(entry.action)

    @admin.display(description=_("kind of thing"), ordering="object_type")
    def kind_word(self, entry: AuditEntry) -> str:
        return kind_in_words(entry.object_type)
