import datetime
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import (
    Balance,
    BuildingHandover,
    HeatCredit,
    HeatingSeason,
    TemperatureRefund,
    TemperatureTest,
)
from billing.services.business_days import close_business_day
from billing.services.temperature_refunds import (
    Spell,
    approve_temp_refund,
    propose_temp_refund,
    quote_temp_refund,
    refuse_temp_refund,
)
from billing.services.temperature_tests import Room, Visit, record_temperature_test
from counters.models import Shift
from tests.billing.heating import (
    LINYI,
    LINYI_DATES,
    bill_the_season,
    make_household,
    make_season,
    make_shenyang,
    season_bill,
)
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove_row_locks
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, cash, make_shift, pay

pytestmark = pytest.mark.django_db

MARCH = MORNING.replace(year=2027, month=3, day=22)
# First day, days, degrees: the rows of P28, two years later.
P28 = [
    ("2026-12-01", 9, "16.5"), ("2027-01-06", 3, "15.9"), ("2027-01-20", 1, "14.0"), ("2027-02-01", 2, "13.9"),
    ("2027-02-10", 2, "16.0"), ("2027-02-20", 3, "18.0"),
]  # fmt: skip


@pytest.fixture
def season() -> HeatingSeason:
    make_shenyang(rules=LINYI, prices={"area_price": "23"})
    return make_season(**LINYI_DATES)


@pytest.fixture
def household(branch: Branch, season: HeatingSeason) -> Account:
    account = make_household(branch, area="88")
    bill_the_season(branch)
    return account


@pytest.fixture
def paid(household: Account, shift: Shift) -> Account:
    pay(shift, household, [season_bill(household)], cash("2024.00"), at=MORNING)
    return household


def adviser_of(account: Account) -> Staff:
    return make_staff(role="adviser", branch=account.branch)


def supervisor_of(account: Account) -> Staff:
    return make_staff(role="supervisor", branch=account.branch)


def measure(
    account: Account, season: HeatingSeason, day: str, *degrees: str, **fields: Any
) -> TemperatureTest:
    measured_on = datetime.date.fromisoformat(day)
    at = MORNING.replace(year=measured_on.year, month=measured_on.month, day=measured_on.day)
    visit = Visit(
        **{
            "tested_at": at,
            "rooms": [Room(f"卧室{n}", Decimal(one)) for n, one in enumerate(degrees, 1)],
            "instrument": "JTRG-02",
            "witness": "住户",
            **fields,
        }
    )
    return record_temperature_test(account, season, visit, tested_by=adviser_of(account), at=MARCH)


def spells_of(
    account: Account, season: HeatingSeason, rows: Sequence[tuple[str, int, str]] = P28
) -> list[Spell]:
    return [
        Spell(measure(account, season, day, degrees), datetime.date.fromisoformat(day), days)
        for day, days, degrees in rows
    ]


def propose(
    account: Account, season: HeatingSeason, rows: Sequence[tuple[str, int, str]] = P28
) -> TemperatureRefund:
    spells = spells_of(account, season, rows)
    return propose_temp_refund(account, season, spells, proposed_by=adviser_of(account), at=MARCH)


class TestRecordTemperatureTest:
    def test_keeps_the_mean_of_the_rooms_and_the_verdict(
        self, season: HeatingSeason, household: Account
    ) -> None:
        test = measure(household, season, "2026-12-01", "17.2", "18.4", "17.1")

        assert (test.mean, test.standard, test.is_below) == (Decimal("17.57"), Decimal("18"), True)
        assert [(room.position, room.degrees) for room in test.rooms.all()] == [
            (1, Decimal("17.2")), (2, Decimal("18.4")), (3, Decimal("17.1")),
        ]  # fmt: skip
        assert AuditEntry.objects.filter(action="record_temperature_test").count() == 1

    def test_at_the_standard_meets_it(self, season: HeatingSeason, household: Account) -> None:
        assert not measure(household, season, "2026-12-01", "18.0").is_below

    @pytest.mark.parametrize(
        ("degrees", "fields", "code"),
        [
            ([], {}, "no_rooms"),
            (["17"] * 9, {}, "too_many_rooms"),
            (["51"], {}, "bad_temperature"),
            (["-31"], {}, "bad_temperature"),
            (["NaN"], {}, "bad_temperature"),
            (["17"], {"tested_at": MARCH + datetime.timedelta(hours=1)}, "in_the_future"),
            (["17"], {"tested_at": MORNING.replace(month=11, day=9)}, "outside_season"),
            (["17"], {"instrument": " "}, "unsigned"),
            (["17"], {"witness": ""}, "unsigned"),
            (["17"], {"obstacle": "DOG"}, "unknown_obstacle"),
        ],
    )
    def test_refuses_and_keeps_nothing(
        self,
        season: HeatingSeason,
        household: Account,
        degrees: list[str],
        fields: dict[str, Any],
        code: str,
    ) -> None:
        tester = adviser_of(household)
        rooms = [Room("卧室", Decimal(one)) for one in degrees]
        visit = Visit(**{"tested_at": MORNING, "rooms": rooms, "instrument": "A", "witness": "B", **fields})

        with refused(code):
            record_temperature_test(household, season, visit, tested_by=tester, at=MARCH)

    def test_refuses_the_same_visit_again(self, season: HeatingSeason, household: Account) -> None:
        measure(household, season, "2026-12-01", "17")
        tester = adviser_of(household)
        visit = Visit(MORNING.replace(month=12, day=1), [Room("卧室", Decimal("17"))], "A", "B")

        with refused("recorded_before"):
            record_temperature_test(household, season, visit, tested_by=tester, at=MARCH)

    def test_refuses_an_account_of_another_branch(self, season: HeatingSeason, household: Account) -> None:
        stranger = make_staff(role="adviser")
        visit = Visit(MORNING, [Room("卧室", Decimal("17"))], "A", "B")

        with refused("unknown_account"):
            record_temperature_test(household, season, visit, tested_by=stranger, at=MARCH)


class TestProposeTempRefund:
    def test_weighs_the_days_by_their_bands_and_rounds_once(
        self, season: HeatingSeason, paid: Account
    ) -> None:
        """P28: 2024.00 ÷ 131 × 6.2 days = 95.79; 16.0 is in the 20 % band, 14.0 in the 50 % band, 18.0 in none."""
        refund = propose(paid, season)

        assert (refund.heat_fee, refund.season_days, refund.weighted_days, refund.amount) == (
            Decimal("2024.00"), 131, Decimal("6.2"), Decimal("95.79"),
        )  # fmt: skip
        assert [spell.pct for spell in refund.spells.all()] == [20, 50, 50, 100, 20, 0]
        assert refund.sentence == "全季热费 2024.00 元 ÷ 131 天 × 折算 6.2 天，退还"
        assert not HeatCredit.objects.exists()
        assert broken_invariants() == []

    def test_is_refused_while_the_bill_is_owed(self, season: HeatingSeason, household: Account) -> None:
        spells, adviser = spells_of(household, season), adviser_of(household)

        with refused("unpaid"):
            propose_temp_refund(household, season, spells, proposed_by=adviser, at=MARCH)

    @pytest.mark.parametrize("obstacle", ["CHANGED_PIPES", "BLOCKED_REPAIR"])
    def test_is_refused_where_the_customer_answers_for_the_cold(
        self, season: HeatingSeason, paid: Account, obstacle: str
    ) -> None:
        test = measure(paid, season, "2026-12-01", "15", obstacle=obstacle)
        spell, adviser = Spell(test, datetime.date(2026, 12, 1), 3), adviser_of(paid)

        with refused(obstacle.lower()):
            propose_temp_refund(paid, season, [spell], proposed_by=adviser, at=MARCH)

    def test_is_refused_where_the_developer_answers_for_it(
        self, season: HeatingSeason, paid: Account
    ) -> None:
        premises = paid.premises
        BuildingHandover.objects.create(
            district=premises.district, community=premises.community, building=premises.building,
            handed_over_on="2026-08-01",
        )  # fmt: skip
        spells, adviser = spells_of(paid, season), adviser_of(paid)

        with refused("in_warranty"):
            propose_temp_refund(paid, season, spells, proposed_by=adviser, at=MARCH)

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([], "no_spells"),
            ([("2026-12-01", 0, "15")], "bad_days"),
            ([("2026-12-01", -1, "15")], "bad_days"),
            ([("2026-12-01", 132, "15")], "bad_days"),
            ([("2027-03-15", 7, "15")], "outside_season"),
            ([("2026-12-01", 3, "15"), ("2026-12-03", 1, "13")], "overlapping"),
            ([("2026-12-01", 3, "18")], "nothing_to_refund"),
        ],
    )
    def test_refuses_days_that_cannot_be(
        self, season: HeatingSeason, paid: Account, rows: list[tuple[str, int, str]], code: str
    ) -> None:
        spells, adviser = spells_of(paid, season, rows), adviser_of(paid)

        with refused(code):
            propose_temp_refund(paid, season, spells, proposed_by=adviser, at=MARCH)

    def test_refuses_a_day_that_was_proposed_before(self, season: HeatingSeason, paid: Account) -> None:
        propose(paid, season, [("2026-12-01", 5, "15")])
        again, adviser = spells_of(paid, season, [("2026-12-05", 2, "13")]), adviser_of(paid)

        with refused("refunded_before"):
            propose_temp_refund(paid, season, again, proposed_by=adviser, at=MARCH)

    def test_refuses_the_test_of_a_neighbour(
        self, branch: Branch, season: HeatingSeason, paid: Account
    ) -> None:
        neighbour = make_household(branch)
        spells, adviser = spells_of(neighbour, season), adviser_of(paid)

        with refused("other_account"):
            propose_temp_refund(paid, season, spells, proposed_by=adviser, at=MARCH)

    def test_refuses_where_the_tariff_refunds_nothing(self, branch: Branch, shift: Shift) -> None:
        make_shenyang()
        season = make_season()
        account = make_household(branch, area="88")
        bill_the_season(branch)
        pay(shift, account, [season_bill(account)], cash("2288.00"), at=MORNING)
        spells = spells_of(account, season)

        with refused("no_refund_rule"):
            quote_temp_refund(account, season, spells)


class TestApproveTempRefund:
    def test_turns_revenue_into_credit(self, season: HeatingSeason, paid: Account) -> None:
        refund = approve_temp_refund(propose(paid, season), decided_by=supervisor_of(paid), at=MARCH)

        credit = HeatCredit.objects.get(refund=refund)
        posting = credit.posting
        assert (posting.debit, posting.credit, posting.amount, posting.business_date) == (
            "revenue:area_heat", "prepaid", Decimal("95.79"), MARCH.date(),
        )  # fmt: skip
        assert Balance.objects.get(account=paid).prepaid == Decimal("95.79")
        assert season_bill(paid).amount == Decimal("2024.00")
        assert broken_invariants() == []

    def test_refuses_the_person_who_proposed_it(self, season: HeatingSeason, paid: Account) -> None:
        both = supervisor_of(paid)
        refund = propose_temp_refund(paid, season, spells_of(paid, season), proposed_by=both, at=MARCH)

        with refused("same_person"):
            approve_temp_refund(refund, decided_by=both, at=MARCH)

    def test_refuses_a_second_time(self, season: HeatingSeason, paid: Account) -> None:
        supervisor = supervisor_of(paid)
        refund = approve_temp_refund(propose(paid, season), decided_by=supervisor, at=MARCH)

        with refused("already_decided"):
            approve_temp_refund(refund, decided_by=supervisor, at=MARCH)

    def test_refuses_another_branch(self, season: HeatingSeason, paid: Account) -> None:
        refund, stranger = propose(paid, season), make_staff(role="adviser")

        with refused("unknown_account"):
            approve_temp_refund(refund, decided_by=stranger, at=MARCH)

    def test_refuses_a_day_whose_books_are_closed(
        self, season: HeatingSeason, paid: Account, finance: Staff
    ) -> None:
        refund, supervisor = propose(paid, season), supervisor_of(paid)
        close_business_day(MARCH.date(), closed_by=finance, at=MARCH + datetime.timedelta(days=1))

        with refused("day_closed"):
            approve_temp_refund(refund, decided_by=supervisor, at=MARCH)


class TestRefuseTempRefund:
    def test_frees_the_days_for_another_proposal(self, season: HeatingSeason, paid: Account) -> None:
        first = propose(paid, season, [("2026-12-01", 5, "15")])
        refuse_temp_refund(first, note="天数有误", decided_by=supervisor_of(paid), at=MARCH)

        again = Spell(first.spells.get().test, datetime.date(2026, 12, 1), 4)
        second = propose_temp_refund(paid, season, [again], proposed_by=adviser_of(paid), at=MARCH)

        assert second.amount == Decimal("30.90")
        assert broken_invariants() == []

    @pytest.mark.parametrize("note", ["", "  ", "长" * 201])
    def test_needs_a_sentence(self, season: HeatingSeason, paid: Account, note: str) -> None:
        refund, supervisor = propose(paid, season), supervisor_of(paid)

        with refused("no_note"):
            refuse_temp_refund(refund, note=note, decided_by=supervisor, at=MARCH)


@pytest.mark.django_db(transaction=True)
class TestTwoSupervisorsAtOnce:
    def approve(self, branch: Branch) -> list[TemperatureRefund | Exception]:
        make_shenyang(rules=LINYI, prices={"area_price": "23"})
        season = make_season(**LINYI_DATES)
        account = make_household(branch, area="88")
        bill_the_season(branch)
        shift = make_shift(make_staff(branch=branch))
        pay(shift, account, [season_bill(account)], cash("2024.00"), at=MORNING)
        refund = propose(account, season)
        return at_once(
            *(
                partial(approve_temp_refund, refund, decided_by=supervisor_of(account), at=MARCH)
                for _ in range(2)
            )
        )

    def test_give_the_money_back_once(self, branch: Branch) -> None:
        assert outcomes(self.approve(branch)) == {"TemperatureRefund": 1, "already_decided": 1}
        assert broken_invariants() == []

    def test_without_locks_both_mean_to(self, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "billing.services.temperature_refunds.pay_temp_refund", 2)

        assert outcomes(self.approve(branch)) == {"TemperatureRefund": 1, "IntegrityError": 1}
