"""Figures that are corrected, months that are published and locked, and what the database refuses by itself."""

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEntry, Staff
from service_quality.models import AssessmentCorrection, AssessmentLine, AssessmentRun, PayPool, TeamScore
from service_quality.services.assessment.corrections import (
    approve_correction,
    ask_correction,
    refuse_correction,
)
from service_quality.services.assessment.inputs import (
    enter_branch_completion,
    enter_month_scores,
    enter_pay_pool,
    enter_year_scores,
)
from service_quality.services.assessment.publishing import lock_assessment, publish_assessment
from service_quality.services.assessment.runs import run_assessment
from service_quality.services.refusals import AssessmentRefused
from tests.counters.rows import all_rows
from tests.factories.accounts import make_staff
from tests.factories.assessment import AFTERWARDS, OCTOBER, make_pool, make_weights, take_payments

pytestmark = pytest.mark.django_db

LATER = AFTERWARDS + datetime.timedelta(hours=1)


@pytest.fixture
def manager() -> Staff:
    return make_staff(role="manager", branch=None)


@pytest.fixture
def finance() -> Staff:
    return make_staff(role="finance", branch=None)


@pytest.fixture
def run(cashier: Staff, stranger: Staff) -> AssessmentRun:
    """Two cashiers share 1,000.00 by 3 and 1 receipts, at the rule's 80 % of quality."""
    make_weights()
    take_payments(cashier, 3)
    take_payments(stranger, 1)
    make_pool("1000.00")
    return run_assessment(OCTOBER, at=AFTERWARDS)


def line_of(staff: Staff) -> AssessmentLine:
    return AssessmentLine.objects.get(staff=staff)


def ask(staff: Staff, by: Staff, **changes: object) -> AssessmentCorrection:
    wanted: dict[str, object] = {
        "field": "workload",
        "new": Decimal("1.00"),
        "reason": "收据记错人",
        **changes,
    }
    return ask_correction(line_of(staff).pk, by=by, at=LATER, **wanted)  # type: ignore[arg-type]


class TestAPoolEnteredAfterTheMonthWasReckoned:
    @pytest.mark.parametrize("is_of_the_branch", [False, True])
    def test_is_shared_out_before_the_month_is_published(
        self, run: AssessmentRun, cashier: Staff, manager: Staff, is_of_the_branch: bool
    ) -> None:
        branch = cashier.branch if is_of_the_branch else None
        enter_pay_pool(OCTOBER, "CASHIER", Decimal("2000.00"), branch=branch, by=manager, at=LATER)

        with pytest.raises(AssessmentRefused) as refusal:
            publish_assessment(OCTOBER, by=manager, at=LATER)
        assert refusal.value.code == "pool_changed"

        run_assessment(OCTOBER, at=LATER)
        assert publish_assessment(OCTOBER, by=manager, at=LATER).is_published


class TestACorrection:
    def test_counts_once_a_second_person_has_approved_it_and_moves_everybodys_pay(
        self, run: AssessmentRun, cashier: Staff, stranger: Staff, manager: Staff, finance: Staff
    ) -> None:
        correction = ask(cashier, manager)
        assert line_of(cashier).pay == Decimal("750.00")

        approve_correction(correction, by=finance, at=LATER)

        assert (line_of(cashier).workload, line_of(cashier).measured_workload) == (
            Decimal("1.00"),
            Decimal("3.00"),
        )
        assert (line_of(cashier).pay, line_of(stranger).pay) == (Decimal("500.00"), Decimal("500.00"))
        actions = AuditEntry.objects.filter(action__contains="assessment_correction").order_by("pk")
        assert list(actions.values_list("actor", "reason")) == [
            (manager.pk, "收据记错人"),
            (finance.pk, "收据记错人"),
        ]

    def test_leaves_everything_as_it_was_when_it_is_refused(
        self, run: AssessmentRun, cashier: Staff, manager: Staff, finance: Staff
    ) -> None:
        refuse_correction(ask(cashier, manager), by=finance, at=LATER)

        assert line_of(cashier).pay == Decimal("750.00")

    def test_stands_when_the_draft_is_run_again(
        self, run: AssessmentRun, cashier: Staff, manager: Staff, finance: Staff
    ) -> None:
        approve_correction(ask(cashier, manager), by=finance, at=LATER)

        run_assessment(OCTOBER, at=LATER)

        assert line_of(cashier).pay == Decimal("500.00")

    def test_of_complaints_takes_away_from_the_quality(
        self, run: AssessmentRun, cashier: Staff, manager: Staff, finance: Staff
    ) -> None:
        correction = ask(cashier, manager, field="complaints", new=Decimal(2))

        approve_correction(correction, by=finance, at=LATER)

        assert (line_of(cashier).complaints, line_of(cashier).quality) == (2, Decimal("70.00"))

    def test_still_counts_in_a_published_month(
        self, run: AssessmentRun, cashier: Staff, manager: Staff, finance: Staff
    ) -> None:
        publish_assessment(OCTOBER, by=manager, at=LATER)

        approve_correction(ask(cashier, manager), by=finance, at=LATER)

        assert line_of(cashier).pay == Decimal("500.00")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"reason": "  "}, "reason_missing"),
            ({"reason": "长" * 201}, "reason_too_long"),
            ({"new": Decimal("3.00")}, "same_figure"),
            ({"new": Decimal("-1")}, "bad_figure"),
            ({"new": Decimal("NaN")}, "bad_figure"),
            ({"new": Decimal("1.001")}, "bad_figure"),
            ({"field": "satisfaction", "new": Decimal("100.01")}, "bad_figure"),
            ({"field": "complaints", "new": Decimal("0.5")}, "bad_figure"),
            ({"field": "pay"}, "unknown_figure"),
        ],
    )
    def test_is_refused_and_not_written(
        self, run: AssessmentRun, cashier: Staff, manager: Staff, changes: dict[str, object], code: str
    ) -> None:
        before = all_rows()
        with pytest.raises(AssessmentRefused) as refusal:
            ask(cashier, manager, **changes)
        assert (refusal.value.code, all_rows()) == (code, before)

    def test_of_the_own_score_is_refused(self, run: AssessmentRun, cashier: Staff, manager: Staff) -> None:
        publish_assessment(OCTOBER, by=manager, at=LATER)
        with pytest.raises(AssessmentRefused) as refusal:
            ask(cashier, cashier)
        assert refusal.value.code == "own_score"

    def test_of_somebody_elses_line_does_not_exist_for_a_clerk(
        self, run: AssessmentRun, cashier: Staff, stranger: Staff, manager: Staff
    ) -> None:
        publish_assessment(OCTOBER, by=manager, at=LATER)
        with pytest.raises(AssessmentRefused) as refusal:
            ask(cashier, stranger)
        assert refusal.value.code == "unknown_line"

    def test_waits_once_for_each_figure(self, run: AssessmentRun, cashier: Staff, manager: Staff) -> None:
        ask(cashier, manager)
        with pytest.raises(AssessmentRefused) as refusal:
            ask(cashier, manager, new=Decimal("2.00"))
        assert refusal.value.code == "asked_already"

    def test_is_decided_by_neither_who_asked_nor_who_is_concerned(
        self, run: AssessmentRun, cashier: Staff, manager: Staff
    ) -> None:
        correction = ask(cashier, manager)
        for person, code in ((manager, "same_person"), (cashier, "own_score")):
            for verb in (approve_correction, refuse_correction):
                with pytest.raises(AssessmentRefused) as refusal:
                    verb(correction, by=person, at=LATER)
                assert refusal.value.code == code

    def test_is_decided_once(
        self, run: AssessmentRun, cashier: Staff, manager: Staff, finance: Staff
    ) -> None:
        correction = ask(cashier, manager)
        approve_correction(correction, by=finance, at=LATER)
        with pytest.raises(AssessmentRefused) as refusal:
            refuse_correction(correction, by=finance, at=LATER)
        assert refusal.value.code == "decided_already"

    def test_is_asked_for_anew_when_the_figure_has_changed_meanwhile(
        self, run: AssessmentRun, cashier: Staff, manager: Staff, finance: Staff
    ) -> None:
        correction = ask(cashier, manager)
        AssessmentLine.objects.filter(staff=cashier).update(workload=Decimal("2.50"), points=Decimal("1.00"))
        with pytest.raises(AssessmentRefused) as refusal:
            approve_correction(correction, by=finance, at=LATER)
        assert refusal.value.code == "changed_since"


class TestPublishingAndLocking:
    def test_goes_from_draft_to_published_to_locked(self, run: AssessmentRun, manager: Staff) -> None:
        published = publish_assessment(OCTOBER, by=manager, at=LATER)
        assert (published.state, published.published_by) == ("PUBLISHED", manager)

        locked = lock_assessment(OCTOBER, by=manager, at=LATER)

        assert (locked.state, locked.locked_at) == ("LOCKED", LATER)

    def test_is_refused_out_of_order(self, run: AssessmentRun, manager: Staff) -> None:
        self.refused("not_published", lock_assessment, manager)
        publish_assessment(OCTOBER, by=manager, at=LATER)
        self.refused("not_a_draft", publish_assessment, manager)
        lock_assessment(OCTOBER, by=manager, at=LATER)
        self.refused("not_published", lock_assessment, manager)

    def test_waits_for_corrections(self, run: AssessmentRun, cashier: Staff, manager: Staff) -> None:
        ask(cashier, manager)
        self.refused("correction_waiting", publish_assessment, manager)

    def test_has_nothing_to_publish_before_a_run(self, manager: Staff) -> None:
        self.refused("no_run", publish_assessment, manager)

    @staticmethod
    def refused(code: str, verb: object, manager: Staff) -> None:
        before = all_rows()
        with pytest.raises(AssessmentRefused) as refusal:
            verb(OCTOBER, by=manager, at=LATER)  # type: ignore[operator]
        assert (refusal.value.code, all_rows()) == (code, before)


@pytest.fixture
def locked(run: AssessmentRun, cashier: Staff, manager: Staff, finance: Staff) -> AssessmentRun:
    refuse_correction(ask(cashier, manager), by=finance, at=LATER)
    enter_month_scores(OCTOBER, {(line_of(cashier).hall, "service"): Decimal("90")}, by=manager, at=LATER)
    publish_assessment(OCTOBER, by=manager, at=LATER)
    return lock_assessment(OCTOBER, by=manager, at=LATER)


class TestALockedMonth:
    def test_is_corrected_no_more(
        self, locked: AssessmentRun, cashier: Staff, manager: Staff, finance: Staff
    ) -> None:
        with pytest.raises(AssessmentRefused) as refusal:
            ask(cashier, manager)
        assert refusal.value.code == "locked"

    def test_keeps_its_pools_and_scores(self, locked: AssessmentRun, cashier: Staff, manager: Staff) -> None:
        hall = line_of(cashier).hall
        calls = (
            lambda: enter_pay_pool(OCTOBER, "CASHIER", Decimal("1.00"), by=manager, at=LATER),
            lambda: enter_month_scores(OCTOBER, {(hall, "service"): Decimal("95")}, by=manager, at=LATER),
        )
        for call in calls:
            with pytest.raises(AssessmentRefused) as refusal:
                call()
            assert refusal.value.code == "published"

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE service_quality_assessmentline SET pay = pay + 1",
            "DELETE FROM service_quality_assessmentcount",
            "DELETE FROM service_quality_assessmentline",
            "UPDATE service_quality_assessmentrun SET state = 'PUBLISHED', locked_at = NULL",
            "UPDATE service_quality_assessmentrun SET rule = '{}'",
            "UPDATE service_quality_assessmentcorrection SET state = 'APPROVED'",
            "UPDATE service_quality_paypool SET amount = 1",
            "UPDATE service_quality_teamscore SET score = 1",
            "INSERT INTO service_quality_teamscore (hall_id, item, year, month, score, entered_at, entered_by_id)"
            " SELECT hall_id, 'environment', year, month, 1, entered_at, entered_by_id FROM service_quality_teamscore",
        ],
    )
    def test_is_guarded_by_the_database_itself(self, locked: AssessmentRun, statement: str) -> None:
        assert TeamScore.objects.exists()
        before = all_rows()

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

        assert all_rows() == before

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE service_quality_assessmentline SET pay = pay + 1",
            "UPDATE service_quality_paypool SET amount = 1",
            "UPDATE service_quality_teamscore SET score = 1",
        ],
    )
    def test_is_guarded_and_a_draft_is_not(
        self, run: AssessmentRun, cashier: Staff, manager: Staff, statement: str
    ) -> None:
        enter_month_scores(OCTOBER, {(line_of(cashier).hall, "service"): Decimal("90")}, by=manager, at=LATER)
        with connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount >= 1


class TestWhatIsEnteredByHand:
    @pytest.mark.parametrize(
        ("pool", "amount", "code"),
        [
            ("MANAGER", "1.00", "unknown_pool"),
            ("CASHIER", "-0.01", "bad_amount"),
            ("CASHIER", "0.001", "bad_amount"),
            ("CASHIER", "NaN", "bad_amount"),
        ],
    )
    def test_a_pool_is_refused(self, manager: Staff, pool: str, amount: str, code: str) -> None:
        with pytest.raises(AssessmentRefused) as refusal:
            enter_pay_pool(OCTOBER, pool, Decimal(amount), by=manager, at=LATER)
        assert (refusal.value.code, PayPool.objects.count()) == (code, 0)

    @pytest.mark.parametrize(
        ("item", "score", "code"),
        [
            ("norms", "90", "unknown_item"),
            ("service", "100.01", "bad_score"),
            ("service", "1.001", "bad_score"),
        ],
    )
    def test_a_score_is_refused(
        self, run: AssessmentRun, cashier: Staff, manager: Staff, item: str, score: str, code: str
    ) -> None:
        hall = line_of(cashier).hall
        with pytest.raises(AssessmentRefused) as refusal:
            enter_month_scores(OCTOBER, {(hall, item): Decimal(score)}, by=manager, at=LATER)
        assert (refusal.value.code, TeamScore.objects.count()) == (code, 0)

    def test_the_year_is_closed_by_its_december(
        self, run: AssessmentRun, cashier: Staff, manager: Staff
    ) -> None:
        hall = line_of(cashier).hall
        enter_year_scores(2025, {(hall, "norms"): Decimal("91")}, by=manager, at=LATER)
        december = datetime.date(2025, 12, 1)
        run_assessment(december, at=AFTERWARDS)
        publish_assessment(december, by=manager, at=LATER)
        lock_assessment(december, by=manager, at=LATER)

        for call in (
            lambda: enter_year_scores(2025, {(hall, "norms"): Decimal("95")}, by=manager, at=LATER),
            lambda: enter_branch_completion(2025, hall.branch, Decimal("100"), by=manager, at=LATER),
        ):
            with pytest.raises(AssessmentRefused) as refusal:
                call()
            assert refusal.value.code == "locked"
        assert TeamScore.objects.get().score == Decimal("91.00")

    @pytest.mark.parametrize("percent", ["300.01", "-1", "1.001", "Infinity"])
    def test_a_completion_is_refused(self, cashier: Staff, manager: Staff, percent: str) -> None:
        assert cashier.branch is not None
        with pytest.raises(AssessmentRefused) as refusal:
            enter_branch_completion(2026, cashier.branch, Decimal(percent), by=manager, at=LATER)
        assert refusal.value.code == "bad_completion"
