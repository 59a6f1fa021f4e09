"""Pages of the assessment: months, a person's reckoning, the rows behind it, corrections, teams, what is entered."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import JobRun, Staff
from service_quality.models import (
    AssessmentCorrection,
    AssessmentLine,
    AssessmentRun,
    BranchCompletion,
    PayPool,
    TeamScore,
    WorkloadWeight,
)
from service_quality.services.assessment.corrections import ask_correction
from service_quality.services.assessment.inputs import (
    enter_branch_completion,
    enter_month_scores,
    enter_year_scores,
)
from service_quality.services.assessment.runs import run_assessment
from tests.counters.rows import all_rows
from tests.factories.accounts import make_staff
from tests.factories.assessment import (
    AFTERWARDS,
    OCTOBER,
    THAT_DAY,
    end_day,
    finish_tickets,
    make_assessed,
    make_pool,
    make_weights,
    take_more,
    void_one,
)
from tests.factories.counters import make_shift
from tests.hall import Hall, signed_in, text_of

pytestmark = pytest.mark.django_db

ADDRESS = "/assessment/"
MONTH = f"{ADDRESS}months/2026-10/"


@pytest.fixture
def manager() -> Staff:
    return make_staff(role="manager", branch=None, name="彭建国")


@pytest.fixture
def finance() -> Staff:
    return make_staff(role="finance", branch=None, name="邓玉珍")


@pytest.fixture
def run(hall: Hall) -> AssessmentRun:
    return make_assessed(hall)


def line_of(staff: Staff) -> AssessmentLine:
    return AssessmentLine.objects.get(staff=staff)


def line_page(staff: Staff, more: str = "") -> str:
    return f"{ADDRESS}lines/{line_of(staff).pk}/{more}"


class TestTheMonths:
    def test_are_run_from_the_page(self, hall: Hall, manager: Staff) -> None:
        make_weights()
        make_pool()
        client = signed_in(manager)
        assert "2026-10" in text_of(client.get(ADDRESS))

        answer = client.post(f"{ADDRESS}run/", {"month": "2026-10"})

        assert (answer.status_code, answer["Location"]) == (302, MONTH)
        assert AssessmentRun.objects.get().made_by == manager

    @pytest.mark.parametrize("month", ["2026-11", "2026-13", "october", ""])
    def test_are_refused_with_the_input_intact(self, hall: Hall, manager: Staff, month: str) -> None:
        answer = signed_in(manager).post(f"{ADDRESS}run/", {"month": month})

        assert (answer.status_code, AssessmentRun.objects.count()) == (422, 0)
        assert f'value="{month}"' in text_of(answer) or not month

    def test_tell_why_the_job_could_not(self, hall: Hall, manager: Staff) -> None:
        JobRun.objects.create(
            job="run_assessment",
            slot=OCTOBER,
            state="FAILED",
            started_at=AFTERWARDS,
            finished_at=AFTERWARDS,
            error="没有录入",
        )

        assert "没有录入" in text_of(signed_in(manager).get(ADDRESS))

    def test_show_a_clerk_the_own_pay(self, hall: Hall, run: AssessmentRun) -> None:
        assert "750.00" in text_of(signed_in(hall.cashier).get(ADDRESS))
        assert "750.00" not in text_of(signed_in(hall.stranger).get(ADDRESS))


class TestAMonth:
    def test_adds_up_to_the_pool(self, hall: Hall, run: AssessmentRun, manager: Staff) -> None:
        answer = signed_in(manager).get(MONTH)

        (share,) = answer.context["shares"]
        assert [row.line.pay for row in share.rows] == [Decimal("750.00"), Decimal("250.00")]
        assert (share.paid, share.is_whole, [row.bar for row in share.rows]) == (
            Decimal("1000.00"),
            True,
            [100, 33],
        )

    def test_shows_a_supervisor_the_own_hall_and_the_rest_as_a_sum(
        self, hall: Hall, run: AssessmentRun
    ) -> None:
        (share,) = signed_in(hall.supervisor).get(MONTH).context["shares"]

        assert [row.line.staff for row in share.rows] == [hall.cashier]
        assert (share.other_lines, share.other_pay, share.paid) == (1, Decimal("250.00"), Decimal("1000.00"))

    def test_shows_a_clerk_the_own_line_alone(self, hall: Hall, run: AssessmentRun) -> None:
        answer = signed_in(hall.cashier).get(MONTH)

        (share,) = answer.context["shares"]
        assert [row.line.staff for row in share.rows] == [hall.cashier]
        assert hall.stranger.number not in text_of(answer)

    def test_does_not_exist_for_a_clerk_before_it_is_published(self, hall: Hall) -> None:
        make_assessed(hall, publish=False)
        client = signed_in(hall.cashier)

        assert [client.get(page).status_code for page in (MONTH, line_page(hall.cashier))] == [404, 404]
        assert "2026-10" not in text_of(client.get(ADDRESS))

    @pytest.mark.parametrize("month", ["2026-09", "2026-13", "20266-1", "1999-12"])
    def test_that_is_none_is_not_found(
        self, hall: Hall, run: AssessmentRun, manager: Staff, month: str
    ) -> None:
        assert signed_in(manager).get(f"{ADDRESS}months/{month}/").status_code == 404

    def test_is_published_and_locked_by_buttons(self, hall: Hall, manager: Staff) -> None:
        make_assessed(hall, publish=False)
        client = signed_in(manager)

        states = []
        for step in ("publish", "lock"):
            assert client.post(f"{MONTH}{step}/").status_code == 302
            states.append(AssessmentRun.objects.get().state)

        assert states == ["PUBLISHED", "LOCKED"]
        assert client.post(f"{MONTH}lock/").status_code == 422

    def test_asks_as_often_for_many_people_as_for_two(
        self, hall: Hall, run: AssessmentRun, manager: Staff, django_assert_max_num_queries: Any
    ) -> None:
        client = signed_in(manager)
        client.get(MONTH)

        with django_assert_max_num_queries(9):
            client.get(MONTH)


class TestAPersonsMonth:
    def test_is_reckoned_in_words(self, hall: Hall, run: AssessmentRun) -> None:
        page = text_of(signed_in(hall.cashier).get(line_page(hall.cashier)))

        # Three visitors at 2.00 and five points of each hundred: 6.00 × 100 % of 8.00, of 1,000.00.
        assert "6.00 × 100.00 % = <strong>6.00</strong>" in page
        assert "1,000.00 × 6.00 ÷ 8.00 = 750.000000… → <strong>¥ 750.00</strong>" in page

    def test_of_somebody_else_is_not_found(self, hall: Hall, run: AssessmentRun) -> None:
        for person in (hall.cashier, hall.colleague, hall.supervisor):
            answers = [signed_in(person).get(line_page(hall.stranger, more)) for more in ("", "rows/")]
            assert [answer.status_code for answer in answers] == [404, 404]

    def test_opens_into_its_tickets(self, hall: Hall, run: AssessmentRun) -> None:
        answer = signed_in(hall.cashier).get(line_page(hall.cashier, "rows/?show=tickets"))

        numbers = [one["row"].number for one in answer.context["page_obj"]]
        assert len(numbers) == 3
        assert all(number.startswith("B") for number in numbers)

    def test_opens_into_its_receipts_the_undone_ones_struck_out(self, hall: Hall, manager: Staff) -> None:
        make_weights()
        cashier = make_staff(branch=hall.branch)
        shift = make_shift(cashier, at=THAT_DAY)
        kept, undone = take_more(shift, 2)
        void_one(undone, shift)
        end_day(shift)
        make_assessed_month_of_receipts()

        answer = signed_in(manager).get(line_page(cashier, "rows/?show=receipts"))

        rows = [(one["row"].number, one["row"].is_undone) for one in answer.context["page_obj"]]
        assert rows == [(kept.receipt.number, False), (undone.receipt.number, True)]

    def test_never_shows_a_clerk_which_visit_gave_which_rating(self, hall: Hall, run: AssessmentRun) -> None:
        own = signed_in(hall.cashier).get(line_page(hall.cashier, "rows/?show=ratings"))
        boss = signed_in(hall.supervisor).get(line_page(hall.cashier, "rows/?show=ratings"))

        assert (len(own.context["page_obj"]), len(boss.context["page_obj"])) == (0, 3)
        assert "2026-10-20 09:33" not in text_of(own)
        assert "2026-10-20 09:33" in text_of(boss)

    @pytest.mark.parametrize("page", ["", "rows/?show=ratings"])
    def test_shows_a_clerk_no_level_of_a_handful_of_ratings(
        self, hall: Hall, run: AssessmentRun, page: str
    ) -> None:
        """Three customers rated: whoever remembers them would know what each of them said."""
        own = signed_in(hall.cashier).get(line_page(hall.cashier, page))
        boss = signed_in(hall.supervisor).get(line_page(hall.cashier))

        assert own.context["levels"] == []
        assert sum(level.count for level in boss.context["levels"]) == 3

    @pytest.mark.parametrize("show", ["complaints", "missed", "nonsense", "\x00"])
    def test_has_a_page_for_each_kind_of_rows(self, hall: Hall, run: AssessmentRun, show: str) -> None:
        answer = signed_in(hall.cashier).get(line_page(hall.cashier, "rows/"), {"show": show})

        assert answer.status_code == 200


def make_assessed_month_of_receipts() -> AssessmentRun:
    make_pool("1000.00")
    return run_assessment(OCTOBER, at=AFTERWARDS)


class TestACorrection:
    def test_is_asked_for_by_the_supervisor_and_approved_by_finance(
        self, hall: Hall, run: AssessmentRun, finance: Staff
    ) -> None:
        form = {"field": "workload", "new": "2.00", "reason": "两张票记错人"}
        asked = signed_in(hall.supervisor).post(line_page(hall.cashier, "correct/"), form)
        assert asked.status_code == 302
        correction = AssessmentCorrection.objects.get()
        assert "两张票记错人" in text_of(signed_in(hall.supervisor).get(MONTH))

        answer = signed_in(finance).post(
            f"{ADDRESS}corrections/{correction.pk}/decide/", {"decision": "approve"}
        )

        assert (answer.status_code, line_of(hall.cashier).pay) == (302, Decimal("500.00"))
        assert "两张票记错人" in text_of(signed_in(hall.cashier).get(line_page(hall.cashier)))

    @pytest.mark.parametrize(
        ("form", "code"),
        [
            ({"field": "workload", "new": "2.00", "reason": ""}, "reason_missing"),
            ({"field": "workload", "new": "6.00", "reason": "一样"}, "same_figure"),
        ],
    )
    def test_is_refused_with_the_input_intact(
        self, hall: Hall, run: AssessmentRun, form: dict[str, str], code: str
    ) -> None:
        client, address = signed_in(hall.supervisor), line_page(hall.cashier, "correct/")
        before = all_rows()

        answer = client.post(address, form)

        assert (answer.status_code, all_rows()) == (422, before)
        assert answer.context["form"].errors["__all__"].as_data()[0].code == code
        assert f'value="{form["new"]}"' in text_of(answer)

    def test_is_not_decided_by_who_asked(self, hall: Hall, run: AssessmentRun, manager: Staff) -> None:
        correction = ask_correction(
            line_of(hall.cashier).pk, field="missed", new=Decimal(1), reason="超时", by=manager, at=AFTERWARDS
        )
        address = f"{ADDRESS}corrections/{correction.pk}/decide/"

        answer = signed_in(manager).post(address, {"decision": "approve"})

        assert answer.status_code == 422
        assert answer.context["form"].errors["__all__"].as_data()[0].code == "same_person"


class TestTheTeams:
    def test_stand_in_their_places_with_the_reason(
        self, hall: Hall, run: AssessmentRun, manager: Staff
    ) -> None:
        best, other = line_of(hall.cashier).hall, line_of(hall.stranger).hall
        for place, score in ((best, "95"), (other, "90")):
            enter_year_scores(
                2026,
                {(place, item): Decimal(score) for item in TeamScore.YEARLY},
                by=manager,
                at=AFTERWARDS,
            )
        enter_branch_completion(2026, best.branch, Decimal("102.50"), by=manager, at=AFTERWARDS)

        answer = signed_in(hall.cashier).get(f"{ADDRESS}teams/2026/")

        first = answer.context["rows"][0]["row"]
        assert (first.hall, first.standing.place, first.score, first.reward) == (
            best, 1, Decimal("57.00"), Decimal("2050.00"),
        )  # fmt: skip
        assert len(first.missing) == 2

    def test_are_scored_by_published_months_alone(self, hall: Hall, manager: Staff) -> None:
        make_assessed(hall, publish=False)
        place = line_of(hall.cashier).hall
        enter_month_scores(
            OCTOBER,
            {(place, "service"): Decimal("90"), (place, "environment"): Decimal("80")},
            by=manager,
            at=AFTERWARDS,
        )
        client = signed_in(manager)
        before = {
            one["row"].hall: one["row"].score for one in client.get(f"{ADDRESS}teams/2026/").context["rows"]
        }

        client.post(f"{MONTH}publish/")

        after = {
            one["row"].hall: one["row"].score for one in client.get(f"{ADDRESS}teams/2026/").context["rows"]
        }
        assert (before[place], after[place]) == (Decimal("0.00"), Decimal("34.00"))

    def test_ask_as_often_for_many_halls_as_for_two(
        self, hall: Hall, run: AssessmentRun, manager: Staff, django_assert_max_num_queries: Any
    ) -> None:
        client = signed_in(manager)
        client.get(f"{ADDRESS}teams/2026/")

        with django_assert_max_num_queries(11):
            client.get(f"{ADDRESS}teams/2026/")

    def test_of_a_year_that_never_was_are_not_found(self, hall: Hall, manager: Staff) -> None:
        assert signed_in(manager).get(f"{ADDRESS}teams/99999/").status_code == 404


class TestWhatIsEnteredByHand:
    def test_a_pool_of_a_branch(self, hall: Hall, finance: Staff) -> None:
        address, form = (
            f"{MONTH}inputs/",
            {"pool_form": "1", "pool": "ADVISER", "branch": hall.branch.pk, "amount": "3000"},
        )

        answer = signed_in(finance).post(address, form)

        assert answer.status_code == 302
        assert (PayPool.objects.get().branch, PayPool.objects.get().amount) == (
            hall.branch,
            Decimal("3000.00"),
        )

    def test_the_scores_of_a_month_and_an_empty_box_says_nothing(self, hall: Hall, manager: Staff) -> None:
        place = hall.shift.window.hall

        answer = signed_in(manager).post(
            f"{MONTH}inputs/", {"scores_form": "1", f"{place.pk}-service": "91.5"}
        )

        assert answer.status_code == 302
        score = TeamScore.objects.get()
        assert (score.hall, score.item, score.month, score.score) == (place, "service", 10, Decimal("91.50"))

    def test_scores_are_not_for_finance(self, hall: Hall, finance: Staff) -> None:
        place = hall.shift.window.hall
        form = {"scores_form": "1", f"{place.pk}-service": "91.5"}

        assert signed_in(finance).post(f"{MONTH}inputs/", form).status_code == 403
        assert not TeamScore.objects.exists()

    def test_a_score_above_a_hundred_comes_back(self, hall: Hall, manager: Staff) -> None:
        place = hall.shift.window.hall

        answer = signed_in(manager).post(
            f"{MONTH}inputs/", {"scores_form": "1", f"{place.pk}-service": "101"}
        )

        assert (answer.status_code, TeamScore.objects.count()) == (422, 0)
        assert 'value="101"' in text_of(answer)

    def test_a_published_month_is_only_shown(self, hall: Hall, run: AssessmentRun, finance: Staff) -> None:
        client = signed_in(finance)
        assert "pool_form" not in text_of(client.get(f"{MONTH}inputs/"))

        answer = client.post(f"{MONTH}inputs/", {"pool_form": "1", "pool": "CASHIER", "amount": "1"})

        assert (answer.status_code, PayPool.objects.get().amount) == (422, Decimal("1000.00"))

    def test_the_end_of_a_year(self, hall: Hall, manager: Staff) -> None:
        address, place = f"{ADDRESS}teams/2026/inputs/", hall.shift.window.hall
        client = signed_in(manager)

        client.post(address, {"scores_form": "1", f"{place.pk}-skill": "88"})
        client.post(address, {"completion_form": "1", "branch": hall.branch.pk, "percent": "96.3"})

        assert (TeamScore.objects.get().month, TeamScore.objects.get().score) == (None, Decimal("88.00"))
        assert BranchCompletion.objects.get().percent == Decimal("96.30")

    def test_a_weight_for_what_the_books_and_the_queue_know(self, hall: Hall) -> None:
        boss = make_staff(role="manager", branch=None, is_staff=True)
        finish_tickets(hall.cashier, hall.shift.window, 1, service="B")
        client, address = signed_in(boss), "/admin/service_quality/workloadweight/add/"
        form = {"name": "咨询", "name_en": "Ask", "weight": "1.20", "effective_from": "2026-10-01"}

        refused = client.post(address, {**form, "business": "TICKET_Z"})
        answer = client.post(address, {**form, "business": "TICKET_B"})

        assert (refused.status_code, answer.status_code) == (200, 302)
        assert WorkloadWeight.objects.get().business == "TICKET_B"
