"""A meter that comes down and none goes up: the customer moves out, or the account is closed."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import Bill, MeterInstallation, Reading
from billing.services.bill_run import run_billing
from billing.services.meters import remove_meter
from billing.services.reading_review import accept_reading
from billing.services.readings import record_reading
from billing.services.refusals import BillingRefused
from tests.billing.metering import install, make_tariff, make_water_account
from tests.counters.rows import all_rows, broken_invariants
from tests.database import run_together
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.gas import make_gas_tariff, make_unwritten_card

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
DAY = datetime.date(2026, 11, 5)


@pytest.fixture
def adviser(branch: Branch) -> Staff:
    return make_staff(role="adviser", branch=branch)


@pytest.fixture
def account(branch: Branch) -> Account:
    make_tariff()
    return make_water_account(branch=branch, readings={"2026-09-10": "20", "2026-10-10": "30"})


def bill(period: str = "2026-11", issued_on: datetime.date = TODAY) -> None:
    run_billing(service="WATER", period=period, issued_on=issued_on, started_by=None, at=MORNING)


def remove(account: Account, by: Staff, **changes: Any) -> MeterInstallation:
    fields: dict[str, Any] = {
        "final": Decimal("38"), "removed_on": DAY, "reason": "MOVED_OUT", "note": "搬家", "by": by, "at": MORNING
    }  # fmt: skip
    return remove_meter(account, **{**fields, **changes})


class TestRemoveMeter:
    def test_ends_the_meter_with_its_final_reading(self, account: Account, adviser: Staff) -> None:
        removed = remove(account, adviser)

        assert (removed.removed_on, removed.final) == (DAY, Decimal("38"))
        final = Reading.objects.get(kind="FINAL")
        assert (final.value, final.state, final.read_on) == (Decimal("38"), "ACCEPTED", DAY)
        entry = AuditEntry.objects.get(action="remove_meter")
        assert (entry.actor, entry.reason) == (adviser, "MOVED_OUT 搬家")
        assert broken_invariants() == []

    def test_leaves_what_was_used_until_then_to_the_next_run_and_nothing_after_it(
        self, account: Account, adviser: Staff
    ) -> None:
        bill("2026-10", datetime.date(2026, 10, 16))
        remove(account, adviser)

        bill()
        bill("2026-12", datetime.date(2026, 12, 16))

        made = Bill.objects.order_by("period").values_list("period", "quantity", "period_to")
        assert [(period, str(quantity), to.isoformat()) for period, quantity, to in made] == [
            ("2026-10", "30.0000", "2026-10-10"),
            ("2026-11", "8.0000", "2026-11-05"),
        ]

    def test_lets_a_final_reading_that_is_odd_wait_for_a_review(
        self, account: Account, adviser: Staff, branch: Branch
    ) -> None:
        remove(account, adviser, final=Decimal("900"))
        final = Reading.objects.get(kind="FINAL")
        assert (final.state, final.anomalies) == ("IN_REVIEW", ["HIGH"])

        accept_reading(final, note="已核实", by=make_staff(role="supervisor", branch=branch), at=MORNING)
        bill()

        assert account.bills.get().quantity == Decimal("900")

    def test_counts_over_the_top_where_the_register_rolled_over(self, branch: Branch, adviser: Staff) -> None:
        make_tariff()
        account = make_water_account(branch=branch, readings={"2026-10-10": "99990"})

        remove(account, adviser, final=Decimal("5"), rolled_over=True)

        assert Reading.objects.get(kind="FINAL").rolled_over

    def test_takes_no_reading_of_the_meter_afterwards(self, account: Account, adviser: Staff) -> None:
        remove(account, adviser)

        with pytest.raises(BillingRefused) as refusal:
            record_reading(account, read_on=TODAY, value=Decimal("40"), by=adviser, at=MORNING)

        assert refusal.value.code == "after_removal"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"final": Decimal("29")}, "falls"),
            ({"final": Decimal("100000")}, "too_many_digits"),
            ({"serial_no": "OTHER"}, "wrong_meter"),
            ({"removed_on": TODAY + datetime.timedelta(days=1)}, "future_date"),
            ({"removed_on": datetime.date(2025, 1, 1)}, "before_installation"),
            ({"removed_on": datetime.date(2026, 10, 10)}, "twice"),
            ({"reason": "TIRED"}, "unknown_reason"),
            ({"note": "长" * 151}, "note_too_long"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, account: Account, adviser: Staff, changes: dict[str, Any], code: str
    ) -> None:
        before = all_rows()

        with pytest.raises(BillingRefused) as refusal:
            remove(account, adviser, **changes)

        assert refusal.value.code == code
        assert all_rows() == before

    def test_refuses_a_meter_that_is_down_a_day_that_is_billed_and_another_branch(
        self, account: Account, adviser: Staff
    ) -> None:
        bill("2026-10", datetime.date(2026, 10, 16))
        codes = []
        for by, day in ((adviser, "2026-10-01"), (make_staff(role="adviser"), "2026-11-05")):
            with pytest.raises(BillingRefused) as refusal:
                remove(account, by, removed_on=datetime.date.fromisoformat(day))
            codes.append(refusal.value.code)
        remove(account, adviser)
        with pytest.raises(BillingRefused) as again:
            remove(account, adviser)

        assert [*codes, again.value.code] == ["already_billed", "unknown_account", "meter_removed"]

    def test_refuses_a_meter_that_still_holds_gas_of_the_customer(self, branch: Branch) -> None:
        make_gas_tariff()
        account = make_unwritten_card(branch).account
        install(account)
        adviser = make_staff(role="adviser", branch=branch)

        with pytest.raises(BillingRefused) as refusal:
            remove(account, adviser, final=Decimal("1"), removed_on=TODAY)

        assert refusal.value.code == "card_in_use"


@pytest.mark.django_db(transaction=True)
class TestTwoWindows:
    def test_take_a_meter_down_once(self, account: Account, adviser: Staff) -> None:
        results = run_together(
            lambda: remove(account, adviser), lambda: remove(account, adviser, final=Decimal("39"))
        )

        assert [one.code for one in results if isinstance(one, BillingRefused)] == ["meter_removed"]
        assert Reading.objects.filter(kind="FINAL").count() == 1
