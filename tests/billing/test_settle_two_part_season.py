import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from accounts.models import Account, Branch, Staff
from billing.models import Balance, Bill, HeatingSeason, SeasonSettlement
from billing.services.household_conversions import convert_household
from billing.services.season_settlements import quote_settlement, settle_two_part_season
from counters.models import Shift
from tests.billing.heating import (
    SEPTEMBER,
    bill_the_season,
    make_household,
    make_season,
    make_shenyang,
    season_bill,
)
from tests.billing.metering import install, read
from tests.counters.meeting import at_once, outcomes
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db

APRIL = MORNING.replace(year=2027, month=4, day=2)
# Beijing (P20): 24 by area; 12 and 0.16 a kWh by meter. Weihai (P21): 24.5; 7.3 and 42.84 a GJ.
BEIJING = {"area_price": "24", "base_price": "12", "metered_price": "0.16", "metered_unit": "kWh"}
WEIHAI = {"area_price": "24.5", "base_price": "7.3", "metered_price": "42.84", "metered_unit": "GJ"}


def make_metered_household(
    branch: Branch, prices: dict[str, str], *, area: str, used: str, **rules: Any
) -> tuple[Account, HeatingSeason]:
    """A household converted in June, billed in September, read in April."""
    make_shenyang(
        rules={
            "unit": "m2",
            "rounding": {"level": "line", "mode": "half_up", "scale": 2},
            "season": {"from": "11-01", "to": "03-31"},
            "rules": rules,
        },
        prices=prices,
    )
    account = make_household(branch, area=area)
    installation = install(account, on=datetime.date(2026, 6, 1), initial="100")
    convert_household(
        account,
        converted_on=datetime.date(2026, 6, 1),
        method="TWO_PART",
        made_by=make_staff(role="finance", branch=branch),
        at=SEPTEMBER,
    )
    season = make_season()
    bill_the_season(branch)
    read(installation, "2027-04-01", str(Decimal("100") + Decimal(used)))
    return account, season


def settle(account: Account, season: HeatingSeason, by: Staff | None = None) -> SeasonSettlement:
    return settle_two_part_season(
        account, season, settled_by=by or make_staff(role="finance", branch=account.branch), at=APRIL
    )


class TestSettleTwoPartSeason:
    @pytest.mark.parametrize(
        ("used", "total", "refund"), [("6000", "2160.00", "240.00"), ("8000", "2400.00", "0.00")]
    )
    def test_takes_the_lower_of_two_where_the_rule_says_so(
        self, branch: Branch, shift: Shift, used: str, total: str, refund: str
    ) -> None:
        """P20: 100 m², 2400.00 prepaid."""
        account, season = make_metered_household(
            branch, BEIJING, area="100", used=used, settlement="lower_of"
        )
        pay(shift, account, [season_bill(account)], cash("2400.00"))

        settlement = settle(account, season)

        assert (settlement.total, settlement.refund) == (Decimal(total), Decimal(refund))
        assert Balance.objects.get(account=account).prepaid == Decimal(refund)
        assert broken_invariants() == []

    def test_gives_back_what_was_prepaid_too_much(self, branch: Branch, shift: Shift) -> None:
        """P21: 90.50 m² and 18.6 GJ: 660.65 + 796.82 against 2217.25."""
        account, season = make_metered_household(
            branch, WEIHAI, area="90.50", used="18.6", settlement="refund_or_collect"
        )
        pay(shift, account, [season_bill(account)], cash("2217.25"))

        settlement = settle(account, season)

        assert (settlement.total, settlement.refund) == (Decimal("1457.47"), Decimal("759.78"))
        assert settlement.basis["segments"][0]["to"] == "118.600"
        assert Balance.objects.get(account=account).prepaid == Decimal("759.78")
        assert broken_invariants() == []

    def test_lowers_what_is_owed_when_nothing_was_paid_yet(self, branch: Branch) -> None:
        account, season = make_metered_household(branch, WEIHAI, area="90.50", used="18.6")

        settle(account, season)

        balance = Balance.objects.get(account=account)
        assert (balance.receivable, balance.prepaid) == (Decimal("1457.47"), Decimal("0.00"))
        assert broken_invariants() == []

    def test_collects_the_heat_where_only_the_base_was_prepaid(self, branch: Branch, shift: Shift) -> None:
        account, season = make_metered_household(
            branch, WEIHAI, area="90.50", used="18.6", settlement="refund_or_collect", prepay="base"
        )
        bill = season_bill(account)
        assert bill.amount == Decimal("660.65")
        pay(shift, account, [bill], cash("660.65"))

        settlement = settle(account, season)

        extra = settlement.extra_bill
        assert extra is not None
        assert (extra.period, extra.amount) == ("2026-27-T", Decimal("796.82"))
        assert [(line.component, line.amount, line.sentence) for line in extra.lines.all()] == [
            ("base_heat", Decimal("660.65"), "90.50 平方米 × 7.30 元"),
            ("metered_heat", Decimal("796.82"), "18.6 吉焦 × 42.84 元"),
            ("base_heat", Decimal("-660.65"), "采暖季前已计收 660.65 元"),
        ]
        assert broken_invariants() == []

    def test_collects_nothing_where_shortfalls_are_waived(self, branch: Branch) -> None:
        account, season = make_metered_household(
            branch, WEIHAI, area="90.50", used="60", settlement="refund_only"
        )

        settlement = settle(account, season)

        assert (settlement.total, settlement.refund, settlement.collect) == (
            Decimal("2217.25"), Decimal("0.00"), Decimal("0.00"),
        )  # fmt: skip
        assert Bill.objects.count() == 1

    def test_happens_once(self, branch: Branch) -> None:
        account, season = make_metered_household(branch, WEIHAI, area="90.50", used="18.6")
        settle(account, season)
        finance = make_staff(role="finance", branch=branch)

        with refused("settled_before"):
            settle(account, season, by=finance)

    def test_waits_for_the_reading_after_the_season(self, branch: Branch) -> None:
        account, season = make_metered_household(branch, WEIHAI, area="90.50", used="18.6")
        account.installations.get().readings.update(read_on=datetime.date(2027, 3, 30))

        with refused("no_reading"):
            quote_settlement(account, season)

    def test_refuses_before_the_season_is_over(self, branch: Branch) -> None:
        account, season = make_metered_household(branch, WEIHAI, area="90.50", used="18.6")
        finance = make_staff(role="finance", branch=branch)

        with refused("not_over"):
            settle_two_part_season(account, season, settled_by=finance, at=MORNING)

    def test_refuses_a_household_that_was_converted_inside_the_season(
        self, branch: Branch, finance: Staff
    ) -> None:
        make_shenyang(prices=WEIHAI)
        account = make_household(branch)
        install(account, on=datetime.date(2026, 11, 20))
        convert_household(
            account,
            converted_on=datetime.date(2026, 11, 20),
            method="TWO_PART",
            made_by=finance,
            at=MORNING,
        )
        season = make_season()
        bill_the_season(branch)

        with refused("not_two_part"):
            settle(account, season, by=finance)

    @pytest.mark.django_db(transaction=True)
    def test_by_two_at_once_happens_once(self, branch: Branch) -> None:
        account, season = make_metered_household(branch, WEIHAI, area="90.50", used="18.6")
        clerks = [make_staff(role="finance", branch=branch) for _ in range(2)]

        results = at_once(*(partial(settle, account, season, by=one) for one in clerks))

        assert outcomes(results) == {"SeasonSettlement": 1, "settled_before": 1}
        assert broken_invariants() == []


class TestConvertHousehold:
    @pytest.fixture
    def household(self, branch: Branch) -> Account:
        account = make_household(branch)
        install(account)
        return account

    def convert(self, account: Account, by: Staff, **changes: Any) -> None:
        convert_household(
            account,
            **{"converted_on": MORNING.date(), "method": "TWO_PART", "made_by": by, "at": MORNING, **changes},
        )

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"method": "AREA"}, "same_method"),
            ({"method": "GUESS"}, "unknown_method"),
            ({"converted_on": datetime.date(2026, 11, 24)}, "in_the_future"),
            ({"note": "长" * 201}, "note_too_long"),
        ],
    )
    def test_refuses_and_changes_nothing(
        self, household: Account, finance: Staff, changes: dict[str, Any], code: str
    ) -> None:
        with refused(code):
            self.convert(household, finance, **changes)

    def test_needs_a_heat_meter(self, branch: Branch, finance: Staff) -> None:
        account = make_household(branch)

        with refused("no_meter"):
            self.convert(account, finance)

    def test_goes_forward_in_time(self, household: Account, finance: Staff) -> None:
        self.convert(household, finance)

        with refused("not_later"):
            self.convert(household, finance, method="AREA")

    def test_is_for_heat_in_the_own_branch(self, household: Account, finance: Staff) -> None:
        stranger = make_staff(role="adviser")
        with refused("unknown_account"):
            self.convert(household, stranger)
        Account.objects.filter(pk=household.pk).update(service="WATER")
        with refused("not_heat"):
            self.convert(household, finance)
