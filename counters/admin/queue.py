from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.admin_rights import NothingIsDeleted
from counters.models import TicketService


@admin.register(TicketService)
class TicketServiceAdmin(NothingIsDeleted):
    list_display = ("code", "name", "usual_minutes", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        # The letter stands on the tickets of every day.
        return ("code",) if obj else ()
