"""A month from the books to the pay of each person."""

import datetime
from decimal import Decimal

import pytest

from accounts.models import AuditEntry, Branch, Staff
from counters.models import Shift
from service_quality.models import AssessmentLine, AssessmentRun, WorkloadWeight
from service_quality.services.assessment.publishing import lock_assessment, publish_assessment
from service_quality.services.assessment.runs import run_assessment
from service_quality.services.refusals import AssessmentRefused
from tests.counters.rows import all_rows
from tests.factories.accounts import make_branch, make_staff
from tests.factories.assessment import (
    AFTERWARDS,
    OCTOBER,
    THAT_DAY,
    end_day,
    finish_tickets,
    make_pool,
    make_weights,
    rate,
    reverse_one,
    take_more,
    take_payments,
    void_one,
)
from tests.factories.counters import make_shift

pytestmark = pytest.mark.django_db

Line = AssessmentLine


@pytest.fixture
def branch() -> Branch:
    return make_branch()


@pytest.fixture
def cashier(branch: Branch) -> Staff:
    return make_staff(branch=branch)


@pytest.fixture
def manager() -> Staff:
    return make_staff(role="manager", branch=None)


@pytest.fixture(autouse=True)
def weights() -> None:
    make_weights()


def line_of(staff: Staff) -> AssessmentLine:
    return AssessmentLine.objects.get(staff=staff)


def figures() -> list[tuple[object, ...]]:
    names = ("staff_id", "hall_id", "pool", "workload", "satisfaction", "quality", "points", "pay", "ratings")
    return list(Line.objects.order_by("staff_id", "hall_id").values_list(*names))


class TestTheRun:
    def test_splits_the_pool_by_receipts_and_ratings(self, branch: Branch) -> None:
        good, fair = make_staff(branch=branch), make_staff(branch=branch)
        shifts = [make_shift(one, at=THAT_DAY) for one in (good, fair)]
        for person, shift, level in ((good, shifts[0], 5), (fair, shifts[1], 4)):
            take_more(shift, 3)
            rate(person, finish_tickets(person, shift.window, 30, service="A"), [level] * 30)
        make_pool("1000.00")

        run = run_assessment(OCTOBER, at=AFTERWARDS)

        # 3 receipts and 30 tickets: 3 × 1.00 + 30 × 0.20 = 9.00 for each.
        assert [
            (str(line.workload), str(line.quality), str(line.points), str(line.pay), line.basis)
            for line in run.lines.order_by("staff")
        ] == [("9.00", "100.00", "9.00", "555.56", "OWN"), ("9.00", "80.00", "7.20", "444.44", "OWN")]

    def test_counts_a_receipt_that_was_undone_for_nobody(self, branch: Branch, cashier: Staff) -> None:
        shift = make_shift(cashier, at=THAT_DAY)
        kept, undone = take_more(shift, 2)
        void_one(undone, shift)
        make_pool()

        run_assessment(OCTOBER, at=AFTERWARDS)

        assert kept.taken_by == cashier
        (count,) = line_of(cashier).counts.all()
        assert (count.business, count.count, count.undone) == ("PAYMENT", 1, 1)
        assert line_of(cashier).workload == Decimal("1.00")

    def test_keeps_cashiers_and_advisers_apart(self, branch: Branch, cashier: Staff) -> None:
        adviser = make_staff(role="adviser", branch=branch)
        shift = take_payments(cashier, 2)
        finish_tickets(adviser, shift.window, 3, service="B")
        make_pool("600.00")
        make_pool("300.00", pool="ADVISER")

        run_assessment(OCTOBER, at=AFTERWARDS)

        assert (line_of(cashier).pay, line_of(adviser).pay) == (Decimal("600.00"), Decimal("300.00"))

    def test_counts_work_in_the_hall_where_it_was_done(self, branch: Branch, cashier: Staff) -> None:
        elsewhere = make_branch()
        first = take_payments(cashier, 2)
        Staff.objects.filter(pk=cashier.pk).update(branch=elsewhere)
        second = take_payments(Staff.objects.get(pk=cashier.pk), 1)
        make_pool("100.00", branch=branch)
        make_pool("50.00", branch=elsewhere)

        run_assessment(OCTOBER, at=AFTERWARDS)

        assert list(Line.objects.order_by("hall_id").values_list("hall_id", "workload", "pay")) == [
            (first.window.hall_id, Decimal("2.00"), Decimal("100.00")),
            (second.window.hall_id, Decimal("1.00"), Decimal("50.00")),
        ]

    def test_takes_the_mean_of_the_hall_where_few_customers_rated(
        self, branch: Branch, cashier: Staff
    ) -> None:
        colleague = make_staff(branch=branch)
        shift = make_shift(cashier, at=THAT_DAY)
        rate(cashier, finish_tickets(cashier, shift.window, 1, service="A"), [1])
        rate(colleague, finish_tickets(colleague, shift.window, 40, service="A"), [5] * 39)
        make_pool()

        run_assessment(OCTOBER, at=AFTERWARDS)

        # 39 × 100 + 1 × 0 of 40.
        assert (line_of(cashier).satisfaction, line_of(cashier).basis) == (Decimal("97.50"), "HALL")
        assert (line_of(colleague).satisfaction, line_of(colleague).basis) == (Decimal("100.00"), "OWN")

    def test_leaves_out_what_happened_on_other_days_and_by_other_posts(
        self, branch: Branch, cashier: Staff
    ) -> None:
        day = datetime.timedelta(days=1)
        take_payments(cashier, 1, at=THAT_DAY.replace(day=31))
        take_payments(cashier, 5, at=THAT_DAY.replace(day=31) + day)
        take_payments(cashier, 7, at=THAT_DAY.replace(day=1) - day)
        collector = make_staff(role="collector", branch=branch)
        finish_tickets(collector, make_shift(cashier, at=THAT_DAY).window, 3, service="A")
        make_pool()

        run_assessment(OCTOBER, at=AFTERWARDS)

        assert figures_of_counts() == [("PAYMENT", 1)]

    def test_writes_one_line_of_the_trail(self, cashier: Staff, manager: Staff) -> None:
        take_payments(cashier, 1)
        make_pool()

        run = run_assessment(OCTOBER, at=AFTERWARDS, started_by=manager)

        entry = AuditEntry.objects.get(action="run_assessment")
        assert (entry.object_id, entry.actor, entry.details["lines"]) == (str(run.pk), manager, 1)


def figures_of_counts() -> list[tuple[object, ...]]:
    return list(Line.objects.order_by("pk").values_list("counts__business", "counts__count"))


class TestARunAgain:
    def test_gives_the_same_numbers_whatever_happened_to_the_books_since(
        self, branch: Branch, cashier: Staff
    ) -> None:
        shift = make_shift(cashier, at=THAT_DAY)
        (payment,) = take_more(shift, 1)
        end_day(shift)
        take_payments(make_staff(branch=branch), 2)
        make_pool("100.00")
        run_assessment(OCTOBER, at=AFTERWARDS)
        before, keys = figures(), set(Line.objects.values_list("pk", flat=True))
        reverse_one(payment, cashier, at=AFTERWARDS + datetime.timedelta(hours=1))

        run_assessment(OCTOBER, at=AFTERWARDS + datetime.timedelta(days=2))

        assert (figures(), set(Line.objects.values_list("pk", flat=True))) == (before, keys)

    def test_reckons_with_a_pool_that_was_entered_anew(self, cashier: Staff) -> None:
        take_payments(cashier, 1)
        make_pool("100.00")
        run_assessment(OCTOBER, at=AFTERWARDS)
        make_pool("200.00")

        run_assessment(OCTOBER, at=AFTERWARDS)

        assert line_of(cashier).pay == Decimal("200.00")

    def test_keeps_the_weights_of_a_published_month(self, cashier: Staff, manager: Staff) -> None:
        take_payments(cashier, 2)
        make_pool()
        run_assessment(OCTOBER, at=AFTERWARDS)
        publish_assessment(OCTOBER, by=manager, at=AFTERWARDS)

        WorkloadWeight.objects.update(weight=Decimal("9.00"))

        assert AssessmentRun.objects.get().rule["weights"]["PAYMENT"]["weight"] == "1.00"


class TestRefusals:
    @pytest.mark.parametrize("at", [THAT_DAY, datetime.datetime(2026, 10, 31, 15, 59, tzinfo=datetime.UTC)])
    def test_a_month_that_is_not_over(self, cashier: Staff, at: datetime.datetime) -> None:
        make_pool()
        self.refused("month_not_over", at=at)

    def test_a_pool_without_an_amount(self, cashier: Staff) -> None:
        take_payments(cashier, 1)
        make_pool(pool="ADVISER")
        make_pool(branch=make_branch())
        self.refused("no_pool")

    def test_a_business_without_a_weight(self, cashier: Staff) -> None:
        take_payments(cashier, 1)
        make_pool()
        WorkloadWeight.objects.filter(business="PAYMENT").update(effective_from=datetime.date(2026, 11, 1))
        self.refused("no_weight")

    def test_a_published_and_a_locked_month(self, cashier: Staff, manager: Staff) -> None:
        take_payments(cashier, 1)
        make_pool()
        run_assessment(OCTOBER, at=AFTERWARDS)
        publish_assessment(OCTOBER, by=manager, at=AFTERWARDS)
        self.refused("published")
        lock_assessment(OCTOBER, by=manager, at=AFTERWARDS)
        self.refused("published")

    @staticmethod
    def refused(code: str, *, at: datetime.datetime = AFTERWARDS) -> None:
        before = all_rows()
        with pytest.raises(AssessmentRefused) as refusal:
            run_assessment(OCTOBER, at=at)
        assert (refusal.value.code, all_rows()) == (code, before)


def test_asks_as_often_for_many_people_as_for_one(
    branch: Branch, cashier: Staff, django_assert_max_num_queries: object
) -> None:
    shift: Shift = make_shift(cashier, at=THAT_DAY)
    for _ in range(4):
        person = make_staff(branch=branch)
        rate(person, finish_tickets(person, shift.window, 2, service="A"), [5, 4])
    end_day(shift)
    make_pool()

    with django_assert_max_num_queries(30):  # type: ignore[operator]
        run_assessment(OCTOBER, at=AFTERWARDS)
    assert Line.objects.count() == 4
