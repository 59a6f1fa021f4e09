import datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import Meter, MeterInstallation, Reading
from billing.services.bill_run import run_billing
from billing.services.meters import NewMeter, replace_meter
from billing.services.refusals import BillingRefused
from tests.billing.metering import make_tariff, make_water_account, read
from tests.counters.rows import all_rows, broken_invariants
from tests.database import run_together
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING

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


def bill(period: str = "2026-11") -> None:
    run_billing(service="WATER", period=period, issued_on=TODAY, started_by=None, at=MORNING)


def replace(account: Account, by: Staff, **changes: Any) -> MeterInstallation:
    fields: dict[str, Any] = {
        "old_serial_no": "",
        "final": Decimal("38"),
        "new": NewMeter("NEW-1", initial=Decimal("500")),
        "replaced_on": DAY,
        "by": by,
        "at": MORNING,
    }
    return replace_meter(account, **{**fields, **changes})


class TestReplaceMeter:
    def test_ends_one_and_begins_the_other_on_the_same_day(self, account: Account, adviser: Staff) -> None:
        new = replace(account, adviser)

        old = account.installations.exclude(pk=new.pk).get()
        assert (old.removed_on, old.final, new.installed_on, new.initial) == (
            DAY,
            Decimal("38"),
            DAY,
            Decimal("500"),
        )
        kinds = Reading.objects.filter(read_on=DAY).order_by("kind").values_list("kind", "value", "state")
        assert list(kinds) == [
            ("FINAL", Decimal("38"), "ACCEPTED"),
            ("INITIAL", Decimal("500"), "ACCEPTED"),
        ]
        assert AuditEntry.objects.get(action="replace_meter").actor == adviser

    def test_in_the_middle_of_a_period_bills_both_parts(self, account: Account, adviser: Staff) -> None:
        bill("2026-10")
        new = replace(account, adviser)
        read(new, "2026-11-10", "504")

        bill()

        made = account.bills.get(period="2026-11")
        assert made.quantity == Decimal("12")
        assert [(one["from"], one["to"]) for one in made.basis["segments"]] == [
            ("30.000", "38.000"),
            ("500.000", "504.000"),
        ]
        assert broken_invariants() == []

    def test_takes_the_reading_of_the_same_day_for_the_final_one(
        self, account: Account, adviser: Staff
    ) -> None:
        read(account.installations.get(), "2026-11-05", "38")

        replace(account, adviser)

        assert not Reading.objects.filter(kind="FINAL").exists()
        bill()
        assert account.bills.get().quantity == Decimal("38")

    def test_lets_a_final_reading_that_is_odd_wait(self, account: Account, adviser: Staff) -> None:
        replace(account, adviser, final=Decimal("900"))

        final = Reading.objects.get(kind="FINAL")
        assert (final.state, final.anomalies) == ("IN_REVIEW", ["HIGH"])
        bill()
        assert account.bills.get().quantity == Decimal("30")

    def test_uses_a_meter_from_the_store_again(self, account: Account, adviser: Staff) -> None:
        stored = Meter.objects.create(serial_no="NEW-1", service="WATER", digits=6)

        assert replace(account, adviser).meter == stored

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"final": Decimal("29")}, "falls"),
            ({"final": Decimal("100000")}, "too_many_digits"),
            ({"old_serial_no": "OTHER"}, "wrong_meter"),
            ({"replaced_on": TODAY + datetime.timedelta(days=1)}, "future_date"),
            ({"replaced_on": datetime.date(2025, 1, 1)}, "before_installation"),
            ({"replaced_on": datetime.date(2026, 10, 10)}, "twice"),
            ({"new": NewMeter("")}, "bad_meter"),
            ({"new": NewMeter("NEW-1", digits=2)}, "bad_meter"),
            ({"new": NewMeter("NEW-1", initial=Decimal("100000"))}, "bad_meter"),
            ({"new": NewMeter("NEW-1", multiplier=Decimal("0"))}, "bad_meter"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, account: Account, adviser: Staff, changes: dict[str, Any], code: str
    ) -> None:
        before = all_rows()

        with pytest.raises(BillingRefused) as refusal:
            replace(account, adviser, **changes)

        assert refusal.value.code == code
        assert all_rows() == before

    def test_refuses_the_same_meter_and_one_that_hangs_elsewhere(
        self, account: Account, adviser: Staff, branch: Branch
    ) -> None:
        neighbour = make_water_account(branch=branch).installations.get().meter
        own = account.installations.get().meter

        for meter, code in ((own, "same_meter"), (neighbour, "meter_in_use")):
            with pytest.raises(BillingRefused) as refusal:
                replace(account, adviser, new=NewMeter(meter.serial_no))
            assert refusal.value.code == code

    def test_refuses_a_meter_that_is_down_already(self, account: Account, adviser: Staff) -> None:
        old = account.installations.get().meter.serial_no
        replace(account, adviser)

        with pytest.raises(BillingRefused) as refusal:
            replace(account, adviser, old_serial_no=old, new=NewMeter("NEW-2"))

        assert refusal.value.code == "meter_removed"

    def test_refuses_a_day_that_is_billed(self, account: Account, adviser: Staff) -> None:
        bill("2026-10")

        with pytest.raises(BillingRefused) as refusal:
            replace(account, adviser, replaced_on=datetime.date(2026, 10, 1))

        assert refusal.value.code == "already_billed"


@pytest.mark.django_db(transaction=True)
class TestTwoWindows:
    def test_replace_a_meter_once(self, account: Account, adviser: Staff) -> None:
        old = account.installations.get().meter.serial_no

        results = run_together(
            lambda: replace(account, adviser, old_serial_no=old, new=NewMeter("NEW-1")),
            lambda: replace(account, adviser, old_serial_no=old, new=NewMeter("NEW-2")),
        )

        assert [result.code for result in results if isinstance(result, BillingRefused)] == ["meter_removed"]
        assert account.installations.count() == 2
