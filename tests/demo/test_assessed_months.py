"""The demo company has two months to look at, and its pools add up."""

import pytest
from django.db.models import Sum

from config.demo.history import History
from service_quality.models import AssessmentLine, AssessmentRun, PayPool
from service_quality.queries.assessment.team_year import team_year

pytestmark = pytest.mark.django_db


class TestTheAssessedMonths:
    def test_are_one_locked_and_one_published(self, company: History) -> None:
        runs = AssessmentRun.objects.order_by("month").values_list("month", "state")

        assert [(str(month), state) for month, state in runs] == [
            ("2026-09-01", "LOCKED"),
            ("2026-10-01", "PUBLISHED"),
        ]

    def test_pay_out_every_pool_to_the_fen(self, company: History) -> None:
        pools = PayPool.objects.annotate(paid=Sum("lines__pay"))

        assert pools.count() == 6
        assert [pool for pool in pools if pool.paid != pool.amount] == []

    def test_have_a_correction_and_people_of_both_pools(self, company: History) -> None:
        run = AssessmentRun.objects.get(state="PUBLISHED")

        assert run.corrections.filter(state="APPROVED").count() == 1
        assert set(AssessmentLine.objects.filter(run=run).values_list("pool", flat=True)) == {
            "CASHIER",
            "ADVISER",
        }

    def test_put_the_teams_of_the_year_in_their_places(self, company: History) -> None:
        found = team_year(2026)

        assert found.is_complete
        assert [row.standing.place for row in found.rows] == [1, 2, 3]
        assert [row.reward is not None for row in found.rows] == [True, False, False]
