import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import JobRun
from billing.models import Payment
from counters.models import Pause
from counters.services.payments import void_payment_at_counter
from tests.dashboard.a_day import ADMIN, PARTS, dashboard_of, looks, make_day, make_ticket, rows_behind
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.cases import make_arrears_policy, make_case
from tests.factories.counters import MORNING, cash, make_shift, pay
from tests.factories.supply import make_order, make_write_off
from tests.hall import TODAY, Hall, signed_in

pytestmark = pytest.mark.django_db


class TestTakings:
    def test_are_those_of_the_payments_that_stand(self, hall: Hall) -> None:
        make_day(hall)

        takings = dashboard_of(looks("supervisor", hall))["takings"]

        assert (takings.total.count, takings.total.amount) == (3, Decimal("150.00"))
        assert {one.label: (one.count, one.amount) for one in takings.tenders} == {
            "现金": (2, Decimal("80.00")),
            "POS 刷卡": (2, Decimal("70.00")),
        }
        assert [(one.count, one.amount) for one in takings.channels] == [(3, Decimal("150.00"))]
        assert [(one.hall.count, one.hall.amount) for one in takings.halls] == [
            (2, Decimal("120.00")),
            (1, Decimal("30.00")),
        ]

    def test_are_without_the_change_that_went_back(self, hall: Hall) -> None:
        pay(hall.shift, hall.account, [hall.bill], cash("200.00"))

        (tender,) = dashboard_of(looks("supervisor", hall))["takings"].tenders

        paid = Payment.objects.get()
        assert paid.change_given > 0
        assert tender.amount == paid.tendered - paid.change_given

    def test_are_of_every_branch_for_whoever_answers_for_all(self, hall: Hall) -> None:
        make_day(hall)

        whole = dashboard_of(looks("manager", hall))["takings"]
        own = dashboard_of(looks("manager", hall), branch=str(hall.branch.pk))["takings"]

        assert (whole.total.count, whole.total.amount) == (4, Decimal("216.66"))
        assert own.total.amount == Decimal("150.00")

    def test_of_another_branch_are_out_of_reach_of_a_supervisor(self, hall: Hall) -> None:
        make_day(hall)

        page = dashboard_of(looks("supervisor", hall), branch=str(hall.stranger.branch_id))

        assert page["takings"].total.amount == Decimal("150.00")

    def test_stand_in_the_hour_in_which_they_came_beside_last_year(self, hall: Hall) -> None:
        make_day(hall)
        a_year_ago = MORNING.replace(year=MORNING.year - 1)
        shift = make_shift(make_staff(branch=hall.branch), at=a_year_ago)
        pay(shift, hall.account, [], cash("10.00"), keep_as_credit=True, at=a_year_ago)

        hours = dashboard_of(looks("supervisor", hall))["hours"]

        columns = {one["hour"]: one for one in hours.columns}
        assert (columns[9]["today"], columns[10]["today"]) == (Decimal("120.00"), Decimal("30.00"))
        assert columns[9]["before"] == Decimal("10.00")
        assert hours.chart["today"][hours.chart["hours"].index("09:00")] == "120.00"


class TestTheHall:
    def test_shows_the_line_the_windows_and_the_pauses(self, hall: Hall) -> None:
        make_ticket(hall.shift, 1, waits=31)
        make_ticket(hall.shift, 2, waits=3)
        make_ticket(
            hall.shift, 3, waits=9, state="SERVING", window=hall.shift.window, staff=hall.cashier,
            called_at=MORNING,
        )  # fmt: skip
        Pause.objects.create(
            staff=hall.cashier, window=hall.shift.window, hall=hall.shift.window.hall, turn=1,
            business_date=TODAY, begun_at=MORNING, ends_at=MORNING + datetime.timedelta(minutes=5),
        )  # fmt: skip

        page = dashboard_of(looks("supervisor", hall))

        line = page["line"]
        assert (line.waiting.count, line.longest.count, line.longest.tone) == (2, 31, "late")
        assert (line.served.count, line.pauses.count) == (1, 1)
        (here,) = [one for one in page["halls"] if one["id"] == hall.shift.window.hall_id]
        assert (here["open"].count, here["windows"][0]["is_paused"]) == (1, True)

    def test_counts_no_ticket_of_yesterday_or_of_another_branch(self, hall: Hall) -> None:
        make_ticket(hall.shift, 1, waits=1440, business_date=TODAY - datetime.timedelta(days=1))
        make_ticket(make_shift(hall.stranger), 1, waits=3)

        assert dashboard_of(looks("supervisor", hall))["line"].waiting.count == 0


class TestWhatWaits:
    def test_is_counted_for_whoever_may_decide_it(self, hall: Hall) -> None:
        make_order(hall.account)
        make_write_off(make_account(branch=hall.branch))

        waits = {
            role: {one.label: one.count for one in dashboard_of(looks(role, hall))["approvals"] if one.count}
            for role in ("supervisor", "manager", "finance", "auditor")
        }

        assert set(waits["supervisor"].values()) == {1}
        assert len(waits["supervisor"]) == 2
        assert len(waits["manager"]) == 1
        assert len(waits["finance"]) == 1
        assert waits["auditor"] == {}


class TestArrears:
    def test_are_those_of_the_workbench(self, hall: Hall) -> None:
        make_arrears_policy(service="WATER")
        make_case(hall.account)
        make_case(hall.foreign_account)

        arrears = dashboard_of(looks("supervisor", hall))["arrears"]

        assert (arrears.total.count, arrears.total.amount) == (1, Decimal("100.00"))
        assert [one.count for one in arrears.ages] == [1, 0, 0, 0, 0, 0]


class TestRecovery:
    def test_holds_what_came_in_against_what_was_due_this_month(self, hall: Hall) -> None:
        make_bill(hall.account, total="100.00", due_on=TODAY)
        pay(hall.shift, hall.account, [hall.bill], cash("50.00"))

        page = dashboard_of(looks("supervisor", hall))

        assert (page["recovered"].due, page["recovered"].received) == (Decimal("200.00"), Decimal("50.00"))
        assert page["recovered"].rate == Decimal("25.00")
        assert sum(row.current.received for row in page["recovery"]) == Decimal("50.00")


class TestJobs:
    def test_say_when_they_ran_when_they_run_next_and_what_failed(self, hall: Hall) -> None:
        for day, state in ((1, "DONE"), (2, "FAILED")):
            JobRun.objects.create(
                job="run_arrears", slot=TODAY - datetime.timedelta(days=day), state=state,
                started_at=MORNING, finished_at=MORNING,
            )  # fmt: skip
        JobRun.objects.create(
            job="run_arrears", slot=TODAY, state="DONE", started_at=MORNING, finished_at=MORNING
        )

        jobs = dashboard_of(looks("supervisor", hall))["jobs"]

        (morning,) = [one for one in jobs.jobs if one.last]
        assert (morning.last.slot, morning.tone) == (TODAY, "done")
        assert morning.next_at == datetime.datetime(2026, 11, 24, 6, 30, tzinfo=MORNING.tzinfo)
        assert (jobs.failed.count, jobs.failed.tone) == (1, "late")

    def test_that_were_never_run_stand_there_with_their_next_time(self, hall: Hall) -> None:
        (morning,) = [
            one for one in dashboard_of(looks("supervisor", hall))["jobs"].jobs if one.next_at is not None
        ][:1]

        assert morning.last is None
        assert morning.next_at == MORNING.replace(minute=30, hour=10) or morning.next_at > MORNING


class TestThePage:
    def test_asks_twenty_five_times_at_most(self, hall: Hall) -> None:
        make_day(hall)
        make_ticket(hall.shift, 1, waits=3)
        make_arrears_policy(service="WATER")
        make_case(hall.account)
        make_order(make_account(branch=hall.branch))
        for role in ("supervisor", "manager"):
            client = signed_in(looks(role, hall))
            client.get(ADMIN)

            with CaptureQueriesContext(connection) as asked:
                assert client.get(ADMIN).status_code == 200

            assert len(asked) <= 25, [query["sql"][:120] for query in asked]

    def test_refreshes_its_parts_alone(self, hall: Hall) -> None:
        day = make_day(hall)
        client = signed_in(looks("supervisor", hall))
        before = client.get(PARTS, {"part": "now"}).text

        void_payment_at_counter(
            day.payments[2], shift=day.second, request_id=uuid4(), reason="WRONG_ACCOUNT",
            note="看错", voided_by=hall.colleague, at=MORNING,
        )  # fmt: skip
        after = client.get(PARTS, {"part": "now"}).text

        assert ("150.00" in before, "150.00" in after, "120.00" in after) == (True, False, True)
        assert "<html" not in after
        assert "dash-jobs" in client.get(PARTS, {"part": "later"}).text

    def test_of_the_first_day_of_a_company_says_so(self) -> None:
        staff = make_staff(role="manager", is_staff=True, branch=None)

        page = signed_in(staff).get(ADMIN)

        assert page.status_code == 200
        assert page.context["takings"].total.amount == 0
        assert page.context["hours"].change is None
        assert page.context["recovered"].rate is None


class TestEveryFigure:
    @pytest.mark.parametrize("role", ["supervisor", "manager", "finance", "auditor"])
    def test_opens_as_many_rows_as_it_counts(self, hall: Hall, role: str) -> None:
        make_day(hall)
        make_ticket(hall.shift, 1, waits=31)
        make_ticket(make_shift(make_staff(branch=hall.stranger.branch)), 1, waits=3)
        make_arrears_policy(service="WATER")
        for account in (hall.account, hall.foreign_account):
            make_case(account)
            make_order(make_account(branch=account.branch))
        make_write_off(make_account(branch=hall.branch))
        JobRun.objects.create(
            job="run_arrears", slot=TODAY, state="FAILED", started_at=MORNING, finished_at=MORNING
        )
        staff = looks(role, hall)
        client, page = signed_in(staff), dashboard_of(staff)

        figures = [
            page["takings"].total,
            *page["takings"].tenders,
            *page["takings"].channels,
            *(figure for one in page["takings"].halls for figure in (one.hall, *one.windows)),
            *(one["open"] for one in page["halls"]),
            *page["arrears"].ages,
            *page["arrears"].clocks,
            page["jobs"].failed,
        ]
        if "line" in page:
            figures += [page["line"].waiting, page["line"].served, page["line"].pauses]
            figures += [one["line"].waiting for one in page["halls"]]
        lists = [one for one in page["approvals"] if "/admin/" in one.url or "orders" in one.url]

        assert {(one.label, one.url): rows_behind(client, one.url) for one in [*figures, *lists]} == {
            (one.label, one.url): one.count for one in [*figures, *lists]
        }
        assert any(one.count for one in figures)
