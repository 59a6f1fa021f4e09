import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from accounts.models import Account, AuditEntry, Branch, Staff
from accounts.services.account_states import suspend_account
from billing.models import (
    Balance,
    Bill,
    BuildingHandover,
    HeatCredit,
    HeatingSeason,
    HeatSuspension,
    Posting,
)
from billing.services.business_days import close_business_day
from billing.services.heat_suspensions import (
    apply_for_suspension,
    approve_suspension,
    refuse_suspension,
    resume_heating,
)
from counters.models import Shift
from tests.billing.heating import (
    SEPTEMBER,
    apply,
    bill_the_season,
    make_household,
    make_season,
    make_shenyang,
    season_bill,
    suspend,
)
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove_row_locks
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_branch, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db

JANUARY = MORNING.replace(year=2027, month=1, day=14)


@pytest.fixture
def season() -> HeatingSeason:
    make_shenyang()
    return make_season()


@pytest.fixture
def household(branch: Branch) -> Account:
    return make_household(branch)


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


class TestApplyForSuspension:
    def test_is_kept_until_somebody_decides(self, season: HeatingSeason, household: Account) -> None:
        suspension = apply(household, season, note="外出过冬")

        assert (suspension.state, suspension.applied_on) == ("APPLIED", SEPTEMBER.date())
        household.refresh_from_db()
        assert household.state == Account.State.ACTIVE
        assert AuditEntry.objects.get(action="apply_for_suspension").reason == "外出过冬"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"service": "WATER"}, "not_heat"),
            ({"state": "SUSPENDED"}, "not_active"),
            ({"state": "STOPPED"}, "not_active"),
        ],
    )
    def test_refuses_an_account_that_cannot_be_suspended(
        self, season: HeatingSeason, household: Account, changes: dict[str, Any], code: str
    ) -> None:
        Account.objects.filter(pk=household.pk).update(**changes)
        adviser = make_staff(role="adviser", branch=household.branch)

        with refused(code):
            apply_for_suspension(household, season, applied_by=adviser, at=SEPTEMBER)

    def test_refuses_a_second_application(self, season: HeatingSeason, household: Account) -> None:
        apply(household, season)
        adviser = make_staff(role="adviser", branch=household.branch)

        with refused("applied_before"):
            apply_for_suspension(household, season, applied_by=adviser, at=SEPTEMBER)

    def test_may_be_made_again_after_a_refusal(
        self, season: HeatingSeason, household: Account, supervisor: Staff
    ) -> None:
        refuse_suspension(
            apply(household, season), reason="NEIGHBOUR_DANGER", decided_by=supervisor, at=SEPTEMBER
        )

        assert apply(household, season).is_applied_for

    def test_refuses_the_season_of_another_branch(self, household: Account) -> None:
        make_shenyang()
        foreign = make_season(branch=make_branch())
        adviser = make_staff(role="adviser", branch=household.branch)

        with refused("other_branch_season"):
            apply_for_suspension(household, foreign, applied_by=adviser, at=SEPTEMBER)

    def test_refuses_a_season_that_is_over(self, season: HeatingSeason, household: Account) -> None:
        adviser = make_staff(role="adviser", branch=household.branch)
        with refused("season_over"):
            apply_for_suspension(
                household, season, applied_by=adviser, at=MORNING.replace(year=2027, month=4, day=1)
            )

    def test_refuses_an_account_of_another_branch(self, season: HeatingSeason, household: Account) -> None:
        stranger = make_staff(role="adviser")

        with refused("unknown_account"):
            apply_for_suspension(household, season, applied_by=stranger, at=SEPTEMBER)

    def test_unasked_needs_a_season_that_says_so_and_an_unpaid_bill_that_is_late(
        self, branch: Branch, household: Account, finance: Staff
    ) -> None:
        make_shenyang()
        season = make_season(silent_user_policy="SUSPENDED")
        bill_the_season(branch)
        late = MORNING.replace(day=2)
        with refused("not_silent"):
            apply_for_suspension(
                household, season, applied_by=finance, is_silent=True, at=MORNING.replace(month=10, day=31)
            )

        suspension = apply_for_suspension(household, season, applied_by=finance, is_silent=True, at=late)
        approve_suspension(suspension, decided_by=make_staff(role="supervisor", branch=branch), at=late)

        assert Balance.objects.get(account=household).receivable == Decimal("385.16")
        assert broken_invariants() == []

    def test_unasked_is_refused_where_silence_is_normal_use(
        self, branch: Branch, season: HeatingSeason, household: Account, finance: Staff
    ) -> None:
        bill_the_season(branch)

        with refused("not_silent"):
            apply_for_suspension(household, season, applied_by=finance, is_silent=True, at=MORNING)


class TestApproveSuspension:
    def test_bills_fifteen_percent_and_suspends_the_account(
        self, season: HeatingSeason, household: Account
    ) -> None:
        """P26: 98.76 m² × 26 × 15 % = 385.16."""
        suspension = suspend(household, season)

        bill = season_bill(household)
        (line,) = bill.lines.all()
        assert suspension.fee_bill == bill
        assert (bill.amount, bill.due_on) == (Decimal("385.16"), datetime.date(2026, 10, 31))
        assert (line.component, line.sentence) == ("suspension_fee", "98.76 平方米 × 26.00 元 × 15%")
        household.refresh_from_db()
        assert household.state == Account.State.SUSPENDED
        assert broken_invariants() == []

    def test_bills_thirty_percent_of_a_price_by_the_month(self, branch: Branch) -> None:
        """P27: Taiyuan, 110.5 m² × 3.6 × 5 months × 30 % = 596.70."""
        rules = {"unit": "m2", "months": 5, "rules": {"suspension": {"fee_pct": "30"}}}
        make_shenyang(rules=rules, prices={"area_price_per_month": "3.6"})
        account = make_household(branch, area="110.5")

        suspend(account, make_season())

        assert season_bill(account).amount == Decimal("596.70")

    def test_charges_nothing_where_the_price_decision_has_no_fee(self, branch: Branch) -> None:
        make_shenyang(rules={**SEASON_ONLY})
        account = make_household(branch)
        season = make_season()

        suspension = suspend(account, season)
        bill_the_season(branch)

        assert suspension.fee_bill is None
        assert not Bill.objects.exists()
        account.refresh_from_db()
        assert account.state == Account.State.SUSPENDED

    def test_leaves_the_season_to_no_later_run(
        self, branch: Branch, season: HeatingSeason, household: Account
    ) -> None:
        suspend(household, season)

        bill_the_season(branch)

        assert Bill.objects.get(account=household).amount == Decimal("385.16")

    def test_settles_an_unpaid_bill_of_the_season_with_what_it_gives_back(
        self, branch: Branch, season: HeatingSeason, household: Account
    ) -> None:
        bill_the_season(branch)

        suspension = suspend(household, season)

        before = season_bill(household)
        assert (before.amount, before.state) == (Decimal("2567.76"), Bill.State.PAID)
        assert suspension.fee_bill is not None
        assert suspension.fee_bill.period == "2026-27-S"
        balance = Balance.objects.get(account=household)
        assert (balance.receivable, balance.prepaid) == (Decimal("385.16"), Decimal("0.00"))
        assert broken_invariants() == []

    def test_turns_money_already_paid_into_credit_that_pays_the_fee(
        self, branch: Branch, season: HeatingSeason, household: Account, shift: Shift
    ) -> None:
        bill_the_season(branch)
        pay(shift, household, [season_bill(household)], cash("2567.76"), at=MORNING)

        suspension = suspend(household, make_late_enough(season), at=MORNING)

        assert suspension.fee_bill is not None
        assert suspension.fee_bill.state == Bill.State.PAID
        assert Balance.objects.get(account=household).prepaid == Decimal("2182.60")
        posting = Posting.objects.get(heat_credit__suspension=suspension)
        assert (posting.debit, posting.credit, posting.amount) == (
            "revenue:area_heat", "prepaid", Decimal("2567.76"),
        )  # fmt: skip
        assert broken_invariants() == []

    def test_gives_back_a_part_payment_too(
        self, branch: Branch, season: HeatingSeason, household: Account, shift: Shift
    ) -> None:
        bill_the_season(branch)
        pay(shift, household, [season_bill(household)], cash("1000.00"), at=MORNING)

        suspend(household, make_late_enough(season), at=MORNING)

        balance = Balance.objects.get(account=household)
        assert (balance.receivable, balance.prepaid) == (Decimal("0.00"), Decimal("614.84"))
        assert broken_invariants() == []

    def test_refuses_premises_without_a_valve(
        self, season: HeatingSeason, household: Account, supervisor: Staff
    ) -> None:
        household.premises.has_own_valve = False
        household.premises.save()
        suspension = apply(household, season)

        with refused("no_valve"):
            approve_suspension(suspension, decided_by=supervisor, at=SEPTEMBER)

    @pytest.mark.parametrize(
        ("handed_over_on", "is_refused"),
        [("2026-06-30", True), ("2025-06-01", True), ("2025-04-30", False), ("2024-12-31", False)],
    )
    def test_refuses_a_building_in_its_first_two_seasons(
        self,
        season: HeatingSeason,
        household: Account,
        supervisor: Staff,
        handed_over_on: str,
        is_refused: bool,
    ) -> None:
        premises = household.premises
        BuildingHandover.objects.create(
            district=premises.district,
            community=premises.community,
            building=premises.building,
            handed_over_on=handed_over_on,
        )
        suspension = apply(household, season)

        if is_refused:
            with refused("in_warranty"):
                approve_suspension(suspension, decided_by=supervisor, at=SEPTEMBER)
        else:
            assert approve_suspension(suspension, decided_by=supervisor, at=SEPTEMBER).is_in_force

    def test_takes_the_last_day_and_refuses_the_one_after(
        self, branch: Branch, season: HeatingSeason, supervisor: Staff
    ) -> None:
        in_time, late = make_household(branch), make_household(branch)
        tenth = MORNING.replace(month=10, day=10)
        first = apply(in_time, season, at=tenth)
        second = apply(late, season, at=tenth + datetime.timedelta(days=1))

        assert approve_suspension(first, decided_by=supervisor, at=MORNING).is_in_force
        with refused("too_late"):
            approve_suspension(second, decided_by=supervisor, at=MORNING)

    def test_refuses_who_owes_older_bills_unless_the_season_allows_it(
        self, season: HeatingSeason, household: Account, supervisor: Staff
    ) -> None:
        make_bill(household, total="50.00", due_on=datetime.date(2025, 10, 31))
        suspension = apply(household, season)
        with refused("owes_arrears"):
            approve_suspension(suspension, decided_by=supervisor, at=SEPTEMBER)
        HeatingSeason.objects.update(debtors_may_suspend=True)

        assert approve_suspension(suspension, decided_by=supervisor, at=SEPTEMBER).is_in_force

    def test_refuses_the_person_who_entered_it(self, season: HeatingSeason, household: Account) -> None:
        both = make_staff(role="supervisor", branch=household.branch)
        suspension = apply(household, season, applied_by=both)

        with refused("same_person"):
            approve_suspension(suspension, decided_by=both, at=SEPTEMBER)

    def test_refuses_what_is_decided_already(
        self, season: HeatingSeason, household: Account, supervisor: Staff
    ) -> None:
        suspension = suspend(household, season)

        with refused("already_decided"):
            approve_suspension(suspension, decided_by=supervisor, at=SEPTEMBER)
        with refused("already_decided"):
            refuse_suspension(suspension, reason="NO_VALVE", decided_by=supervisor, at=SEPTEMBER)

    def test_refuses_a_day_whose_books_are_closed(
        self, season: HeatingSeason, household: Account, supervisor: Staff, finance: Staff
    ) -> None:
        suspension = apply(household, season)
        close_business_day(SEPTEMBER.date(), closed_by=finance, at=MORNING)

        with refused("day_closed"):
            approve_suspension(suspension, decided_by=supervisor, at=SEPTEMBER)

    def test_refuses_an_account_that_was_suspended_by_hand_meanwhile(
        self, season: HeatingSeason, household: Account, supervisor: Staff
    ) -> None:
        suspension = apply(household, season)
        suspend_account(household, reason="外出", actor=supervisor, at=SEPTEMBER)

        with refused("not_allowed"):
            approve_suspension(suspension, decided_by=supervisor, at=SEPTEMBER)


SEASON_ONLY = {"unit": "m2", "season": {"from": "11-01", "to": "03-31", "inclusive": True}}


def make_late_enough(season: HeatingSeason) -> HeatingSeason:
    """A season in which one may apply until it ends."""
    season.suspend_by = season.ends_on
    season.save()
    return season


class TestRefuseSuspension:
    @pytest.mark.parametrize("reason", HeatSuspension.Reason.values)
    def test_keeps_the_reason(
        self, season: HeatingSeason, household: Account, supervisor: Staff, reason: str
    ) -> None:
        suspension = refuse_suspension(
            apply(household, season), reason=reason, decided_by=supervisor, at=SEPTEMBER
        )

        assert (suspension.state, suspension.reason) == ("REFUSED", reason)
        household.refresh_from_db()
        assert household.state == Account.State.ACTIVE

    @pytest.mark.parametrize("reason", ["", "BECAUSE", "no_valve"])
    def test_needs_a_reason_of_the_list(
        self, season: HeatingSeason, household: Account, supervisor: Staff, reason: str
    ) -> None:
        suspension = apply(household, season)

        with refused("unknown_reason"):
            refuse_suspension(suspension, reason=reason, decided_by=supervisor, at=SEPTEMBER)


class TestResumeHeating:
    def resume(self, suspension: HeatSuspension, day: str, at: datetime.datetime = JANUARY) -> HeatSuspension:
        adviser = make_staff(role="adviser", branch=suspension.account.branch)
        return resume_heating(
            suspension, resumed_on=datetime.date.fromisoformat(day), resumed_by=adviser, at=at
        )

    def test_bills_the_days_that_are_left(self, season: HeatingSeason, household: Account) -> None:
        """P26: 98.76 m² × 26 × 76/151 days × 85 % = 1098.53; the 15 % stay."""
        suspension = self.resume(suspend(household, season), "2027-01-15")

        bill = suspension.resume_bill
        assert bill is not None
        (line,) = bill.lines.all()
        assert (bill.amount, bill.period, bill.period_from) == (
            Decimal("1098.53"), "2026-27-R", datetime.date(2027, 1, 15),
        )  # fmt: skip
        assert line.sentence == "98.76 平方米 × 26.00 元 × 76/151 天 × 85%"
        household.refresh_from_db()
        assert household.state == Account.State.ACTIVE
        assert Balance.objects.get(account=household).receivable == Decimal("1483.69")
        assert broken_invariants() == []

    def test_counts_the_days_that_the_city_announced(self, branch: Branch) -> None:
        make_shenyang()
        account = make_household(branch)
        longer = make_season(starts_on=datetime.date(2026, 10, 25), ends_on=datetime.date(2027, 4, 5))

        suspension = self.resume(suspend(account, longer), "2027-01-15")

        assert suspension.resume_bill is not None
        (line,) = suspension.resume_bill.lines.all()
        assert "81/163 天" in line.sentence

    def test_leaves_the_season_to_no_later_run(
        self, branch: Branch, season: HeatingSeason, household: Account
    ) -> None:
        self.resume(suspend(household, season), "2027-01-15")

        bill_the_season(branch, at=JANUARY)

        assert Bill.objects.filter(account=household).count() == 2

    def test_without_a_fee_leaves_the_season_to_no_later_run(self, branch: Branch) -> None:
        make_shenyang(rules={**SEASON_ONLY, "rules": {"resume_in_season": {"pct": "100", "by": "days"}}})
        account = make_household(branch)
        self.resume(suspend(account, make_season()), "2027-01-15")

        bill_the_season(branch, at=JANUARY)

        assert [bill.period for bill in Bill.objects.all()] == ["2026-27-R"]

    @pytest.mark.parametrize("day", ["2026-10-31", "2027-04-01", "2020-01-01"])
    def test_refuses_a_day_outside_the_season(
        self, season: HeatingSeason, household: Account, day: str
    ) -> None:
        suspension = suspend(household, season)
        adviser = make_staff(role="adviser", branch=household.branch)

        with refused("outside_season"):
            resume_heating(
                suspension, resumed_on=datetime.date.fromisoformat(day), resumed_by=adviser, at=JANUARY
            )

    def test_refuses_a_second_time(self, season: HeatingSeason, household: Account) -> None:
        suspension = self.resume(suspend(household, season), "2027-01-15")
        adviser = make_staff(role="adviser", branch=household.branch)

        with refused("not_suspended"):
            resume_heating(suspension, resumed_on=datetime.date(2027, 1, 15), resumed_by=adviser, at=JANUARY)

    def test_refuses_where_the_tariff_knows_no_resumption(self, branch: Branch) -> None:
        make_shenyang(rules={**SEASON_ONLY, "rules": {"suspension": {"fee_pct": "30"}}})
        account = make_household(branch)
        suspension = suspend(account, make_season())
        adviser = make_staff(role="adviser", branch=branch)

        with refused("no_resume"):
            resume_heating(suspension, resumed_on=datetime.date(2027, 1, 15), resumed_by=adviser, at=JANUARY)


@pytest.mark.django_db(transaction=True)
class TestTwoSupervisorsAtOnce:
    def decide(self, branch: Branch) -> list[HeatSuspension | Exception]:
        make_shenyang()
        season = make_season()
        account = make_household(branch)
        bill_the_season(branch)
        suspension = apply(account, season)
        supervisors = [make_staff(role="supervisor", branch=branch) for _ in range(2)]
        return at_once(
            *(partial(approve_suspension, suspension, decided_by=one, at=SEPTEMBER) for one in supervisors)
        )

    def test_approve_once(self, branch: Branch) -> None:
        assert outcomes(self.decide(branch)) == {"HeatSuspension": 1, "already_decided": 1}
        assert HeatCredit.objects.count() == 1
        assert broken_invariants() == []

    def test_without_locks_both_mean_to_approve(
        self, branch: Branch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "billing.services.heat_suspensions._give_back", 2)

        # Only the constraints are left: one credit for a reason, one fee for a season.
        assert outcomes(self.decide(branch)) == {"HeatSuspension": 1, "IntegrityError": 1}


@pytest.mark.django_db(transaction=True)
class TestTwoAdvisersAtOnce:
    def resume(self, branch: Branch) -> list[HeatSuspension | Exception]:
        make_shenyang()
        account = make_household(branch)
        suspension = suspend(account, make_season())
        advisers = [make_staff(role="adviser", branch=branch) for _ in range(2)]
        day = datetime.date(2027, 1, 15)
        return at_once(
            *(
                partial(resume_heating, suspension, resumed_on=day, resumed_by=one, at=JANUARY)
                for one in advisers
            )
        )

    def test_resume_once(self, branch: Branch) -> None:
        assert outcomes(self.resume(branch)) == {"HeatSuspension": 1, "not_suspended": 1}
        assert broken_invariants() == []

    def test_without_locks_both_mean_to_resume(self, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "billing.services.heat_suspensions._bill_resumed_days", 2)

        assert outcomes(self.resume(branch)) == {"HeatSuspension": 1, "IntegrityError": 1}
