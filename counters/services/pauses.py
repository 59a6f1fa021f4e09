"""Five minutes to breathe (暂停服务5分钟): seed 001, domain.md 4.6."""

import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from counters.models import DiaryEntry, Hall, Pause, Shift, Ticket
from counters.models.pause import PAUSE_LASTS, PAUSES_A_DAY
from counters.queries.pauses import overrun_pauses, windows_at_work
from counters.services.board_signal import signal_board
from counters.services.refusals import PauseRefused
from counters.services.shifts import check_own_open_shift, lock_shift

LONGEST_REASON = 200


@transaction.atomic
def begin_pause(shift: Shift, *, reason: str = "", by: Staff, at: datetime.datetime) -> Pause:
    """Let a window rest for five minutes; it is noted in the work diary and ends by itself.

    Codes: those of the shift, still_serving, already_paused, third_pause, queue_too_long, too_few_windows,
    reason_too_long.
    """
    hall_id = shift.window.hall_id
    shift = lock_shift(shift.pk)
    check_own_open_shift(shift, by, at)
    # Two windows that ask at one moment are answered one after the other: the second sees the pause of the first.
    hall = Hall.objects.select_for_update(no_key=True).get(pk=hall_id)
    _end_by_the_clock(hall, at)
    reason = reason.strip()
    earlier = _earlier_pauses(by, shift, reason, at)
    _check_the_hall(hall, shift, at)
    pause = Pause.objects.create(
        staff=by,
        window_id=shift.window_id,
        hall=hall,
        business_date=shift.business_date,
        turn=earlier + 1,
        begun_at=at,
        ends_at=at + PAUSE_LASTS,
        reason=reason,
    )
    DiaryEntry.objects.create(staff=by, at=at, kind=DiaryEntry.Kind.PAUSE, text=reason, pause=pause)
    record_audit(actor=by, action="begin_pause", on=pause, at=at)
    signal_board(hall.pk)
    return pause


@transaction.atomic
def end_pause(pause: Pause, *, by: Staff, at: datetime.datetime) -> Pause:
    """Go back to work before the five minutes are over: the clerk, or whoever runs the hall.

    Codes: not_yours, pause_over.
    """
    pause = Pause.objects.select_for_update(no_key=True).get(pk=pause.pk)
    if pause.staff_id != by.pk and not by.has_perm("counters.run_the_hall"):
        raise PauseRefused(_("This is the pause of somebody else."), code="not_yours")
    if pause.is_over_at(at):
        raise PauseRefused(_("This pause is over already."), code="pause_over")
    pause.ended_at, pause.ended_by = at, by
    pause.save(update_fields=["ended_at", "ended_by"])
    record_audit(actor=by, action="end_pause", on=pause, at=at)
    signal_board(pause.hall_id)
    return pause


@transaction.atomic
def end_pauses_by_the_clock(at: datetime.datetime) -> tuple[int, int]:
    """Write the end into pauses that have run out, and find those after which nobody went back to work.

    Returns how many of each. Whoever reads takes a pause for ended at its end, whether this has run or not.
    """
    halls = list(Hall.objects.filter(pauses__in=Pause.objects.run_out(at)).distinct())
    ended = sum(_end_by_the_clock(hall, at) for hall in halls)
    overrun = overrun_pauses(at).filter(overrun_at__isnull=True)
    late = Pause.objects.filter(pk__in=list(overrun.values_list("pk", flat=True))).update(
        overrun_at=F("ends_at")
    )
    for hall in halls:
        signal_board(hall.pk)
    return ended, late


def _end_by_the_clock(hall: Hall, at: datetime.datetime) -> int:
    return Pause.objects.run_out(at).filter(hall=hall).update(ended_at=F("ends_at"))


def _earlier_pauses(by: Staff, shift: Shift, reason: str, at: datetime.datetime) -> int:
    """How often the person has paused today, if once more is allowed."""
    if len(reason) > LONGEST_REASON:
        raise PauseRefused(
            _("A reason has at most %(most)s characters."),
            code="reason_too_long",
            params={"most": LONGEST_REASON},
        )
    if busy := Ticket.objects.at_a_window().filter(window=shift.window_id).first():
        raise PauseRefused(
            _("%(label)s is still at your window: finish that visit first."),
            code="still_serving",
            params={"label": busy.label},
        )
    if Pause.objects.at(at).filter(staff=by).exists():
        raise PauseRefused(_("You are pausing already."), code="already_paused")
    earlier = Pause.objects.filter(staff=by, business_date=shift.business_date).count()
    if earlier >= PAUSES_A_DAY:
        raise PauseRefused(
            _("You have paused twice today. Speak to the hall supervisor if you need a break."),
            code="third_pause",
        )
    return earlier


def _check_the_hall(hall: Hall, shift: Shift, at: datetime.datetime) -> None:
    """Nobody's business suffers: few wait, and somebody else is at work."""
    waiting = Ticket.objects.of_day(hall, shift.business_date).waiting().count()
    if waiting > hall.pause_queue_max:
        raise PauseRefused(
            _("%(waiting)s visitors are waiting. A window may pause when at most %(most)s wait."),
            code="queue_too_long",
            params={"waiting": waiting, "most": hall.pause_queue_max},
        )
    if windows_at_work(hall, at).exclude(pk=shift.pk).count() < hall.fewest_windows_at_work:
        raise PauseRefused(
            _("Too few other windows are at work now. Pause when a colleague is back."),
            code="too_few_windows",
        )
