"""What a bill run finds to bill where meters come, go, or report late."""

import datetime
from decimal import Decimal

import pytest

from accounts.models import Account, Branch
from billing.models import Bill, MeterInstallation
from billing.queries.unbilled import metered_uses
from billing.services.bill_run import run_billing
from tests.billing.correcting import take_back
from tests.billing.metering import install, make_tariff, make_water_account, read
from tests.counters.rows import broken_invariants
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


@pytest.fixture(autouse=True)
def tariff() -> None:
    make_tariff()


def bill(account: Account, period: str) -> Bill | None:
    run_billing(service="WATER", period=period, issued_on=TODAY, started_by=None, at=MORNING)
    made: Bill | None = Bill.objects.filter(account=account, period=period).first()
    return made


def quantity(account: Account, period: str) -> Decimal | None:
    made = bill(account, period)
    return made.quantity if made else None


def take_down(installation: MeterInstallation, day: str, final: str) -> None:
    installation.removed_on, installation.final = datetime.date.fromisoformat(day), Decimal(final)
    installation.save()


class TestOnlyAcceptedReadings:
    @pytest.mark.parametrize("state", ["IN_REVIEW", "REJECTED"])
    def test_are_billed(self, branch: Branch, finance: object, state: str) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-10": "10"})
        read(
            account.installations.get(), "2026-11-10", "500",
            state=state, anomalies=["HIGH"], reviewed_by=finance, reviewed_at=MORNING,
        )  # fmt: skip

        assert quantity(account, "2026-11") == Decimal("10")
        assert quantity(account, "2026-12") is None

    def test_initial_ones_make_no_bill(self, branch: Branch) -> None:
        account = make_water_account(branch=branch)
        read(account.installations.get(), "2026-11-10", "0", kind="INITIAL")

        assert quantity(account, "2026-11") is None


class TestAMeterThatWasRemoved:
    def test_is_billed_to_its_end_without_a_final_reading_row(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-10": "10"})
        bill(account, "2026-10")
        take_down(account.installations.get(), "2026-11-05", "17")
        install(account, on=datetime.date(2026, 11, 5), initial="0", readings={"2026-11-10": "2"})

        assert quantity(account, "2026-11") == Decimal("9")

    def test_is_not_billed_twice_for_it(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-10": "10"})
        take_down(account.installations.get(), "2026-11-05", "17")
        new = install(account, on=datetime.date(2026, 11, 5), initial="0", readings={"2026-11-10": "2"})
        bill(account, "2026-11")
        read(new, "2026-12-10", "5")

        assert quantity(account, "2026-12") == Decimal("3")

    def test_waits_for_its_final_reading_while_that_is_in_review(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-10": "10"})
        old = account.installations.get()
        take_down(old, "2026-11-05", "900")
        final = read(old, "2026-11-05", "900", kind="FINAL", state="IN_REVIEW", anomalies=["HIGH"])
        install(account, on=datetime.date(2026, 11, 5), initial="0", readings={"2026-11-10": "2"})

        assert quantity(account, "2026-11") == Decimal("12")
        final.state = "ACCEPTED"
        final.save()
        assert quantity(account, "2026-12") == Decimal("890")


class TestALateReading:
    def test_of_a_second_meter_from_before_the_last_bill_is_billed_with_the_next(
        self, branch: Branch
    ) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-10": "10"})
        second = install(account, readings={"2026-10-10": "100"})
        bill(account, "2026-10")
        read(account.installations.exclude(pk=second.pk).get(), "2026-11-10", "20")
        bill(account, "2026-11")

        read(second, "2026-11-08", "130")
        late = bill(account, "2026-12")

        assert late is not None
        assert (late.quantity, late.period_from, late.period_to) == (
            Decimal("30"),
            datetime.date(2026, 10, 10),
            datetime.date(2026, 11, 8),
        )
        assert broken_invariants() == []

    def test_does_not_stretch_the_period_of_what_is_billed_with_it(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-10": "10"})
        first = account.installations.get()
        second = install(account, readings={"2026-10-10": "100"})
        bill(account, "2026-10")
        read(first, "2026-11-10", "20")
        bill(account, "2026-11")
        read(second, "2026-11-08", "130")
        read(first, "2026-12-10", "31")

        both = bill(account, "2026-12")

        assert both is not None
        assert (both.quantity, both.period_from) == (Decimal("41"), datetime.date(2026, 11, 10))
        assert both.basis["months"] == "1"

    def test_is_counted_once(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "10"})
        second = install(account)
        bill(account, "2026-11")
        read(second, "2026-11-08", "7")
        bill(account, "2026-12")

        assert quantity(account, "2027-01") is None

    def test_goes_by_the_bill_where_that_names_no_meters(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-10": "10", "2026-12-10": "15"})
        install(account, readings={"2026-10-10": "100", "2026-12-10": "103"})
        make_bill(account, due_on=datetime.date(2026, 11, 30))

        use = metered_uses([account.pk], datetime.date(2026, 12, 31))[account.pk]

        assert use.since == datetime.date(2026, 11, 15)
        assert [segment.reading_to - segment.reading_from for segment in use.segments] == [5, 3]


class TestCancelledBill:
    def test_gives_its_readings_back(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-10": "10", "2026-11-10": "25"})
        install(account, readings={"2026-11-10": "100"})
        bill(account, "2026-10")
        november = bill(account, "2026-11")
        assert november is not None
        take_back(november)

        use = metered_uses([account.pk], datetime.date(2026, 11, 30))[account.pk]

        assert [segment.reading_to - segment.reading_from for segment in use.segments] == [15, 100]
