import datetime
import re

import pytest
from django.test import Client
from django.utils.html import escape

from billing.models import Bill, BillRun, BillRunFinding, PeriodClose
from billing.queries.bill_runs import fingerprint_of
from billing.services.bill_run import run_billing
from billing.services.bill_run_stages import start_bill_run
from tests.billing.metering import install, make_tariff, make_water_account
from tests.factories.accounts import make_district, make_premises, make_staff
from tests.factories.counters import MORNING
from tests.hall import Hall, signed_in, text_of

pytestmark = pytest.mark.django_db

FORM = {"service": "WATER", "period": "2026-11", "branch": "", "issued_on": "2026-11-23"}


@pytest.fixture
def finance(hall: Hall) -> Client:
    """Finance before a period in which one account has a price and one has none."""
    make_tariff()
    district = make_district(branch=hall.branch)
    make_water_account(premises=make_premises(district=district), readings={"2026-11-10": "200"})
    bad = make_water_account(premises=make_premises(district=district))
    install(bad, initial="50", readings={"2026-11-10": "49"})
    return signed_in(make_staff(role="finance", branch=hall.branch))


def previewed() -> BillRun:
    return run_billing(
        service="WATER",
        period="2026-11",
        issued_on=datetime.date(2026, 11, 23),
        started_by=None,
        at=MORNING,
        publish=False,
    )


def address(run: BillRun, page: str = "") -> str:
    return f"/bill-runs/{run.pk}/{page}"


class TestStart:
    def test_leads_to_the_run_and_calls_workers_who_preview_it(self, finance: Client) -> None:
        answer = finance.post("/bill-runs/", FORM)

        run = BillRun.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, address(run))
        assert (run.state, Bill.objects.exclude(run=None).count()) == ("PREVIEWED", 0)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"period": "2026-13"}, "2026-13"),
            ({"period": "November"}, "November"),
            ({"service": "GAS"}, "2026-11"),
        ],
    )
    def test_refuses_and_keeps_what_was_typed(
        self, finance: Client, changes: dict[str, str], words: str
    ) -> None:
        answer = finance.post("/bill-runs/", {**FORM, **changes})

        assert (answer.status_code, BillRun.objects.count()) == (422, 0)
        assert f'value="{words}"' in text_of(answer)

    def test_is_offered_to_finance_alone(self, hall: Hall, finance: Client) -> None:
        assert 'name="period"' in text_of(finance.get("/bill-runs/"))
        assert 'name="period"' not in text_of(signed_in(hall.supervisor).get("/bill-runs/"))


class TestTheRun:
    def test_shows_the_preview_with_what_was_found(self, finance: Client) -> None:
        run = previewed()

        answer = finance.get(address(run))

        assert [(row.bills, str(row.amount)) for row in answer.context["summary"].by_district] == [
            (1, "726.00")
        ]
        assert [(row.tier, str(row.amount)) for row in answer.context["summary"].by_component] == [
            (None, "272.00"), (1, "372.60"), (2, "81.40"),
        ]  # fmt: skip
        assert (answer.context["unpriced_count"], answer.context["outliers_count"]) == (1, 0)
        assert fingerprint_of(run) in text_of(answer)

    def test_shows_a_bar_that_asks_for_itself_while_workers_are_at_work(self, finance: Client) -> None:
        run = start_bill_run(
            service="WATER", period="2026-11", issued_on=MORNING.date(), started_by=None, at=MORNING
        )

        page = text_of(finance.get(address(run)))

        assert f'hx-get="{address(run, "progress/")}"' in page
        # Without a script the page is loaded again instead.
        assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
        assert 'value="0"' in text_of(finance.get(address(run, "progress/")))

    def test_is_loaded_whole_when_the_stage_is_over(self, finance: Client) -> None:
        answer = finance.get(address(previewed(), "progress/"), headers={"HX-Request": "true"})

        assert answer["HX-Refresh"] == "true"

    @pytest.mark.parametrize("page", ["", "progress/", "bills/", "findings/"])
    def test_that_does_not_exist_is_not_found(self, finance: Client, page: str) -> None:
        assert finance.get(f"/bill-runs/999999999999999999999/{page}").status_code == 404


class TestPublish:
    def test_writes_what_stood_on_the_page(self, finance: Client) -> None:
        run = previewed()
        found = re.search(r'name="fingerprint" value="(\w+)"', text_of(finance.get(address(run))))
        assert found

        answer = finance.post(address(run, "publish/"), {"fingerprint": found[1]})

        run.refresh_from_db()
        assert (answer.status_code, run.state, run.summary["amount"]) == (302, "PUBLISHED", "726.00")

    def test_refuses_what_has_changed_since(self, finance: Client) -> None:
        run = previewed()

        answer = finance.post(address(run, "publish/"), {"fingerprint": "0" * 32})

        assert (answer.status_code, Bill.objects.exclude(run=None).count()) == (422, 0)
        assert answer.context["form"].non_field_errors().as_data()[0].code == "preview_changed"

    def test_is_not_offered_to_who_only_looks(self, hall: Hall, finance: Client) -> None:
        run = previewed()

        assert 'name="fingerprint"' not in text_of(signed_in(hall.supervisor).get(address(run)))
        assert (
            signed_in(hall.supervisor).post(address(run, "publish/"), {"fingerprint": "x"}).status_code == 403
        )


class TestBills:
    @pytest.mark.parametrize(
        ("query", "bills"),
        [
            ("", 2),
            ("component=supply&tier=2", 1),
            ("component=supply&tier=1", 2),
            ("component=sewage", 2),
            ("category=resident", 2),
        ],
    )
    def test_are_those_behind_the_figure(self, finance: Client, query: str, bills: int) -> None:
        make_water_account(readings={"2026-11-10": "10"})
        run = previewed()
        finance.post(address(run, "publish/"), {"fingerprint": fingerprint_of(run)})

        answer = finance.get(f"{address(run, 'bills/')}?{query}")

        assert (answer.status_code, answer.context["total"]) == (200, bills)
        assert escape(f"bills/?{query}") in text_of(finance.get(address(run))) or not query

    def test_of_another_district_are_left_out(self, finance: Client) -> None:
        other = make_water_account(readings={"2026-11-10": "10"})
        run = previewed()
        finance.post(address(run, "publish/"), {"fingerprint": fingerprint_of(run)})

        answer = finance.get(f"{address(run, 'bills/')}?district={other.premises.district_id}")

        assert [bill.account for bill, _tone in answer.context["bills"]] == [other]

    def test_that_nobody_has_say_so(self, finance: Client) -> None:
        answer = finance.get(f"{address(previewed(), 'bills/')}?tier=9")

        assert answer.status_code == 422


class TestFindings:
    def test_are_explained_where_they_stand(self, finance: Client) -> None:
        run = previewed()
        finding = BillRunFinding.objects.get()

        answer = finance.post(
            f"/bill-runs/findings/{finding.pk}/explain/", {f"{finding.pk}-explanation": "抄错一位"}
        )

        finding.refresh_from_db()
        assert (answer.status_code, finding.explanation) == (302, "抄错一位")
        assert "抄错一位" in text_of(finance.get(address(run, "findings/")))

    def test_are_not_explained_by_nothing(self, finance: Client) -> None:
        previewed()
        finding = BillRunFinding.objects.get()

        answer = finance.post(
            f"/bill-runs/findings/{finding.pk}/explain/", {f"{finding.pk}-explanation": " "}
        )

        finding.refresh_from_db()
        assert (answer.status_code, finding.explanation) == (422, "")


class TestClose:
    def test_needs_every_point_of_the_check_list(self, finance: Client) -> None:
        run = previewed()
        finance.post(address(run, "publish/"), {"fingerprint": fingerprint_of(run)})
        page = finance.get(address(run))
        assert [check.holds for check in page.context["checks"]] == [True, True, False]
        assert finance.post(address(run, "close/")).status_code == 422
        finding = BillRunFinding.objects.get()
        finance.post(f"/bill-runs/findings/{finding.pk}/explain/", {f"{finding.pk}-explanation": "已约复抄"})

        answer = finance.post(address(run, "close/"))

        assert (answer.status_code, PeriodClose.objects.get().run) == (302, run)

    def test_takes_no_more_explanations_afterwards(self, finance: Client) -> None:
        run = previewed()
        PeriodClose.objects.create(run=run, closed_by=make_staff(role="finance"), closed_at=MORNING)

        page = text_of(finance.get(address(run, "findings/")))

        assert "-explanation" not in page
