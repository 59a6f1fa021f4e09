"""A bad rating is followed up within one working day by whoever answers for the hall."""

import datetime

import pytest
from django.db import Error, transaction

from accounts.models import Staff
from counters.models import Shift
from service_quality.models import FollowUp, Supervision
from service_quality.services.follow_ups import count_due_days, record_finding
from tests.counters.rows import refused
from tests.factories.accounts import make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.counters import MORNING, make_shift
from tests.factories.quality import make_rating

pytestmark = pytest.mark.django_db

LATER = MORNING + datetime.timedelta(hours=2)


def follow_up_of(shift: Shift, at: datetime.datetime = MORNING) -> FollowUp:
    return FollowUp.objects.get(rating=make_rating(shift, level=2, at=at, comment="态度不好"))


class TestOpening:
    def test_is_due_on_the_next_working_day(self, shift: Shift, supervisor: Staff, calendars: None) -> None:
        assert follow_up_of(shift).due_on == datetime.date(2026, 11, 24)

    def test_counts_over_a_holiday(self, branch: object, supervisor: Staff, calendars: None) -> None:
        # 30 September 2026 is followed by the holidays; 8 October is worked, 10 October as well.
        eve = MORNING.replace(month=9, day=30)
        shift = make_shift(make_staff(branch=supervisor.branch), at=eve)

        assert follow_up_of(shift, at=eve).due_on == datetime.date(2026, 10, 8)

    def test_belongs_to_whoever_answers_for_the_hall(self, shift: Shift, supervisor: Staff) -> None:
        named = make_staff(role="supervisor", branch=supervisor.branch)
        first = follow_up_of(shift)
        Supervision.objects.create(hall=shift.window.hall, supervisor=named)

        assert (first.owner, follow_up_of(shift).owner) == (supervisor, named)

    def test_belongs_to_nobody_where_no_supervisor_is(self, shift: Shift) -> None:
        make_staff(role="supervisor")

        assert follow_up_of(shift).owner is None

    def test_waits_for_a_calendar_and_is_there_all_the_same(self, shift: Shift, supervisor: Staff) -> None:
        follow_up = follow_up_of(shift)
        assert (follow_up.due_on, follow_up.is_open) == (None, True)
        assert count_due_days() == 0

        ship_calendars()

        assert (count_due_days(), count_due_days()) == (1, 0)
        follow_up.refresh_from_db()
        assert follow_up.due_on == datetime.date(2026, 11, 24)


class TestRecordFinding:
    def test_keeps_what_was_found_and_ends_with_a_measure(self, shift: Shift, supervisor: Staff) -> None:
        follow_up = follow_up_of(shift)

        first = record_finding(
            follow_up, finding="等候太久", measure="", is_done=False, by=supervisor, at=LATER
        )
        done = record_finding(
            follow_up, finding="等候太久", measure="加开窗口", is_done=True, by=supervisor, at=LATER
        )

        assert (first.is_open, done.is_open) == (True, False)
        assert (done.done_by, done.done_at, done.measure) == (supervisor, LATER, "加开窗口")

    @pytest.mark.parametrize(
        ("finding", "measure", "is_done", "code"),
        [
            (" ", "加开窗口", True, "finding_missing"),
            ("", "", False, "finding_missing"),
            ("等候太久", " ", True, "measure_missing"),
            ("久" * 501, "", False, "too_long"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, shift: Shift, supervisor: Staff, finding: str, measure: str, is_done: bool, code: str
    ) -> None:
        follow_up = follow_up_of(shift)

        with refused(code):
            record_finding(
                follow_up, finding=finding, measure=measure, is_done=is_done, by=supervisor, at=LATER
            )

    def test_refuses_whoever_was_rated(self, shift: Shift) -> None:
        follow_up = follow_up_of(shift)

        with refused("own_rating"):
            record_finding(follow_up, finding="很好", measure="无", is_done=True, by=shift.cashier, at=LATER)

    def test_refuses_once_it_is_done(self, shift: Shift, supervisor: Staff) -> None:
        follow_up = follow_up_of(shift)
        record_finding(follow_up, finding="查", measure="改", is_done=True, by=supervisor, at=LATER)

        with refused("done_already"):
            record_finding(follow_up, finding="查", measure="", is_done=False, by=supervisor, at=LATER)
        with pytest.raises(Error), transaction.atomic():
            FollowUp.objects.filter(pk=follow_up.pk).update(finding="没有问题")
