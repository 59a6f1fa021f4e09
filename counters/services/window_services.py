"""For what a window is open: the hall supervisor decides as the day goes."""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from counters.models import TicketService, Window, WindowService
from counters.services.board_signal import signal_board
from counters.services.refusals import WindowRefused


@transaction.atomic
def open_window_for(
    window: Window, service_codes: Collection[str], *, by: Staff, at: datetime.datetime
) -> list[str]:
    """Open a window for these services and no others; for none closes it. Returns the letters.

    Codes: not_your_hall, unknown_service.
    """
    window = Window.objects.select_for_update(of=("self",)).select_related("hall").get(pk=window.pk)
    if not by.sees_branch(window.hall.branch_id):
        raise WindowRefused(_("This window is in a hall of another branch."), code="not_your_hall")
    services = list(TicketService.objects.filter(pk__in=service_codes, is_active=True))
    if len(services) != len(set(service_codes)):
        raise WindowRefused(_("This service is not offered any more."), code="unknown_service")
    before = sorted(window.open_services.values_list("service_id", flat=True))
    window.open_services.exclude(service__in=services).delete()
    WindowService.objects.bulk_create(
        (WindowService(window=window, service=one) for one in services), ignore_conflicts=True
    )
    after = sorted(one.pk for one in services)
    if after != before:
        record_audit(
            actor=by,
            action="open_window_for",
            on=window,
            at=at,
            branch=window.hall.branch,
            details={"from": before, "to": after},
        )
        signal_board(window.hall_id)
    return after
