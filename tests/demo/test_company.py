"""The company as it stands: its books, its people, its odd rows, and what a first cashier finds."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Count, Q, Sum

from accounts.models import Account, Customer, District, Staff
from accounts.queries.working_days import calendar_of
from billing.models import (
    Bill,
    BillLine,
    BillRun,
    BusinessDay,
    HeatingSeason,
    HeatSuspension,
    LateChargeRule,
    Meter,
    Payment,
    Posting,
    Reading,
    Route,
    TariffVersion,
    TemperatureTest,
    Tender,
    UnitCorrection,
)
from billing.queries.arrears.policies import Ladder, class_of, policy_versions_on
from billing.queries.arrears.policy_simulation import simulate_policy
from billing.queries.books import Invariant, examine
from config.demo.history import History
from config.demo.households import OddRow
from config.demo.sign_ins import PASSWORD, PEOPLE
from config.demo.visits import at_time
from counters.models import HallPosting, Shift, Window
from service_quality.models import Matter, MatterEvent
from service_quality.queries.books import BOOKS
from tests.demo.odd_rows import FINDERS, RARE


class TestTheLadders:
    def test_are_there_for_every_account_and_the_year_has_its_calendar(self, company: History) -> None:
        ladders = policy_versions_on(company.on)

        for service, category in Account.objects.values_list("service", "category").distinct():
            assert Ladder(service, class_of(category), None) in ladders
        assert calendar_of(company.on.year).holiday_on(datetime.date(2026, 10, 1)) == "国庆节"

    @pytest.mark.parametrize("days_ago", [0, 45, 200])
    def test_place_every_debt_that_was_overdue_on_a_day_and_nothing_else(
        self, company: History, days_ago: int
    ) -> None:
        manager = Staff.objects.get(number="6001")
        day = company.on - datetime.timedelta(days=days_ago)
        posted = Posting.objects.filter(business_date__lte=day, bill__due_on__lt=day)
        sums = [
            posted.filter(**{side: "receivable"}).aggregate(sum=Sum("amount"))["sum"]
            for side in ("debit", "credit")
        ]

        placed = [
            simulate_policy(version, day, staff=manager).everybody.amount
            for version in policy_versions_on(day).values()
        ]

        assert sum(placed) == sums[0] - sums[1] > 0

    def test_place_today_what_the_bills_say(self, company: History) -> None:
        manager = Staff.objects.get(number="6001")
        overdue = Bill.objects.open().due_before(company.on).filter(outstanding__gt=0)

        placed = [
            simulate_policy(version, company.on, staff=manager).everybody
            for version in policy_versions_on(company.on).values()
        ]

        assert sum(one.amount for one in placed) == overdue.aggregate(sum=Sum("outstanding"))["sum"]
        assert sum(one.accounts for one in placed) == overdue.values("account").distinct().count()


class TestBooks:
    @pytest.mark.parametrize("invariant", BOOKS, ids=lambda one: one.name)
    def test_hold(self, company: History, invariant: Invariant) -> None:
        with connection.cursor() as cursor:
            assert str(examine(invariant, cursor)) == f"{invariant.name}: OK"

    def test_have_exactly_as_many_accounts_as_asked_for(self, company: History) -> None:
        assert Account.objects.count() == 400

    def test_hold_every_kind_of_row(self, company: History) -> None:
        # The windows opened before the first season that is billed here: nothing was paid to the old system.
        here = {*Payment.Channel.values} - {"OPENING"}
        assert set(Payment.objects.values_list("channel", flat=True)) == here
        assert set(Tender.objects.values_list("method", flat=True)) == {*Tender.Method.values} - {"OPENING"}
        assert set(Bill.objects.values_list("state", flat=True)) == {"OPEN", "PAID", "CANCELLED", "WRITEOFF"}
        assert set(Bill.objects.values_list("service", flat=True)) == {"HEAT", "GAS", "WATER", "ELECTRICITY"}

    def test_charge_late_payers(self, company: History) -> None:
        late = Posting.objects.filter(credit="late_charge")

        assert late.count() > 20
        assert not late.filter(business_date__lte=company.live_from).exists()

    def test_close_every_day_before_the_last_week(self, company: History) -> None:
        first = Posting.objects.order_by("business_date").values_list("business_date", flat=True)[0]
        days = (company.open_from - first).days

        assert BusinessDay.objects.filter(date__gte=first, date__lt=company.open_from).count() == days
        assert not BusinessDay.objects.filter(date__gte=company.open_from).exists()

    def test_take_no_money_today_or_later(self, company: History) -> None:
        assert not Payment.objects.filter(business_date__gte=company.on, channel="COUNTER").exists()


class TestArrears:
    def test_are_few_at_the_end_of_the_last_season(self, company: History) -> None:
        season = Bill.objects.filter(kind="HEATING", period="2025-26")
        by_new_year = Q(allocations__payment__business_date__lte=datetime.date(2025, 12, 31))
        paid = season.filter(by_new_year).aggregate(sum=Sum("allocations__principal"))["sum"]
        owed = season.aggregate(sum=Sum("amount"))["sum"]

        assert 0.90 < paid / owed < 0.99

    def test_include_old_debts(self, company: History) -> None:
        assert Bill.objects.filter(kind="OPENING", state="OPEN", due_on__lt=company.live_from).exists()

    def test_are_known_to_disputes_and_courts(self, company: History) -> None:
        assert Account.objects.filter(is_disputed=True).exists()
        assert Account.objects.filter(is_in_court=True, balance__receivable__gt=0).exists()

    def test_do_not_hide_who_suspended_the_heat(self, company: History) -> None:
        heat = Account.objects.filter(service="HEAT").aggregate(
            suspended=Count("pk", filter=Q(state="SUSPENDED")), all=Count("pk")
        )

        assert 0 < heat["suspended"] < heat["all"] * 0.15
        fees = BillLine.objects.filter(bill__account__state="SUSPENDED", bill__period="2026-27")
        assert set(fees.values_list("component", flat=True)) == {"suspension_fee"}
        assert HeatSuspension.objects.filter(state="APPROVED").count() == heat["suspended"]


class TestHeatingSeason:
    def test_is_announced_for_every_winter_that_is_billed(self, company: History) -> None:
        periods = set(Bill.objects.filter(kind="HEATING").values_list("period", flat=True))

        assert set(HeatingSeason.objects.values_list("season", flat=True)) == periods

    def test_has_applications_that_wait_and_rooms_that_were_measured(self, company: History) -> None:
        assert HeatSuspension.objects.filter(state="APPLIED").count() == 3
        assert TemperatureTest.objects.filter(rooms__isnull=False).distinct().count() >= 3


class TestCounters:
    def test_leave_every_window_free(self, company: History) -> None:
        assert Window.objects.count() == 12
        assert Shift.objects.exists()
        assert not Shift.objects.filter(state="OPEN").exists()

    def test_have_one_priority_window_in_each_hall(self, company: History) -> None:
        halls = Window.objects.filter(is_priority=True, takes_money=True).values_list(
            "hall__number", flat=True
        )

        assert sorted(halls) == [1, 2, 3]


class TestPeople:
    def test_sign_in_with_their_number_and_one_password(self, company: History) -> None:
        staff = Staff.objects.filter(left_on=None)

        assert {one.number for one in staff} == {one.number for one in PEOPLE}
        assert all(one.check_password(PASSWORD) and one.is_active for one in staff)

    def test_hold_the_role_of_their_post(self, company: History) -> None:
        for one in Staff.objects.prefetch_related("groups"):
            assert [group.name for group in one.groups.all()] == [one.post.lower()]

    def test_are_twenty_at_the_windows(self, company: History) -> None:
        assert Staff.objects.filter(post__in=["CASHIER", "ADVISER"], left_on=None).count() == 20

    def test_belong_to_the_hall_that_they_work_in(self, company: History) -> None:
        posted = {one.staff.number: one.hall.number for one in HallPosting.objects.on(company.on)}

        assert posted == {one.number: one.hall for one in PEOPLE if one.hall}

    def test_own_the_districts(self, company: History) -> None:
        assert {one.owner.post for one in District.objects.select_related("owner") if one.owner} == {
            "COLLECTOR"
        }


class TestPrices:
    def test_were_approved_by_a_second_person(self, company: History) -> None:
        approved = TariffVersion.objects.filter(approved_by__isnull=False)

        assert approved.filter(effective_from__lte=company.on).count() == 5

    def test_change_with_the_next_year(self, company: History) -> None:
        new_year = datetime.date(company.on.year + 1, 1, 1)
        changes = TariffVersion.objects.filter(effective_from=new_year).order_by("tariff__service")

        assert [(one.tariff.service, one.is_waiting) for one in changes] == [("GAS", True), ("WATER", False)]
        assert TariffVersion.objects.count() == 7

    def test_have_a_late_charge_for_each_service(self, company: History) -> None:
        assert LateChargeRule.objects.count() == 4


class TestMatters:
    def test_are_there_in_every_state_and_from_the_hotline(self, company: History) -> None:
        matters = Matter.objects.all()

        assert matters.count() >= 60
        assert set(matters.values_list("state", flat=True)) == set(Matter.State.values)
        for some in (
            matters.filter(source="HOTLINE"),
            matters.filter(state="OPEN", escalation=2),
            matters.filter(upheld=True),
            matters.filter(duplicate_of__isnull=False),
            matters.filter(reopenings=1),
            matters.filter(hand_overs__state="OFFERED"),
            matters.filter(extensions__state="ASKED"),
            matters.filter(satisfaction__isnull=False),
        ):
            assert some.exists()

    def test_of_another_hall_are_not_there_for_an_adviser(self, company: History) -> None:
        adviser, now = Staff.objects.get(number="1501"), at_time(company.on, 9)
        asked = Matter.objects.exclude(kind="COMPLAINT").filter(branch=adviser.branch)

        seen = Matter.objects.visible_to(adviser, now)

        assert asked.filter(hall__number=2).exclude(handler=adviser).exists()
        assert set(seen.values_list("hall__number", flat=True)) <= {1, None}

    def test_happened_before_this_morning_in_the_order_of_their_story(self, company: History) -> None:
        assert not MatterEvent.objects.filter(at__gt=at_time(company.on, 9)).exists()
        for matter in Matter.objects.prefetch_related("events"):
            instants = [event.at for event in matter.events.order_by("pk")]
            assert instants == sorted(instants), matter.number


class TestOddRows:
    @pytest.mark.parametrize("odd", OddRow)
    def test_are_all_there(self, company: History, odd: OddRow) -> None:
        assert FINDERS[odd](company).exists()

    def test_name_each_rare_character(self, company: History) -> None:
        missing = [letter for letter in RARE if not Customer.objects.filter(name__contains=letter).exists()]

        assert missing == []

    def test_count_what_passed_through_the_meter_that_rolled_over(self, company: History) -> None:
        reading = Reading.objects.get(rolled_over=True)
        bill = Bill.objects.get(account__installations=reading.installation, period_to=reading.read_on)

        assert reading.value < 100
        assert Decimal("0") < bill.quantity < 100

    def test_bill_both_meters_of_the_period_in_which_one_was_replaced(self, company: History) -> None:
        new = Meter.objects.get(installations__account__installations__removed_on__isnull=False,
                                installations__removed_on__isnull=True)  # fmt: skip
        both = [bill for bill in Bill.objects.filter(account__installations__meter=new)
                if len(bill.basis["segments"]) == 2]  # fmt: skip

        assert len(both) == 1

    def test_leave_no_account_unpriced(self, company: History) -> None:
        assert not BillRun.objects.filter(~Q(summary__unpriced=[])).exists()


class TestReadings:
    def test_are_taken_on_a_route_that_somebody_walks(self, company: History) -> None:
        metered = Account.objects.exclude(service="HEAT")

        assert not metered.filter(route_stop__isnull=True).exists()
        assert not Route.objects.filter(reader__isnull=True).exists()

    def test_wait_for_somebody_where_they_are_odd(self, company: History) -> None:
        odd = Reading.objects.in_review().values_list("anomalies", flat=True)

        assert {code for codes in odd for code in codes} == {"HIGH", "ESTIMATE", "SELF_REPORTED"}
        assert UnitCorrection.objects.get().state == UnitCorrection.State.TO_CORRECT
