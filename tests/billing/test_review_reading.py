import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import Reading
from billing.services.bill_run import run_billing
from billing.services.estimates import propose_estimate
from billing.services.reading_review import accept_reading, estimate_instead, reject_reading
from billing.services.readings import record_reading
from billing.services.refusals import ReadingRefused
from tests.billing.correcting import take_back
from tests.billing.metering import make_tariff, make_water_account, read
from tests.counters.rows import all_rows
from tests.database import run_together
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
DAY = datetime.date(2026, 11, 10)


@pytest.fixture
def reader(branch: Branch) -> Staff:
    return make_staff(role="collector", branch=branch)


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def account(branch: Branch) -> Account:
    make_tariff()
    return make_water_account(
        branch=branch, readings={"2026-08-10": "10", "2026-09-10": "20", "2026-10-10": "30"}
    )


@pytest.fixture
def odd(account: Account, reader: Staff) -> Reading:
    """A hundred instead of ten."""
    return record_reading(account, read_on=DAY, value=Decimal("130"), by=reader, at=MORNING)


def bill(period: str = "2026-11") -> dict[str, Any]:
    run = run_billing(service="WATER", period=period, issued_on=TODAY, started_by=None, at=MORNING)
    summary: dict[str, Any] = run.summary
    return summary


def estimate(account: Account, by: Staff, **changes: Any) -> Reading:
    fields = {"read_on": DAY, "reason": "家中无人", "by": by, "at": MORNING}
    return propose_estimate(account, **{**fields, **changes})


class TestAcceptReading:
    def test_lets_it_be_billed_and_keeps_who_looked(
        self, account: Account, odd: Reading, supervisor: Staff
    ) -> None:
        bill("2026-10")
        assert bill()["bills"] == 0

        accept_reading(odd, note="漏水", by=supervisor, at=MORNING)

        assert bill()["bills"] == 1
        assert account.bills.get(period="2026-11").quantity == Decimal("100")
        odd.refresh_from_db()
        assert (odd.reviewed_by, odd.reviewed_at, odd.review_note) == (supervisor, MORNING, "漏水")
        assert AuditEntry.objects.get(action="accept_reading").reason == "漏水"

    def test_says_that_the_meter_rolled_over(self, branch: Branch, reader: Staff, supervisor: Staff) -> None:
        make_tariff()
        account = make_water_account(branch=branch, readings={"2026-10-10": "99990"})
        bill("2026-10")
        reading = record_reading(
            account, read_on=DAY, value=Decimal("5"), is_insisted=True, by=reader, at=MORNING
        )

        accept_reading(reading, rolled_over=True, by=supervisor, at=MORNING)

        bill()
        assert account.bills.get(period="2026-11").quantity == Decimal("15")

    def test_refuses_one_that_falls(self, account: Account, reader: Staff, supervisor: Staff) -> None:
        reading = record_reading(
            account, read_on=DAY, value=Decimal("12"), is_insisted=True, by=reader, at=MORNING
        )
        before = all_rows()

        with pytest.raises(ReadingRefused) as refusal:
            accept_reading(reading, by=supervisor, at=MORNING)

        assert refusal.value.code == "falls"
        assert all_rows() == before

    def test_refuses_below_a_billed_estimate_until_its_bill_is_cancelled(
        self, account: Account, reader: Staff, supervisor: Staff
    ) -> None:
        read(account.installations.get(), "2026-10-20", "45", kind="ESTIMATED")
        bill("2026-10")
        reading = record_reading(account, read_on=DAY, value=Decimal("38"), by=reader, at=MORNING)

        with pytest.raises(ReadingRefused) as refusal:
            accept_reading(reading, by=supervisor, at=MORNING)
        assert refusal.value.code == "estimate_too_high"
        # Nobody forgets the account: the run makes no bill, and the reading stays on the page.
        assert bill()["bills"] == 0
        assert list(Reading.objects.in_review()) == [reading]

        take_back(account.bills.get())
        accept_reading(reading, by=supervisor, at=MORNING)
        bill()
        assert account.bills.exclude(state="CANCELLED").get().quantity == Decimal("38")

    def test_refuses_one_that_a_bill_has_passed_meanwhile(
        self, account: Account, odd: Reading, reader: Staff, supervisor: Staff
    ) -> None:
        read(account.installations.get(), "2026-11-12", "41")
        bill()

        with pytest.raises(ReadingRefused) as refusal:
            accept_reading(odd, by=supervisor, at=MORNING)

        assert refusal.value.code == "already_billed"

    def test_refuses_what_was_decided_before(self, odd: Reading, supervisor: Staff) -> None:
        reject_reading(odd, note="看错了", by=supervisor, at=MORNING)
        before = all_rows()

        for decide in (accept_reading, reject_reading):
            with pytest.raises(ReadingRefused) as refusal:
                decide(odd, note="又看了一次", by=supervisor, at=MORNING)
            assert refusal.value.code == "not_in_review"

        assert all_rows() == before

    def test_refuses_a_person_of_another_branch(self, odd: Reading) -> None:
        stranger = make_staff(role="collector", branch=make_branch())

        with pytest.raises(ReadingRefused) as refusal:
            accept_reading(odd, by=stranger, at=MORNING)

        assert refusal.value.code == "unknown_reading"


class TestRejectReading:
    def test_puts_it_aside_for_ever_and_the_day_is_free_again(
        self, account: Account, odd: Reading, reader: Staff, supervisor: Staff
    ) -> None:
        reject_reading(odd, note="看错了", by=supervisor, at=MORNING)

        again = record_reading(account, read_on=DAY, value=Decimal("41"), by=reader, at=MORNING)

        assert again.state == "ACCEPTED"
        bill()
        assert account.bills.get().quantity == Decimal("41")

    def test_asks_what_is_wrong(self, odd: Reading, supervisor: Staff) -> None:
        with pytest.raises(ReadingRefused) as refusal:
            reject_reading(odd, note=" ", by=supervisor, at=MORNING)

        assert refusal.value.code == "note_needed"


class TestEstimate:
    def test_is_the_usual_use_since_the_last_reading(self, account: Account, reader: Staff) -> None:
        reading = estimate(account, reader)

        # 20 in 61 days: 10.16 in 31 days.
        assert (reading.value, reading.state, reading.anomalies) == (Decimal("40"), "IN_REVIEW", ["ESTIMATE"])

    def test_is_not_billed_before_a_second_person_approves_it(
        self, account: Account, reader: Staff, supervisor: Staff
    ) -> None:
        bill("2026-10")
        reading = estimate(account, reader)
        assert bill()["bills"] == 0

        accept_reading(reading, by=supervisor, at=MORNING)

        bill()
        assert account.bills.get(period="2026-11").quantity == Decimal("10")

    def test_cannot_be_approved_by_who_proposed_it(self, account: Account, supervisor: Staff) -> None:
        reading = estimate(account, supervisor)
        before = all_rows()

        with pytest.raises(ReadingRefused) as refusal:
            accept_reading(reading, by=supervisor, at=MORNING)

        assert refusal.value.code == "self_approval"
        assert all_rows() == before

    def test_cannot_be_approved_by_one_person_in_the_database_either(
        self, account: Account, supervisor: Staff
    ) -> None:
        reading = estimate(account, supervisor)

        with (
            pytest.raises(IntegrityError, match="estimate_is_approved_by_a_second_person"),
            transaction.atomic(),
        ):
            Reading.objects.filter(pk=reading.pk).update(
                state="ACCEPTED", reviewed_by=supervisor, reviewed_at=MORNING
            )

    def test_is_set_right_by_the_next_true_reading(
        self, account: Account, reader: Staff, supervisor: Staff
    ) -> None:
        bill("2026-10")
        accept_reading(estimate(account, reader, value=Decimal("45")), by=supervisor, at=MORNING)
        bill()

        read(account.installations.get(), "2026-12-10", "51")
        bill("2026-12")

        quantities = account.bills.order_by("period").values_list("quantity", flat=True)
        assert list(quantities) == [Decimal("30"), Decimal("15"), Decimal("6")]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"reason": " "}, "reason_needed"),
            ({"value": Decimal("29")}, "falls"),
            ({"read_on": datetime.date(2026, 10, 10)}, "twice"),
            ({"read_on": TODAY + datetime.timedelta(days=1)}, "future_date"),
        ],
    )
    def test_is_refused(self, account: Account, reader: Staff, changes: dict[str, Any], code: str) -> None:
        before = all_rows()

        with pytest.raises(ReadingRefused) as refusal:
            estimate(account, reader, **changes)

        assert refusal.value.code == code
        assert all_rows() == before

    def test_needs_something_to_go_by(self, branch: Branch, reader: Staff) -> None:
        account = make_water_account(branch=branch)

        with pytest.raises(ReadingRefused) as refusal:
            estimate(account, reader)

        assert refusal.value.code == "nothing_to_estimate_from"

    def test_takes_the_place_of_an_odd_reading(
        self, odd: Reading, supervisor: Staff, finance: Staff, account: Account
    ) -> None:
        reading = estimate_instead(odd, reason="表盘模糊", by=supervisor, at=MORNING)

        odd.refresh_from_db()
        assert (odd.state, reading.read_on, reading.value) == ("REJECTED", DAY, Decimal("40"))
        accept_reading(reading, by=finance, at=MORNING)
        bill()
        assert account.bills.get().quantity == Decimal("40")


@pytest.mark.django_db(transaction=True)
class TestTwoReviewers:
    def test_decide_a_reading_once(self, odd: Reading, supervisor: Staff, finance: Staff) -> None:
        results = run_together(
            lambda: accept_reading(odd, by=supervisor, at=MORNING),
            lambda: reject_reading(odd, note="看错了", by=finance, at=MORNING),
        )

        refused = [result for result in results if isinstance(result, ReadingRefused)]
        assert [refusal.code for refusal in refused] == ["not_in_review"]
        assert AuditEntry.objects.filter(action__in=["accept_reading", "reject_reading"]).count() == 1
