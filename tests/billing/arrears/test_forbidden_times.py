import datetime

import pytest
from django.utils import timezone

from accounts.models import WorkingCalendar
from billing.models import FlaggedDay, PolicyStep
from billing.queries.arrears.forbidden_times import why_not_now
from billing.services.arrears.flagged_days import flag_days, unflag_day
from billing.services.refusals import ArrearsRefused
from tests.factories.accounts import make_branch, make_staff
from tests.factories.arrears import ship_calendars

pytestmark = pytest.mark.django_db

Forbidden = PolicyStep.Forbidden
NOW = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def calendars() -> None:
    ship_calendars()


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=timezone.get_default_timezone())


def asked(moment: str, *forbidden: str, branch_id: int = 1, latest_hour: int = 16) -> str:
    return why_not_now(PolicyStep(forbidden=list(forbidden), latest_hour=latest_hour), branch_id, at(moment))


class TestWhyNotNow:
    @pytest.mark.parametrize(
        ("kind", "moment", "is_allowed"),
        [
            (Forbidden.WEEKEND, "2026-11-20 10:00", True),
            (Forbidden.WEEKEND, "2026-11-21 10:00", False),
            (Forbidden.WEEKEND, "2026-11-22 10:00", False),
            (Forbidden.WEEKEND, "2026-02-28 10:00", True),  # a Saturday that is made up
            (Forbidden.BEFORE_WEEKEND, "2026-11-19 10:00", True),
            (Forbidden.BEFORE_WEEKEND, "2026-11-20 10:00", False),
            (Forbidden.BEFORE_WEEKEND, "2026-02-27 10:00", True),  # the Saturday after it is worked
            (Forbidden.BEFORE_WEEKEND, "2026-02-28 10:00", False),
            (Forbidden.HOLIDAY, "2026-09-24 10:00", True),
            (Forbidden.HOLIDAY, "2026-09-25 10:00", False),
            (Forbidden.BEFORE_HOLIDAY, "2026-09-24 10:00", False),
            (Forbidden.BEFORE_HOLIDAY, "2026-09-23 10:00", True),
            (Forbidden.BEFORE_HOLIDAY, "2025-12-31 10:00", False),
            (Forbidden.AFTER_HOURS, "2026-11-23 16:00", True),
            (Forbidden.AFTER_HOURS, "2026-11-23 16:01", False),
            (Forbidden.AFTER_HOURS, "2026-11-23 07:59", False),
            (Forbidden.AFTER_HOURS, "2026-11-23 08:00", True),
        ],
    )
    def test_knows_the_day_and_the_hour(self, kind: str, moment: str, is_allowed: bool) -> None:
        assert (asked(moment, kind) == "") == is_allowed
        assert asked(moment) == ""

    def test_says_the_holiday_by_its_name(self) -> None:
        assert "中秋节" in asked("2026-09-24 10:00", Forbidden.BEFORE_HOLIDAY)

    def test_has_no_last_hour_at_midnight(self) -> None:
        assert asked("2026-11-23 23:59", Forbidden.AFTER_HOURS, latest_hour=24) == ""

    def test_counts_in_office_time(self) -> None:
        step = PolicyStep(forbidden=[Forbidden.WEEKEND, Forbidden.AFTER_HOURS], latest_hour=16)

        # Friday 16:30 UTC is Saturday half past midnight at the office.
        friday_in_utc = datetime.datetime(2026, 11, 20, 16, 30, tzinfo=datetime.UTC)
        assert why_not_now(step, 1, friday_in_utc) == why_not_now(
            PolicyStep(forbidden=[Forbidden.WEEKEND]), 1, friday_in_utc
        )
        assert why_not_now(step, 1, friday_in_utc)

    @pytest.mark.parametrize(
        ("kind", "moment"),
        [
            (Forbidden.WEEKEND, "2027-01-04 10:00"),
            (Forbidden.BEFORE_WEEKEND, "2026-12-31 10:00"),
            (Forbidden.HOLIDAY, "2027-03-03 10:00"),
            (Forbidden.BEFORE_HOLIDAY, "2026-12-31 10:00"),
        ],
    )
    def test_refuses_a_year_that_nobody_imported(self, kind: str, moment: str) -> None:
        assert "2027" in asked(moment, kind)
        assert asked(moment, Forbidden.AFTER_HOURS) == ""

    def test_reads_no_more_than_five_times(self, django_assert_max_num_queries: object) -> None:
        with django_assert_max_num_queries(5):  # type: ignore[operator]
            assert asked("2026-11-23 10:00", *Forbidden.values) == ""


class TestFlaggedDays:
    def test_stop_cut_offs_in_the_branch_or_everywhere(self) -> None:
        branch, elsewhere = make_branch(), make_branch()
        FlaggedDay.objects.create(day=NOW.date(), kind="WEATHER", branch=branch)
        flagged = Forbidden.FLAGGED_DAY

        assert asked("2026-11-23 10:00", flagged, branch_id=branch.pk)
        assert asked("2026-11-23 10:00", flagged, branch_id=elsewhere.pk) == ""
        assert asked("2026-11-24 10:00", flagged, branch_id=branch.pk) == ""
        FlaggedDay.objects.create(day=NOW.date(), kind="CUT_OVER")
        assert asked("2026-11-23 10:00", flagged, branch_id=elsewhere.pk)

    def flag(self, first: str, last: str, kind: str = "EXAM") -> int:
        days = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
        return flag_days(*days, kind=kind, branch=None, note="高考", by=make_staff(role="manager"), at=NOW)

    def test_are_entered_from_a_day_to_a_day_and_once(self) -> None:
        assert self.flag("2027-06-07", "2027-06-09") == 3
        assert self.flag("2027-06-08", "2027-06-10") == 1
        assert FlaggedDay.objects.count() == 4

    @pytest.mark.parametrize(
        ("first", "last", "kind", "code"),
        [
            ("2027-06-09", "2027-06-07", "EXAM", "wrong_way_round"),
            ("2026-11-22", "2026-11-23", "EXAM", "in_the_past"),
            ("2027-06-01", "2027-07-02", "EXAM", "too_many_days"),
            ("2027-06-01", "2027-06-01", "RAIN", "unknown_kind"),
        ],
    )
    def test_are_refused(self, first: str, last: str, kind: str, code: str) -> None:
        with pytest.raises(ArrearsRefused) as refusal:
            self.flag(first, last, kind)

        assert refusal.value.code == code
        assert not FlaggedDay.objects.exists()

    def test_are_taken_off_while_they_lie_ahead(self) -> None:
        manager = make_staff(role="manager")
        past = FlaggedDay.objects.create(day=datetime.date(2026, 11, 22), kind="EXAM")
        ahead = FlaggedDay.objects.create(day=NOW.date(), kind="EXAM")

        unflag_day(ahead.pk, by=manager, at=NOW)

        for pk, code in ((ahead.pk, "day_gone"), (past.pk, "in_the_past")):
            with pytest.raises(ArrearsRefused) as refusal:
                unflag_day(pk, by=manager, at=NOW)
            assert refusal.value.code == code
        assert FlaggedDay.objects.get() == past
        assert WorkingCalendar.objects.count() == 2
