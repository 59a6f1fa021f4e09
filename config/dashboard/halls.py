"""The halls and their windows now: which are open, and since when the shifts of the others are closed."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models.organisation import in_current_language
from config.dashboard.scope import Figure, Scope, rows
from counters.models import Shift, Window


def windows_of(scope: Scope) -> QuerySet[Window]:
    windows = Window.objects.select_related("hall").order_by("hall__number", "number")
    return windows if scope.branch_id is None else windows.filter(hall__branch_id=scope.branch_id)


def halls_of(scope: Scope) -> list[dict[str, Any]]:
    """Every hall with its windows in their order, each open or not. One query."""
    shifts = Shift.objects.open().filter(window=OuterRef("pk"))
    halls: dict[int, dict[str, Any]] = {}
    for window in windows_of(scope).annotate(is_open=Exists(shifts)):
        hall = halls.setdefault(
            window.hall_id,
            {
                "id": window.hall_id,
                "name": in_current_language(window.hall.name, window.hall.name_en),
                "windows": [],
            },
        )
        hall["windows"].append(
            {
                "id": window.pk,
                "number": window.number,
                "name": _("Window %(number)s") % {"number": window.number},
                "is_open": window.is_open,
                "is_priority": window.is_priority,
            }
        )
    for hall in halls.values():
        hall["open"] = Figure(
            _("windows open"),
            sum(window["is_open"] for window in hall["windows"]),
            rows("counters.shift", state__exact="OPEN", window__hall__id__exact=hall["id"]),
        )
    return list(halls.values())
