import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Account, AuditEntry, Branch, Staff
from accounts.services.account_states import close_account
from billing.models import Balance, HeatCredit, HeatingSeason
from billing.queries.heating_seasons import season_named, season_on
from billing.services.early_payment import grant_early_payment
from billing.services.heating_seasons import check_season_change, end_suspensions
from billing.services.offers import PaymentRequest
from counters.models import Shift
from counters.services.payments import take_payment_at_counter, void_payment_at_counter
from tests.billing.heating import (
    SEPTEMBER,
    SHENYANG,
    apply,
    bill_the_season,
    make_household,
    make_season,
    make_shenyang,
    season_bill,
    suspend,
)
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING, cash, make_shift, pay
from tests.factories.donations import make_payer

pytestmark = pytest.mark.django_db


class TestTheRunOfASeason:
    def test_takes_days_and_due_date_from_the_season(self, branch: Branch) -> None:
        make_shenyang()
        make_season(starts_on=datetime.date(2026, 10, 25), due_on=datetime.date(2026, 10, 20))
        account = make_household(branch)

        bill_the_season(branch)

        bill = season_bill(account)
        assert (bill.period_from, bill.period_to, bill.due_on) == (
            datetime.date(2026, 10, 25), datetime.date(2027, 3, 31), datetime.date(2026, 10, 20),
        )  # fmt: skip

    def test_prefers_the_season_of_the_branch(self, branch: Branch) -> None:
        make_shenyang()
        make_season()
        make_season(branch=branch, due_on=datetime.date(2026, 12, 31))
        account, elsewhere = make_household(branch), make_household(make_branch())

        bill_the_season(branch)
        bill_the_season(elsewhere.branch)

        assert season_bill(account).due_on == datetime.date(2026, 12, 31)
        assert season_bill(elsewhere).due_on == datetime.date(2026, 10, 31)

    def test_is_never_due_before_it_is_issued(self, branch: Branch) -> None:
        make_shenyang()
        make_season()
        account = make_household(branch)

        bill_the_season(branch, at=MORNING)

        assert season_bill(account).due_on == MORNING.date()

    def test_goes_by_the_yearly_rule_before_a_season_is_entered(self, branch: Branch) -> None:
        make_shenyang()
        account = make_household(branch)

        bill_the_season(branch)

        assert season_bill(account).due_on == datetime.date(2026, 10, 20)

    def test_splits_a_price_change_at_the_days_of_the_season(self, branch: Branch) -> None:
        """P23, Qingdao: 46 days at 24 and 95 at 26.4 yuan, the price a m² truncated to the fen: 2048.00."""
        tariff = make_shenyang(
            rules={
                "unit": "m2", "unit_price_rounding": {"mode": "down", "scale": 2},
                "season": {"from": "11-01", "to": "03-31"}, "rules": {"price_change": "by_days"},
            },
            prices={"area_price": "24"},
        )  # fmt: skip
        first = tariff.versions.get()
        type(first).objects.filter(pk=first.pk).update(effective_until=datetime.date(2026, 12, 31))
        tariff.versions.create(
            effective_from=datetime.date(2027, 1, 1), prices={"area_price": "26.4"}, made_by=first.made_by,
            approved_by=first.approved_by, approved_at=MORNING,
        )  # fmt: skip
        make_season(starts_on=datetime.date(2026, 11, 16), ends_on=datetime.date(2027, 4, 5))
        account = make_household(branch, area="80")

        bill_the_season(branch)

        assert [line.amount for line in season_bill(account).lines.all()] == [
            Decimal("625.60"), Decimal("1422.40"),
        ]  # fmt: skip

    def test_bills_the_basic_fee_to_who_is_suspended(self, branch: Branch) -> None:
        make_shenyang()
        account = make_household(branch, state="SUSPENDED")

        bill_the_season(branch)

        bill = season_bill(account)
        assert (bill.amount, bill.lines.get().component) == (Decimal("385.16"), "suspension_fee")
        assert broken_invariants() == []

    def test_surcharges_a_high_shop(self, branch: Branch) -> None:
        """P24 and P25: 200 m² at 3.9 m in Changchun 7130.00, 150 m² at 4.3, 4.4 and 4.5 m in Shenyang."""
        for prices, cases in (
            (
                {"area_price": "31", "height": {**STEPS, "over_m": "3", "pct_per_step": "5",
                 "partial_step": "ignored", "cap_pct": "50"}},
                [("200", "3.9", "7130.00")],
            ),
            (
                {"area_price": "32", "height": {**STEPS, "over_m": "3.5", "pct_per_step": "10",
                 "partial_step": "counts", "negotiate_over_m": "6"}},
                [("150", "4.3", "6240.00"), ("150", "4.4", "6240.00"), ("150", "4.5", "6720.00")],
            ),
        ):  # fmt: skip
            here = make_branch()
            make_shenyang(branch=here, rules=SHENYANG, prices=prices)
            shops = [(make_shop(here, area, height), amount) for area, height, amount in cases]

            bill_the_season(here)

            assert [str(season_bill(shop).amount) for shop, _ in shops] == [amount for _, amount in shops]


STEPS = {"step_m": "0.3"}


def make_shop(branch: Branch, area: str, height: str) -> Account:
    shop = make_household(branch, area=area, category="NONRESIDENT")
    shop.premises.storey_height = Decimal(height)
    shop.premises.save()
    return shop


class TestSeasonOn:
    @pytest.mark.parametrize(
        ("day", "season"),
        [
            ("2026-01-15", "2025-26"), ("2026-03-31", "2025-26"), ("2026-04-01", "2026-27"),
            ("2026-09-01", "2026-27"), ("2027-03-31", "2026-27"), ("2027-04-01", "2026-27"),
        ],
    )  # fmt: skip
    def test_is_the_one_of_the_day_or_the_next(self, branch: Branch, day: str, season: str) -> None:
        make_season()
        make_past_season()

        found = season_on(branch.pk, datetime.date.fromisoformat(day))

        assert found is not None
        assert found.season == season

    def test_is_none_before_any_is_announced(self, branch: Branch) -> None:
        make_season(branch=make_branch())

        assert season_on(branch.pk, MORNING.date()) is None
        assert season_named(branch.pk, "2026-27") is None


def make_past_season(**fields: Any) -> HeatingSeason:
    return make_season(
        season="2025-26", starts_on=datetime.date(2025, 11, 1), ends_on=datetime.date(2026, 3, 31),
        due_on=datetime.date(2025, 10, 31), suspend_by=datetime.date(2025, 10, 10), **fields,
    )  # fmt: skip


class TestASeason:
    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"season": "2027-28"}, "heating_season_bears_the_year_it_starts_in"),
            ({"season": "26-27"}, "heating_season_bears_the_year_it_starts_in"),
            ({"ends_on": "2026-11-01"}, "heating_season_ends_after_it_starts"),
            ({"due_on": "2027-04-01"}, "heating_season_is_due_before_it_ends"),
            ({"suspend_by": "2027-04-01"}, "heating_season_is_due_before_it_ends"),
            ({"early_until": "2026-11-01", "early_pct": "2"}, "early_payment_ends_with_the_due_date"),
            ({"early_until": "2026-10-01"}, "early_payment_ends_with_the_due_date"),
            ({"early_until": "2026-10-01", "early_pct": "51"}, "early_payment_ends_with_the_due_date"),
            ({"standard": "9"}, "room_temperature_standard_is_a_room"),
        ],
    )
    def test_cannot_contradict_itself(self, changes: dict[str, Any], constraint: str) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            make_season(**changes)

    def test_is_announced_once_for_a_branch(self) -> None:
        make_season()

        with pytest.raises(IntegrityError, match="a_branch_has_one"), transaction.atomic():
            make_season()


class TestChangeASeason:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"due_on": datetime.date(2026, 11, 1)}, "billed"),
            ({"season": "2025-26"}, "billed"),
            ({"starts_on": datetime.date(2026, 11, 5)}, "shorter"),
            ({"ends_on": datetime.date(2027, 3, 30)}, "shorter"),
            ({"ends_on": datetime.date(2027, 4, 5)}, "no_new_decision"),
        ],
    )
    def test_of_which_bills_are_issued_is_refused(
        self, branch: Branch, changes: dict[str, Any], code: str
    ) -> None:
        make_shenyang()
        before = make_season()
        make_household(branch)
        assert refusal_of(before, changes) == ""
        bill_the_season(branch)

        assert refusal_of(before, changes) == code

    def test_longer_by_a_new_decision_is_taken(self, branch: Branch) -> None:
        make_shenyang()
        before = make_season()
        make_household(branch)
        bill_the_season(branch)

        longer = {"ends_on": datetime.date(2027, 4, 5), "decision": "政发〔2027〕3号"}
        assert refusal_of(before, longer) == ""

    def test_of_what_no_bill_depends_on_is_taken(self, branch: Branch) -> None:
        make_shenyang()
        before = make_season()
        make_household(branch)
        bill_the_season(branch)

        assert refusal_of(before, {"suspend_by": datetime.date(2026, 10, 20)}) == ""

    def test_looks_at_the_bills_of_its_own_branches(self, branch: Branch) -> None:
        make_shenyang()
        for_all = make_season()
        make_season(branch=branch)
        make_household(branch)
        bill_the_season(branch)

        assert refusal_of(for_all, {"due_on": datetime.date(2026, 11, 1)}) == ""


def refusal_of(season: HeatingSeason, changes: dict[str, Any]) -> str:
    """The code with which a change of the season is refused; empty when it is taken."""
    try:
        check_season_change(season, changed(season, changes))
    except ValidationError as refusal:
        return str(refusal.code)
    return ""


def changed(season: HeatingSeason, changes: dict[str, Any]) -> HeatingSeason:
    columns = {field.attname: getattr(season, field.attname) for field in season._meta.concrete_fields}
    return HeatingSeason(**{**columns, **changes})


class TestEndSuspensions:
    def test_puts_the_accounts_back_in_use(self, branch: Branch, finance: Staff) -> None:
        make_shenyang()
        season = make_season()
        suspended, closed, asking = (make_household(branch) for _ in range(3))
        for account in (suspended, closed):
            suspend(account, season)
        apply(asking, season)
        close_account(closed, reason="销户", actor=finance, at=MORNING)

        number = end_suspensions(season, ended_by=finance, at=MORNING.replace(year=2027, month=4, day=1))

        for account in (suspended, closed, asking):
            account.refresh_from_db()
        assert number == 2
        assert [suspended.state, closed.state, asking.state] == ["ACTIVE", "CLOSED", "ACTIVE"]
        assert list(season.suspensions.order_by("pk").values_list("state", flat=True)) == [
            "ENDED", "ENDED", "APPLIED",
        ]  # fmt: skip
        assert broken_invariants() == []

    def test_waits_for_the_end_of_the_season(self, branch: Branch, finance: Staff) -> None:
        season = make_season()

        with refused("not_over"):
            end_suspensions(season, ended_by=finance, at=MORNING.replace(year=2027, month=3, day=31))


def pay_on(account: Account, day: datetime.date) -> None:
    at = MORNING.replace(month=day.month, day=day.day)
    bill = season_bill(account)
    shift = make_shift(make_staff(branch=account.branch), at=at)
    pay(shift, account, [bill], cash(str(bill.amount)), at=at)


class TestGrantEarlyPayment:
    @pytest.fixture
    def season(self, branch: Branch) -> HeatingSeason:
        make_shenyang()
        return make_season(early_until=datetime.date(2026, 10, 15), early_pct=Decimal("2"))

    def test_gives_a_share_back_to_who_paid_in_time_once(
        self, branch: Branch, season: HeatingSeason, finance: Staff, shift: Shift
    ) -> None:
        early, late, part, suspended = (make_household(branch) for _ in range(4))
        bill_the_season(branch)
        suspend(suspended, season)
        pay(shift, part, [season_bill(part)], cash("1000.00"))
        pay(shift, late, [season_bill(late)], cash("2567.76"))
        pay_on(early, datetime.date(2026, 10, 15))

        numbers = [grant_early_payment(season, granted_by=finance, at=MORNING) for _ in range(2)]

        assert numbers == [1, 0]
        credit = HeatCredit.objects.get(reason="EARLY")
        assert (credit.bill.account, credit.amount) == (early, Decimal("51.36"))
        assert Balance.objects.get(account=early).prepaid == Decimal("51.36")
        assert AuditEntry.objects.filter(action="grant_early_payment").count() == 2
        assert "balance_is_the_sum_of_its_postings" not in broken_invariants()

    def test_gives_nothing_for_a_payment_that_was_undone(
        self, branch: Branch, season: HeatingSeason, finance: Staff, shift: Shift
    ) -> None:
        account = make_household(branch)
        bill_the_season(branch)
        HeatingSeason.objects.update(due_on=MORNING.date(), early_until=MORNING.date())
        season.refresh_from_db()
        payment = pay(shift, account, [season_bill(account)], cash("2567.76"))
        void_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="",
            voided_by=shift.cashier, at=MORNING,
        )  # fmt: skip

        tomorrow = MORNING + datetime.timedelta(days=1)
        assert grant_early_payment(season, granted_by=finance, at=tomorrow) == 0

    def test_makes_no_credit_of_the_customer_out_of_anothers_money(
        self, branch: Branch, season: HeatingSeason, finance: Staff, shift: Shift
    ) -> None:
        account = make_household(branch)
        bill_the_season(branch)
        HeatingSeason.objects.update(due_on=MORNING.date(), early_until=MORNING.date())
        season.refresh_from_db()
        employer = make_payer(branch, kind="EMPLOYER")
        wanted = PaymentRequest(
            uuid4(), account.pk, (season_bill(account).pk,), (cash("2567.76"),), payer_id=employer.pk
        )
        take_payment_at_counter(wanted, shift=shift, taken_by=shift.cashier, at=MORNING)

        tomorrow = MORNING + datetime.timedelta(days=1)
        assert grant_early_payment(season, granted_by=finance, at=tomorrow) == 0
        assert Balance.objects.get(account=account).prepaid == Decimal(0)

    def test_is_refused_before_the_time_is_over_and_without_terms(
        self, branch: Branch, season: HeatingSeason, finance: Staff
    ) -> None:
        with refused("not_over"):
            grant_early_payment(season, granted_by=finance, at=SEPTEMBER)
        plain = make_past_season()
        with refused("no_early_terms"):
            grant_early_payment(plain, granted_by=finance, at=MORNING)
