"""Two workers on one month, and a lock beside a correction; each with the control that shows the defect."""

import datetime
from decimal import Decimal
from functools import partial

import pytest

from accounts.models import JobRun, Staff
from service_quality.models import AssessmentCorrection, AssessmentLine, AssessmentRun
from service_quality.services.assessment.corrections import approve_correction, ask_correction
from service_quality.services.assessment.monthly_job import catch_up_assessments
from service_quality.services.assessment.publishing import lock_assessment, publish_assessment
from service_quality.services.assessment.runs import run_assessment
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove_row_locks
from tests.factories.accounts import make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.assessment import AFTERWARDS, OCTOBER, make_pool, make_weights, take_payments

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def october() -> None:
    make_weights()
    take_payments(make_staff(), 2)
    take_payments(make_staff(), 1)
    make_pool("100.00")


def run() -> AssessmentRun:
    return run_assessment(OCTOBER, at=AFTERWARDS)


class TestTwoRuns:
    def test_of_a_new_month_leave_one(self) -> None:
        assert outcomes(at_once(run, run)) == {"AssessmentRun": 2}

        assert (AssessmentRun.objects.count(), AssessmentLine.objects.count()) == (1, 2)
        assert sum(AssessmentLine.objects.values_list("pay", flat=True)) == Decimal("100.00")

    def test_of_a_draft_wait_for_each_other(self) -> None:
        run()

        assert outcomes(at_once(run, run)) == {"AssessmentRun": 2}

        assert list(AssessmentLine.objects.order_by("pay").values_list("pay", "counts__count")) == [
            (Decimal("33.33"), 1),
            (Decimal("66.67"), 2),
        ]

    def test_of_a_draft_would_both_write_without_the_lock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        run()
        remove_row_locks(monkeypatch)
        # The first UPDATE of the run would hold them apart as the lock does; it changes nothing in a draft.
        monkeypatch.setattr(AssessmentRun, "save", lambda *_, **__: None)
        make_them_meet(monkeypatch, "service_quality.services.assessment.runs._write_lines", 2)

        # Only a constraint stops the second, and its run is lost.
        assert outcomes(at_once(run, run)) == {"AssessmentRun": 1, "IntegrityError": 1}

    def test_of_the_job_are_one(self) -> None:
        ship_calendars()
        morning = partial(catch_up_assessments, AFTERWARDS.date(), AFTERWARDS)

        results = at_once(morning, morning)

        assert sorted(results, key=str) == [[], [OCTOBER]]
        assert JobRun.objects.get(job="run_assessment").attempts == 1


@pytest.fixture
def published() -> AssessmentRun:
    run()
    return publish_assessment(OCTOBER, by=make_staff(role="manager", branch=None), at=AFTERWARDS)


def asked(asked_by: Staff) -> AssessmentCorrection:
    line = AssessmentLine.objects.order_by("pk").first()
    assert line is not None
    return ask_correction(
        line.pk, field="complaints", new=Decimal(1), reason="查实", by=asked_by, at=AFTERWARDS
    )


class TestTwoDecisions:
    def decide(self) -> list[object]:
        correction = asked(make_staff(role="manager", branch=None))
        people = [make_staff(role="finance", branch=None) for _ in range(2)]
        later = AFTERWARDS + datetime.timedelta(hours=1)
        return list(at_once(*(partial(approve_correction, correction, by=one, at=later) for one in people)))

    def test_about_one_correction_count_once(self, published: AssessmentRun) -> None:
        assert outcomes(self.decide()) == {"AssessmentCorrection": 1, "decided_already": 1}

    def test_would_both_be_taken_without_the_lock(
        self, published: AssessmentRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "service_quality.services.assessment.corrections._decide", 2)

        # The trigger behind the verb still lets only one through: it answers as a broken statement.
        assert outcomes(self.decide()) == {"AssessmentCorrection": 1, "IntegrityError": 1}


class TestALockBesideACorrection:
    def test_waits_for_it(self, published: AssessmentRun) -> None:
        manager = make_staff(role="manager", branch=None)

        results = at_once(
            partial(asked, manager), partial(lock_assessment, OCTOBER, by=manager, at=AFTERWARDS)
        )

        found = outcomes(results)
        assert found in (
            {"AssessmentCorrection": 1, "correction_waiting": 1},
            {"AssessmentRun": 1, "locked": 1},
        )
