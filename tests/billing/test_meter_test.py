import datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, Branch, Staff
from billing.models import MeterTest, Posting, UnitCorrection
from billing.services.meter_tests import record_meter_test, settle_unit_correction, units_too_many
from billing.services.refusals import BillingRefused, MeterRefused
from tests.billing.metering import make_water_account
from tests.counters.rows import all_rows
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


@pytest.fixture
def adviser(branch: Branch) -> Staff:
    return make_staff(role="adviser", branch=branch)


@pytest.fixture
def account(branch: Branch) -> Account:
    return make_water_account(
        branch=branch, readings={"2026-09-10": "20", "2026-10-10": "30", "2026-11-10": "51"}
    )


def record(account: Account, by: Staff, error: str = "5", **changes: Any) -> MeterTest:
    fields: dict[str, Any] = {
        "tested_on": datetime.date(2026, 11, 20),
        "laboratory": "市计量检定所",
        "certificate_no": "JL-2026-0001",
        "error_percent": Decimal(error),
        "tolerance_percent": Decimal("2"),
        "by": by,
        "at": MORNING,
    }
    return record_meter_test(account, **{**fields, **changes})


class TestMeterTest:
    def test_of_a_fast_meter_leaves_the_units_of_the_current_month_to_correct(
        self, account: Account, adviser: Staff
    ) -> None:
        test = record(account, adviser)

        correction = UnitCorrection.objects.get()
        assert (test.result, correction.state) == ("FAST", "TO_CORRECT")
        # 21 counted at 5 % too much: 20 passed.
        assert (correction.counted, correction.units) == (Decimal("21"), Decimal("1"))
        assert (correction.used_from, correction.used_to) == (
            datetime.date(2026, 10, 10),
            datetime.date(2026, 11, 10),
        )
        assert not Posting.objects.exists()

    @pytest.mark.parametrize(
        ("error", "result"), [("2", "WITHIN"), ("-2", "WITHIN"), ("0", "WITHIN"), ("-2.01", "SLOW")]
    )
    def test_of_any_other_meter_leaves_nothing(
        self, account: Account, adviser: Staff, error: str, result: str
    ) -> None:
        assert record(account, adviser, error).result == result
        assert not UnitCorrection.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"tested_on": TODAY + datetime.timedelta(days=1)}, "future_date"),
            ({"tested_on": datetime.date(2025, 1, 1)}, "before_installation"),
            ({"error_percent": Decimal("-100")}, "bad_error"),
            ({"error_percent": Decimal("1000")}, "bad_error"),
            ({"tolerance_percent": Decimal("0")}, "bad_error"),
            ({"laboratory": " "}, "certificate_needed"),
            ({"serial_no": "OTHER"}, "wrong_meter"),
        ],
    )
    def test_is_refused_and_nothing_is_written(
        self, account: Account, adviser: Staff, changes: dict[str, Any], code: str
    ) -> None:
        before = all_rows()

        with pytest.raises(BillingRefused) as refusal:
            record(account, adviser, **changes)

        assert refusal.value.code == code
        assert all_rows() == before

    def test_counts_once(self, account: Account, adviser: Staff) -> None:
        record(account, adviser)

        with pytest.raises(MeterRefused) as refusal:
            record(account, adviser)

        assert refusal.value.code == "certificate_known"


class TestUnitCorrection:
    def test_is_settled_once_with_the_name_of_what_did_it(
        self, account: Account, adviser: Staff, finance: Staff
    ) -> None:
        record(account, adviser)
        correction = UnitCorrection.objects.get()

        with pytest.raises(MeterRefused) as refusal:
            settle_unit_correction(correction, note="", by=finance, at=MORNING)
        assert refusal.value.code == "note_needed"
        settle_unit_correction(correction, note="更正单 0001", by=finance, at=MORNING)
        with pytest.raises(MeterRefused) as refusal:
            settle_unit_correction(correction, note="更正单 0002", by=finance, at=MORNING)

        correction.refresh_from_db()
        assert refusal.value.code == "already_settled"
        assert (correction.state, correction.note, correction.settled_by) == (
            "SETTLED",
            "更正单 0001",
            finance,
        )

    def test_of_another_branch_is_not_there(self, account: Account, adviser: Staff) -> None:
        record(account, adviser)

        with pytest.raises(MeterRefused) as refusal:
            settle_unit_correction(
                UnitCorrection.objects.get(),
                note="更正单 0001",
                by=make_staff(role="adviser", branch=make_branch()),
                at=MORNING,
            )

        assert refusal.value.code == "unknown_account"

    def test_gives_back_what_did_not_pass(self) -> None:
        assert units_too_many(Decimal("105"), Decimal("5")) == Decimal("5")
        assert units_too_many(Decimal("100"), Decimal("3.5")) == Decimal("3.3816")
