import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Account, AuditEntry, Branch, Staff
from accounts.services.account_states import close_account
from billing.models import Reading, ReadingPolicy
from billing.services.bill_run import run_billing
from billing.services.photos import LARGEST_PHOTO, check_photo
from billing.services.readings import record_reading
from billing.services.refusals import ReadingRefused
from tests.billing.metering import install, make_tariff, make_water_account, read
from tests.counters.rows import all_rows
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20 + b"IEND\xaeB`\x82"


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def reader(branch: Branch) -> Staff:
    return make_staff(role="collector", branch=branch)


@pytest.fixture
def account(branch: Branch) -> Account:
    """Ten cubic metres a month."""
    return make_water_account(
        branch=branch, readings={"2026-08-10": "10", "2026-09-10": "20", "2026-10-10": "30"}
    )


def bill(period: str = "2026-10", issued_on: datetime.date = TODAY) -> None:
    run_billing(service="WATER", period=period, issued_on=issued_on, started_by=None, at=MORNING)


def record(account: Account, by: Staff, value: str, day: str = "2026-11-10", **changes: Any) -> Reading:
    fields = {"read_on": datetime.date.fromisoformat(day), "value": Decimal(value), "by": by, "at": MORNING}
    return record_reading(account, **{**fields, **changes})


class TestRecordReading:
    def test_may_be_billed_at_once_when_nothing_is_odd(self, account: Account, reader: Staff) -> None:
        reading = record(account, reader, "41")

        assert (reading.state, reading.anomalies, reading.read_by) == ("ACCEPTED", [], reader)
        entry = AuditEntry.objects.get(action="record_reading")
        assert (entry.actor, entry.details["value"]) == (reader, "41")

    @pytest.mark.parametrize(
        ("value", "day", "code"),
        [
            ("41", (TODAY + datetime.timedelta(days=1)).isoformat(), "future_date"),
            ("41", "2025-12-31", "before_installation"),
            ("41", "2026-10-10", "twice"),
            ("29.999", "2026-11-10", "falls"),
            ("21", "2026-09-01", "higher_than_later"),
            ("100000", "2026-11-10", "too_many_digits"),
            ("-1", "2026-11-10", "not_a_number"),
            ("NaN", "2026-11-10", "not_a_number"),
            ("Infinity", "2026-11-10", "not_a_number"),
            ("1.2345", "2026-11-10", "not_a_number"),
        ],
    )
    def test_refuses_what_cannot_be_and_writes_nothing(
        self, account: Account, reader: Staff, value: str, day: str, code: str
    ) -> None:
        before = all_rows()

        with pytest.raises(ReadingRefused) as refusal:
            record(account, reader, value, day)

        assert refusal.value.code == code
        assert all_rows() == before

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"serial_no": "NOT-THIS-ONE"}, "wrong_meter"),
            ({"kind": "FINAL"}, "unknown_kind"),
            ({"kind": "ESTIMATED"}, "unknown_kind"),
            ({"kind": "SELF_REPORTED"}, "photo_needed"),
            ({"rolled_over": True}, "not_a_rollover"),
        ],
    )
    def test_refuses_what_does_not_go_together(
        self, account: Account, reader: Staff, changes: dict[str, Any], code: str
    ) -> None:
        before = all_rows()

        with pytest.raises(ReadingRefused) as refusal:
            record(account, reader, "41", **changes)

        assert refusal.value.code == code
        assert all_rows() == before

    def test_refuses_a_reading_for_another_meter(
        self, account: Account, reader: Staff, branch: Branch
    ) -> None:
        neighbour = make_water_account(branch=branch)
        theirs = neighbour.installations.get().meter.serial_no

        with pytest.raises(ReadingRefused) as refusal:
            record(account, reader, "41", serial_no=theirs)

        assert refusal.value.code == "wrong_meter"

    def test_refuses_after_the_meter_was_removed(self, account: Account, reader: Staff) -> None:
        account.installations.update(removed_on=datetime.date(2026, 10, 20), final=Decimal("33"))

        with pytest.raises(ReadingRefused) as refusal:
            record(account, reader, "41")

        assert refusal.value.code == "after_removal"

    def test_asks_which_of_two_meters(self, account: Account, reader: Staff) -> None:
        second = install(account)

        with pytest.raises(ReadingRefused) as refusal:
            record(account, reader, "41")

        assert refusal.value.code == "which_meter"
        assert record(account, reader, "5", serial_no=second.meter.serial_no).installation == second

    def test_refuses_what_lies_before_a_bill(self, account: Account, reader: Staff) -> None:
        make_tariff()
        bill()

        with pytest.raises(ReadingRefused) as refusal:
            record(account, reader, "30", "2026-10-01")

        assert refusal.value.code == "already_billed"

    def test_refuses_an_account_of_another_branch_and_a_closed_one(
        self, account: Account, reader: Staff
    ) -> None:
        stranger = make_staff(role="collector", branch=make_branch())
        with pytest.raises(ReadingRefused) as refusal:
            record(account, stranger, "41")
        assert refusal.value.code == "unknown_account"

        close_account(account, reason="搬走", actor=None, at=MORNING)
        with pytest.raises(ReadingRefused) as refusal:
            record(account, reader, "41")
        assert refusal.value.code == "account_closed"

    def test_may_be_repeated_on_the_day_of_a_rejected_one(
        self, account: Account, reader: Staff, finance: Staff
    ) -> None:
        read(
            account.installations.get(), "2026-11-10", "400",
            state="REJECTED", anomalies=["HIGH"], reviewed_by=finance, reviewed_at=MORNING,
        )  # fmt: skip

        assert record(account, reader, "41").state == "ACCEPTED"

    def test_counts_past_the_rollover_that_is_stated(self, reader: Staff, branch: Branch) -> None:
        account = make_water_account(branch=branch)
        account.installations.update(initial=Decimal("99990"))

        reading = record(account, reader, "5", rolled_over=True)

        assert (reading.state, reading.rolled_over) == ("ACCEPTED", True)


class TestOddReadings:
    def test_of_three_times_the_usual_use_wait_for_a_review(self, account: Account, reader: Staff) -> None:
        # 31 days at 10 in 30.5 days: three times the usual is 30.49.
        assert record(account, reader, "61").anomalies == ["HIGH"]

    def test_below_three_times_the_usual_do_not(self, account: Account, reader: Staff) -> None:
        assert record(account, reader, "60").anomalies == []

    def test_follow_the_thresholds_of_the_service(self, account: Account, reader: Staff) -> None:
        ReadingPolicy.objects.create(service="WATER", high_factor=Decimal("1.50"))

        assert record(account, reader, "46").anomalies == ["HIGH"]

    def test_of_few_units_are_not_odd_however_many_times_the_usual(
        self, reader: Staff, branch: Branch
    ) -> None:
        account = make_water_account(branch=branch, readings={"2026-09-10": "1", "2026-10-10": "2"})

        assert record(account, reader, "11").anomalies == []
        assert account.installations.get().readings.count() == 3

    def test_of_no_use_three_times_in_a_row_wait_for_a_review(self, reader: Staff, branch: Branch) -> None:
        account = make_water_account(
            branch=branch, readings={"2026-08-10": "10", "2026-09-10": "10", "2026-10-10": "10"}
        )

        assert record(account, reader, "10").anomalies == ["ZERO_AGAIN"]

    def test_of_no_use_twice_do_not(self, reader: Staff, branch: Branch) -> None:
        account = make_water_account(
            branch=branch, readings={"2026-08-10": "5", "2026-09-10": "10", "2026-10-10": "10"}
        )

        assert record(account, reader, "10").anomalies == []

    def test_that_fall_are_kept_when_the_reader_looked_twice(self, account: Account, reader: Staff) -> None:
        reading = record(account, reader, "12", is_insisted=True)

        assert (reading.state, reading.anomalies) == ("IN_REVIEW", ["FALLS"])

    def test_below_a_billed_estimate_stay_visible(self, account: Account, reader: Staff) -> None:
        make_tariff()
        read(account.installations.get(), "2026-10-20", "45", kind="ESTIMATED")
        bill()

        reading = record(account, reader, "38")

        assert (reading.state, reading.anomalies) == ("IN_REVIEW", ["ESTIMATE_TOO_HIGH"])

    def test_below_an_estimate_that_is_not_billed_set_it_right(self, account: Account, reader: Staff) -> None:
        make_tariff()
        bill()
        read(account.installations.get(), "2026-10-20", "45", kind="ESTIMATED")

        assert record(account, reader, "38").state == "ACCEPTED"
        bill("2026-11")
        assert account.bills.get(period="2026-11").quantity == Decimal("8")


class TestSelfReported:
    def test_waits_for_somebody_to_look_at_the_photo(self, account: Account, reader: Staff) -> None:
        reading = record(account, reader, "41", kind="SELF_REPORTED", photo=check_photo(PNG))

        assert (reading.state, reading.anomalies) == ("IN_REVIEW", ["SELF_REPORTED"])
        assert Path(reading.photo.path).read_bytes() == PNG

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "not_a_photo"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not_a_photo"),
            (b"GIF89a" + b"\x00" * 30, "not_a_photo"),
            (b"%PDF-1.7", "not_a_photo"),
            (b"\xff\xd8\xff but no end", "not_a_photo"),
            (PNG + b"\x00" * LARGEST_PHOTO, "photo_too_large"),
        ],
    )
    def test_takes_no_file_that_only_looks_like_a_photo(self, content: bytes, code: str) -> None:
        with pytest.raises(ReadingRefused) as refusal:
            check_photo(content)

        assert refusal.value.code == code
