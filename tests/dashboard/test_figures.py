import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import JobRun
from billing.models import Payment
from config.dashboard.approvals import Viewer, approvals_of
from config.dashboard.jobs import done_until, next_run
from config.dashboard.scope import scope_for
from counters.models import Pause
from counters.services.payments import void_payment_at_counter
from service_quality.services.ratings import rate_by_receipt
from tests.dashboard.a_day import ADMIN, PARTS, dashboard_of, looks, make_day, make_ticket, rows_behind
from tests.factories.accounts import make_account, make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.billing import make_bill
from tests.factories.cases import make_arrears_policy, make_case
from tests.factories.counters import MORNING, cash, make_shift, pay
from tests.factories.matters import make_matter
from tests.factories.quality import make_payment
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

    def test_is_counted_for_each_branch_alone_whoever_asked_before(self, hall: Hall) -> None:
        make_order(hall.account)
        here, there = (make_staff(branch=branch) for branch in (hall.branch, hall.stranger.branch))
        for staff in (here, there):
            staff.user_permissions.add(
                *Permission.objects.filter(codename__in=("decide_supplyorder", "view_supplyorder"))
            )

        waits = [
            sum(one.count for one in approvals_of(scope_for(staff, MORNING)))
            for staff in (here, there, here, looks("manager", hall))
        ]

        assert waits == [1, 0, 1, 1]

    def test_is_never_put_together_for_a_list_that_asks_more_of_a_person(self) -> None:
        with pytest.raises(LookupError, match="run_the_hall"):
            Viewer(1, sees_every_branch=False).has_perm("counters.run_the_hall")


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


class TestQuality:
    def test_counts_the_ratings_of_the_month_and_the_cards(self, hall: Hall) -> None:
        ship_calendars()
        paid = [make_payment(hall.shift) for _ in range(3)]
        for payment, level in zip(paid, (5, 2), strict=False):
            rate_by_receipt(payment, level=level, at=MORNING)

        quality = dashboard_of(looks("supervisor", hall))["quality"]

        assert (quality.tally.finished, quality.tally.rated) == (3, 2)
        assert quality.tally.satisfaction == Decimal("65.00")
        assert [(one.visits.count, one.rated.count) for one in quality.halls] == [(3, 2)]
        assert (quality.follow_ups.count, quality.cards.count) == (1, 0)

    def test_tells_what_is_overdue_of_the_own_branch(self, hall: Hall) -> None:
        ship_calendars()
        long_ago = MORNING - datetime.timedelta(days=20)
        make_matter(make_staff(role="adviser", branch=hall.branch), at=long_ago)
        make_matter(make_staff(role="adviser", branch=hall.stranger.branch), at=long_ago)

        own = dashboard_of(looks("supervisor", hall))["matters"]
        whole = dashboard_of(looks("manager", hall))["matters"]

        assert (own[0].count, own[0].tone, whole[0].count) == (1, "late", 2)


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

    def test_of_a_month_that_is_done_run_again_in_the_next(self, hall: Hall) -> None:
        at = MORNING.replace(hour=12, minute=0)
        october = datetime.date(2026, 10, 1)
        done, failed = (
            JobRun(job="run_assessment", slot=october, state=state, started_at=at)
            for state in ("DONE", "FAILED")
        )

        assert done_until(done, TODAY) == datetime.date(2026, 11, 30)
        assert done_until(JobRun(job="run_assessment", slot=datetime.date(2026, 9, 1)), TODAY) is None
        assert next_run("arrears each morning", failed, at) == at.replace(minute=30)

    def test_that_were_never_run_stand_there_with_their_next_time(self, hall: Hall) -> None:
        jobs = dashboard_of(looks("supervisor", hall))["jobs"].jobs

        (morning,) = [one for one in jobs if "run_arrears" in one.url]
        assert (morning.last, morning.next_at) == (None, MORNING.replace(hour=10, minute=30))


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
        ship_calendars()
        rate_by_receipt(make_payment(hall.shift), level=2, at=MORNING)
        for branch, days in ((hall.branch, 20), (hall.branch, 1), (hall.stranger.branch, 20)):
            make_matter(make_staff(role="adviser", branch=branch), at=MORNING - datetime.timedelta(days=days))
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
        figures += page["matters"]
        if "quality" in page:
            figures += [page["quality"].follow_ups, page["quality"].cards]
            figures += [figure for one in page["quality"].halls for figure in (one.visits, one.rated)]
        if "line" in page:
            figures += [page["line"].waiting, page["line"].served, page["line"].pauses]
            figures += [one["line"].waiting for one in page["halls"]]
        lists = [one for one in page["approvals"] if "/admin/" in one.url or "orders" in one.url]

        assert {(one.label, one.url): rows_behind(client, one.url) for one in [*figures, *lists]} == {
            (one.label, one.url): one.count for one in [*figures, *lists]
        }
        assert any(one.count for one in figures)
