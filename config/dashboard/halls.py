"""The halls and their windows now: which are open, and since when the shifts of the others are closed."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models.organisation import in_current_language
from config.dashboard.scope import Figure, Scope, rows

_WINDOWS = """
    SELECT h.id, h.name, h.name_en, w.id, w.number, w.is_priority,
        EXISTS (SELECT FROM counters_shift s WHERE s.window_id = w.id AND s.state = 'OPEN')
    FROM counters_window w JOIN counters_hall h ON h.id = w.hall_id
    WHERE %(branch)s::bigint IS NULL OR h.branch_id = %(branch)s
    ORDER BY h.number, w.number
"""


def halls_of(scope: Scope) -> list[dict[str, Any]]:
    """Every hall with its windows in their order, each open or not. One query."""
    halls: dict[int, dict[str, Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WINDOWS, {"branch": scope.branch_id})
        for hall_id, name, name_en, window_id, number, is_priority, is_open in cursor.fetchall():
            hall = halls.setdefault(
                hall_id, {"id": hall_id, "name": in_current_language(name, name_en), "windows": []}
            )
            hall["windows"].append(
                {
                    "id": window_id,
                    "number": number,
                    "name": _("Window %(number)s") % {"number": number},
                    "is_open": is_open,
                    "is_priority": is_priority,
                }
            )
    for hall in halls.values():
        hall["open"] = Figure(
            _("windows open"),
            sum(window["is_open"] for window in hall["windows"]),
            rows("counters.shift", state__exact="OPEN", window__hall__id__exact=hall["id"]),
        )
    return list(halls.values())
