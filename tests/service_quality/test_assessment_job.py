"""The scheduled assessment: when it begins, what it makes up for, what it says when it cannot."""

import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import JobRun, Staff
from service_quality.models import AssessmentRun
from service_quality.services.assessment.monthly_job import catch_up_assessments
from service_quality.services.assessment.publishing import publish_assessment
from service_quality.tasks import assess_month_each_morning
from tests.factories.accounts import make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.assessment import AFTERWARDS, OCTOBER, make_pool, make_weights, take_payments

pytestmark = pytest.mark.django_db

SEPTEMBER = datetime.date(2026, 9, 1)


@pytest.fixture(autouse=True)
def october(cashier: Staff) -> None:
    """One receipt in October; the calendars of 2025 and 2026 are here, that of 2027 is not."""
    ship_calendars()
    make_weights()
    take_payments(cashier, 1)


def on(day: str) -> list[datetime.date]:
    at = datetime.datetime.fromisoformat(f"{day}T06:50").replace(tzinfo=timezone.get_default_timezone())
    return catch_up_assessments(at.date(), at)


def jobs() -> list[tuple[object, ...]]:
    return list(JobRun.objects.filter(job="run_assessment").values_list("slot", "state", "attempts"))


class TestTheScheduledRun:
    def test_waits_for_the_first_working_day(self) -> None:
        make_pool()
        # The first of November 2026 is a Sunday.
        assert on("2026-11-01") == []
        assert jobs() == []

        assert on("2026-11-02") == [OCTOBER]

        assert jobs() == [(OCTOBER, "DONE", 1)]
        assert AssessmentRun.objects.get().state == "DRAFT"

    def test_does_a_month_once(self) -> None:
        make_pool()
        assert (on("2026-11-02"), on("2026-11-02"), on("2026-11-30")) == ([OCTOBER], [], [])
        assert jobs() == [(OCTOBER, "DONE", 1)]

    def test_makes_up_for_the_months_it_missed(self) -> None:
        make_pool(month=SEPTEMBER)
        assert on("2026-10-09") == [SEPTEMBER]
        make_pool()
        make_pool(month=datetime.date(2026, 11, 1))

        assert on("2026-12-03") == [OCTOBER, datetime.date(2026, 11, 1)]

    def test_says_in_its_row_what_is_missing_and_does_it_once_that_is_there(self) -> None:
        for _ in range(6):
            assert on("2026-11-02") == []
        job = JobRun.objects.get(job="run_assessment")
        assert (job.state, job.attempts, "2026-10" in job.error) == ("FAILED", 6, True)
        assert not AssessmentRun.objects.exists()
        make_pool()

        assert on("2026-11-03") == [OCTOBER]

        assert jobs() == [(OCTOBER, "DONE", 7)]

    def test_warns_and_guesses_nothing_without_a_calendar(self) -> None:
        make_pool(month=datetime.date(2026, 12, 1))
        make_pool(month=OCTOBER)
        make_pool(month=datetime.date(2026, 11, 1))
        on("2026-12-31")

        assert on("2027-01-04") == []

        job = JobRun.objects.get(slot=datetime.date(2026, 12, 1))
        assert (job.state, "2027" in job.error) == ("FAILED", True)
        assert not AssessmentRun.objects.filter(month=datetime.date(2026, 12, 1)).exists()

    def test_leaves_a_month_alone_that_somebody_published(self) -> None:
        make_pool()
        on("2026-11-02")
        publish_assessment(OCTOBER, by=make_staff(role="manager", branch=None), at=AFTERWARDS)

        assert on("2026-11-03") == []

    def test_is_what_the_beat_calls(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_pool()
        monkeypatch.setattr(timezone, "now", lambda: AFTERWARDS)

        assess_month_each_morning()

        assert AssessmentRun.objects.get().month == OCTOBER


class TestTheCommand:
    def test_assesses_the_month_it_is_told(self) -> None:
        make_pool()
        out = StringIO()

        call_command("run_assessment", month=OCTOBER, stdout=out)

        assert "2026-10: 1 lines" in out.getvalue()

    def test_says_why_it_did_not(self) -> None:
        with pytest.raises(CommandError):
            call_command("run_assessment", month=OCTOBER)
        assert not AssessmentRun.objects.exists()
