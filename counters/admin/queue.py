from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.audited import Audited, staff_of
from accounts.admin_rights import LookOnly
from counters.models import Pause, Ticket, TicketService


@admin.register(TicketService)
class TicketServiceAdmin(Audited):
    """What a visitor may come for. Its letter stays: it stands on the tickets."""

    list_display = ("code", "name", "name_en", "usual_minutes", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name", "name_en")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("code",)


@admin.register(Ticket)
class TicketAdmin(LookOnly):
    """The tickets of a day in the order of their line; they are called from the counter."""

    list_display = ("label", "hall", "business_date", "state", "is_priority", "issued_at", "window", "staff")
    list_filter = ("state", "hall", "service", "business_date", "hall__branch")
    list_select_related = ("hall", "window__hall", "staff")
    search_fields = ("=number", "staff__number")
    exclude = ("code", "request_id")
    ordering = ("-business_date", "-is_priority", "place_at", "id")
    show_full_result_count = False
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(staff_of(request))

    @admin.display(description=_("ticket"), ordering="number")
    def label(self, ticket: Ticket) -> str:
        return ticket.label


class LastsFilter(admin.SimpleListFilter):
    """Pauses that last now: whoever did not end it sooner, ends it by the clock."""

    title = _("lasts now")
    parameter_name = "lasts"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("yes", _("lasts now"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Pause]) -> QuerySet[Pause]:
        if self.value() == "yes":
            return queryset.filter(ended_at__isnull=True, ends_at__gt=timezone.now())
        return queryset


@admin.register(Pause)
class PauseAdmin(LookOnly):
    list_display = ("window", "staff", "business_date", "begun_at", "ends_at", "ended_at", "overrun_at")
    list_filter = (LastsFilter, "hall", "business_date", "hall__branch")
    list_select_related = ("window__hall", "staff")
    search_fields = ("staff__number", "staff__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pause]:
        staff = staff_of(request)
        rows = Pause.objects.all()
        return (
            rows if staff.has_perm("accounts.see_every_branch") else rows.filter(hall__branch=staff.branch_id)
        )
