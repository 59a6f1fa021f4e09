import datetime

import pytest

from accounts.models import AuditEntry, Branch, Staff
from counters.models import DiaryEntry, Hall, Pause, Shift
from counters.queries.pauses import overrun_pauses, windows_at_work
from counters.services.pauses import begin_pause, end_pause, end_pauses_by_the_clock
from tests.counters.rows import all_rows, refused
from tests.factories.counters import MORNING
from tests.factories.queue import call, make_open_window, make_queue_hall, take_ticket

pytestmark = pytest.mark.django_db

MINUTE = datetime.timedelta(minutes=1)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def hall(branch: Branch) -> Hall:
    return make_queue_hall(branch)


@pytest.fixture
def shift(hall: Hall) -> Shift:
    """Of two windows at work the one whose clerk needs a break."""
    make_open_window(hall)
    return make_open_window(hall)


def pause(shift: Shift, minute: float = 0, reason: str = "") -> Pause:
    return begin_pause(shift, reason=reason, by=shift.cashier, at=MORNING + MINUTE * minute)


class TestBeginPause:
    def test_lasts_five_minutes_and_stands_in_the_diary(self, shift: Shift) -> None:
        begun = pause(shift, reason="刚才的用户很激动")

        assert (begun.turn, begun.ends_at) == (1, MORNING + MINUTE * 5)
        entry = DiaryEntry.objects.get()
        assert (entry.kind, entry.staff, entry.text) == ("PAUSE", shift.cashier, "刚才的用户很激动")
        assert AuditEntry.objects.filter(action="begin_pause").exists()

    @pytest.mark.parametrize(
        ("waiting", "most", "is_allowed"), [(4, 4, True), (5, 4, False), (5, 5, True), (1, 0, False)]
    )
    def test_is_allowed_while_few_wait(
        self, shift: Shift, hall: Hall, waiting: int, most: int, is_allowed: bool
    ) -> None:
        hall.pause_queue_max = most
        hall.save()
        for _ in range(waiting):
            take_ticket(hall)
        before = all_rows()

        if is_allowed:
            pause(shift)
        else:
            with refused("queue_too_long"):
                pause(shift)
            assert all_rows() == before

    def test_is_allowed_twice_a_day(self, shift: Shift) -> None:
        pause(shift, 0)
        pause(shift, 20)
        before = all_rows()

        with refused("third_pause"):
            pause(shift, 40)

        assert all_rows() == before

    def test_is_allowed_again_the_next_day(self, shift: Shift, hall: Hall) -> None:
        pause(shift, 0)
        pause(shift, 20)
        tomorrow = MORNING + datetime.timedelta(days=1)
        colleague = make_open_window(hall, at=tomorrow)
        make_open_window(hall, at=tomorrow)

        assert begin_pause(colleague, by=colleague.cashier, at=tomorrow).turn == 1

    def test_leaves_one_window_at_work(self, shift: Shift, hall: Hall) -> None:
        colleague = Shift.objects.exclude(pk=shift.pk).get()
        pause(colleague)

        with refused("too_few_windows"):
            pause(shift, 1)
        assert pause(shift, 5).turn == 1

    def test_of_the_only_window_is_for_the_hall_to_allow(self, hall: Hall) -> None:
        alone = make_open_window(hall)
        with refused("too_few_windows"):
            pause(alone)
        hall.fewest_windows_at_work = 0
        hall.save()

        assert pause(alone).turn == 1

    def test_is_refused_in_the_middle_of_a_visit_or_of_a_pause(self, shift: Shift, hall: Hall) -> None:
        take_ticket(hall)
        call(shift)
        with refused("still_serving"):
            pause(shift)

        colleague = make_open_window(hall)
        pause(colleague)
        with refused("already_paused"):
            pause(colleague, 4.9)

    def test_is_refused_with_a_novel(self, shift: Shift) -> None:
        with refused("reason_too_long"):
            pause(shift, reason="累" * 201)


class TestTheEndOfAPause:
    def test_comes_by_itself_whether_the_task_has_run_or_not(self, shift: Shift, hall: Hall) -> None:
        begun = pause(shift)

        assert windows_at_work(hall, MORNING + MINUTE * 5 - SECOND).count() == 1
        assert windows_at_work(hall, MORNING + MINUTE * 5).count() == 2
        assert end_pauses_by_the_clock(MORNING + MINUTE * 5 - SECOND) == (0, 0)
        assert end_pauses_by_the_clock(MORNING + MINUTE * 7) == (1, 0)
        begun.refresh_from_db()
        assert (begun.ended_at, begun.ended_by) == (begun.ends_at, None)

    def test_comes_sooner_when_the_clerk_calls_somebody(self, shift: Shift, hall: Hall) -> None:
        begun = pause(shift)
        take_ticket(hall)

        call(shift, at=MORNING + MINUTE * 2)

        begun.refresh_from_db()
        assert (begun.ended_at, begun.ended_by) == (MORNING + MINUTE * 2, shift.cashier)

    def test_may_be_asked_for_by_the_clerk_or_who_runs_the_hall(
        self, shift: Shift, supervisor: Staff, cashier: Staff
    ) -> None:
        first = pause(shift)
        with refused("not_yours"):
            end_pause(first, by=cashier, at=MORNING + MINUTE)
        assert end_pause(first, by=shift.cashier, at=MORNING + MINUTE).ended_at == MORNING + MINUTE

        second = pause(shift, 2)
        assert end_pause(second, by=supervisor, at=MORNING + MINUTE * 3).ended_by == supervisor
        with refused("pause_over"):
            end_pause(second, by=supervisor, at=MORNING + MINUTE * 3)

    def test_is_overrun_by_who_calls_nobody_though_somebody_waits(self, shift: Shift, hall: Hall) -> None:
        begun = pause(shift)
        assert not overrun_pauses(MORNING + MINUTE * 7).exists()
        take_ticket(hall, at=MORNING + MINUTE)

        assert list(overrun_pauses(MORNING + MINUTE * 7)) == [begun]
        assert end_pauses_by_the_clock(MORNING + MINUTE * 5.5) == (1, 0)
        assert end_pauses_by_the_clock(MORNING + MINUTE * 7) == (0, 1)
        assert end_pauses_by_the_clock(MORNING + MINUTE * 8) == (0, 0)
        call(shift, at=MORNING + MINUTE * 9)
        assert not overrun_pauses(MORNING + MINUTE * 10).exists()
        begun.refresh_from_db()
        assert begun.overrun_at == begun.ends_at
