"""What was given back on a bill, when the bill is cancelled and billed again."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account, Branch, Staff
from billing.models import (
    Adjustment,
    Balance,
    Bill,
    Decision,
    HeatCredit,
    HeatingSeason,
    Posting,
    TemperatureRefund,
)
from billing.services.adjustments import approve_adjustment, propose_adjustment
from billing.services.bill_run import run_billing
from billing.services.cancellations import cancel_bill
from billing.services.early_payment import grant_early_payment
from billing.services.exchanges import Rebilling
from billing.services.reading_corrections import correct_reading
from billing.services.rebills import RightReading, cancel_and_rebill, preview_rebill, rebill
from billing.services.temperature_refunds import (
    Spell,
    approve_temp_refund,
    propose_temp_refund,
    refuse_temp_refund,
)
from billing.services.waivers import approve_waiver, propose_waiver
from counters.models import Shift
from tests.billing.heating import (
    LINYI,
    LINYI_DATES,
    bill_the_season,
    make_household,
    make_season,
    make_shenyang,
    season_bill,
    suspend,
)
from tests.billing.metering import make_tariff, make_water_account
from tests.billing.test_temperature_refunds import MARCH, propose
from tests.counters.rows import all_rows, broken_invariants, refused
from tests.factories.accounts import make_staff
from tests.factories.billing import make_late_charge_rule
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
LAST_DAY = datetime.date(2026, 11, 30)


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def water(branch: Branch) -> Account:
    """100 cubic metres read in October: 343.00."""
    make_tariff()
    account = make_water_account(branch=branch, readings={"2026-10-10": "100"})
    run_billing(
        service="WATER", period="2026-10", issued_on=datetime.date(2026, 10, 16), started_by=None, at=MORNING
    )
    return account


@pytest.fixture
def bill(water: Account) -> Bill:
    found: Bill = water.bills.get()
    return found


def give_back(bill: Bill, amount: str, finance: Staff, supervisor: Staff) -> Adjustment:
    adjustment = propose_adjustment(
        bill.account, bill=bill, amount=Decimal(f"-{amount}"), component="supply", reason="LEAK",
        note="暗漏减免", proposed_by=finance, at=MORNING,
    )  # fmt: skip
    return approve_adjustment(adjustment, approved_by=supervisor, at=MORNING)


def again(bill: Bill, by: Staff, approved_by: Staff | None, **changes: Any) -> Rebilling:
    return cancel_and_rebill(
        bill,
        **{
            "reason": "WRONG_READING",
            "note": "抄错一位",
            "cancelled_by": by,
            "approved_by": approved_by,
            "request_id": uuid4(),
            "at": MORNING,
            **changes,
        },
    )


def cancel(bill: Bill, by: Staff, approved_by: Staff) -> None:
    cancel_bill(
        bill, reason="OTHER", note="", cancelled_by=by, approved_by=approved_by, request_id=uuid4(),
        at=MORNING,
    )  # fmt: skip


def corrected(account: Account, value: str) -> RightReading:
    return RightReading(account.installations.get().readings.get(state="ACCEPTED"), Decimal(value))


def new_bill(account: Account) -> Bill:
    found: Bill = account.bills.exclude(state="CANCELLED").get()
    return found


def balance(account: Account) -> tuple[Decimal, Decimal]:
    row = Balance.objects.get(account=account)
    return row.receivable, row.prepaid


class TestAnAdjustedBill:
    def test_is_not_billed_again_before_somebody_says_what_becomes_of_the_credit(
        self, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        give_back(bill, "43.00", finance, supervisor)

        with refused("follow_undecided"):
            again(bill, finance, supervisor)

    def test_gives_its_credit_to_the_bill_in_its_place_by_a_new_row_that_names_the_old(
        self, water: Account, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        given = give_back(bill, "43.00", finance, supervisor)

        done = again(bill, finance, supervisor, follow=True, right=corrected(water, "90"))

        followed = Adjustment.objects.get(follows=given)
        assert (followed.bill, followed.amount, followed.state) == (
            new_bill(water), Decimal("-43.00"), Decision.APPROVED,
        )  # fmt: skip
        assert (followed.proposed_by, followed.decided_by) == (finance, supervisor)
        assert new_bill(water).outstanding == Decimal("265.70")
        assert balance(water) == (Decimal("265.70"), Decimal(0))
        assert (done.difference, done.to_pay) == (Decimal("-34.30"), Decimal("265.70"))
        assert broken_invariants() == []

    def test_takes_the_credit_back_by_linked_rows_and_ends_it_where_that_was_said(
        self, water: Account, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        given = give_back(bill, "43.00", finance, supervisor)

        done = again(bill, finance, supervisor, follow=False)

        assert not Adjustment.objects.filter(follows=given).exists()
        mirrored = Posting.objects.filter(adjustment=given, reverses__isnull=False)
        assert sum(one.amount for one in mirrored) == Decimal("43.00")
        assert (done.difference, new_bill(water).outstanding) == (Decimal("43.00"), Decimal("343.00"))
        assert broken_invariants() == []

    def test_that_was_paid_leaves_the_customer_where_he_was(
        self, water: Account, bill: Bill, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        give_back(bill, "43.00", finance, supervisor)
        pay(shift, water, [bill], cash("300.00"))

        again(bill, finance, supervisor, follow=True)

        assert new_bill(water).state == Bill.State.PAID
        assert balance(water) == (Decimal(0), Decimal(0))
        assert broken_invariants() == []

    def test_carries_no_more_than_the_new_bill_charges(
        self, water: Account, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        give_back(bill, "300.00", finance, supervisor)

        done = again(bill, finance, supervisor, follow=True, right=corrected(water, "10"))

        (given,) = done.exchanges[0].given
        assert (given.lost, new_bill(water).outstanding) == (Decimal("265.70"), Decimal(0))
        assert broken_invariants() == []

    def test_needs_a_second_person_for_the_credit_even_where_the_bill_alone_does_not(
        self, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        give_back(bill, "43.00", finance, supervisor)

        with refused("second_person_needed"):
            again(bill, finance, None, follow=True)

    def test_follows_once_more_when_the_new_bill_is_billed_again(
        self, water: Account, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        give_back(bill, "43.00", finance, supervisor)
        again(bill, finance, supervisor, follow=True)

        again(new_bill(water), finance, supervisor, follow=True)

        assert new_bill(water).outstanding == Decimal("300.00")
        assert Adjustment.objects.filter(state=Decision.APPROVED).count() == 3
        assert broken_invariants() == []

    def test_that_was_only_cancelled_is_asked_about_when_it_is_billed_again(
        self, water: Account, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        given = give_back(bill, "43.00", finance, supervisor)
        cancel_bill(
            bill, reason="OTHER", note="", cancelled_by=finance, approved_by=supervisor, request_id=uuid4(),
            at=MORNING,
        )  # fmt: skip

        with refused("follow_undecided"):
            rebill(bill, rebilled_by=finance, at=MORNING)
        rebill(bill, rebilled_by=finance, at=MORNING, follow=True)

        waiting = Adjustment.objects.get(follows=given)
        assert (waiting.state, new_bill(water).outstanding) == (Decision.PROPOSED, Decimal("343.00"))
        approve_adjustment(waiting, approved_by=supervisor, at=MORNING)
        assert new_bill(water).outstanding == Decimal("300.00")
        assert broken_invariants() == []

    def test_is_not_cancelled_while_its_credit_waits_on_it(
        self, water: Account, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        given = give_back(bill, "43.00", finance, supervisor)
        cancel(bill, finance, supervisor)
        rebill(bill, rebilled_by=finance, at=MORNING, follow=True)

        with refused("follow_waits"):
            cancel(new_bill(water), finance, supervisor)
        approve_adjustment(Adjustment.objects.get(follows=given), approved_by=supervisor, at=MORNING)
        cancel(new_bill(water), finance, supervisor)

    def test_gives_no_more_by_several_credits_than_a_smaller_bill_charges(
        self, water: Account, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        given = [give_back(bill, amount, finance, supervisor) for amount in ("100.00", "90.00", "80.00")]
        cancel(bill, finance, supervisor)
        correct_reading(
            corrected(water, "50").reading, value=Decimal("50"), rolled_over=False, note="抄错", at=MORNING,
            corrected_by=finance,
        )  # fmt: skip

        new = rebill(bill, rebilled_by=finance, at=MORNING, follow=True)

        waiting = Adjustment.objects.filter(follows__in=given).order_by("pk")
        assert [one.amount for one in waiting] == [Decimal("-100.00"), Decimal("-71.50")]
        for one in waiting:
            approve_adjustment(one, approved_by=supervisor, at=MORNING)
        new.refresh_from_db()
        assert (new.amount, new.outstanding) == (Decimal("171.50"), Decimal("0.00"))
        assert broken_invariants() == []

    def test_is_asked_about_the_last_credit_from_the_first_bill_too(
        self, water: Account, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        give_back(bill, "43.00", finance, supervisor)
        again(bill, finance, supervisor, follow=True)
        second = new_bill(water)
        cancel(second, finance, supervisor)

        with refused("follow_undecided"):
            rebill(bill, rebilled_by=finance, at=MORNING)
        rebill(bill, rebilled_by=finance, at=MORNING, follow=True)

        assert Adjustment.objects.get(follows__bill=second).bill == new_bill(water)
        assert broken_invariants() == []

    @pytest.mark.parametrize("follow", [None, True, False])
    def test_is_previewed_as_it_would_be_done_and_keeps_every_row(
        self, bill: Bill, finance: Staff, supervisor: Staff, follow: bool | None
    ) -> None:
        give_back(bill, "43.00", finance, supervisor)
        before = all_rows()

        shown = preview_rebill(bill, reason="OTHER", cancelled_by=finance, at=MORNING, follow=follow)

        assert all_rows() == before
        assert (shown.is_undecided, shown.needs_second_person) == (follow is None, follow is True)
        assert [bool(one.new) for one in shown.exchanges[0].given] == [follow is True]

    def test_asked_for_twice_with_one_request_carries_the_credit_once(
        self, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        give_back(bill, "43.00", finance, supervisor)
        request_id = uuid4()

        first, second = (
            again(bill, finance, supervisor, follow=True, request_id=request_id) for _ in range(2)
        )

        assert Adjustment.objects.count() == 2
        assert first.difference == second.difference == Decimal(0)


class TestAWaiver:
    def test_ends_with_the_bill_because_the_new_one_is_not_late(
        self, water: Account, bill: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        make_late_charge_rule()
        waiver = propose_waiver(
            bill, amount=Decimal("1.00"), reason="SYSTEM_OUTAGE", note="停机", proposed_by=finance, at=MORNING
        )
        approve_waiver(waiver, approved_by=supervisor, at=MORNING)

        done = again(bill, finance, supervisor)

        assert done.waived == Decimal("1.00")
        assert new_bill(water).due_on > TODAY
        assert broken_invariants() == []


class TestAHeatingBillWithCredits:
    @pytest.fixture
    def season(self) -> HeatingSeason:
        make_shenyang(rules=LINYI, prices={"area_price": "23"})
        return make_season(**LINYI_DATES)

    @pytest.fixture
    def refunded(self, branch: Branch, season: HeatingSeason, shift: Shift) -> Account:
        """88 m² for 2,024.00, all paid, of which 95.79 went back for cold rooms."""
        account = make_household(branch, area="88")
        bill_the_season(branch)
        pay(shift, account, [season_bill(account)], cash("2024.00"), at=MORNING)
        refund = propose(account, season)
        approve_temp_refund(refund, decided_by=make_staff(role="supervisor", branch=branch), at=MARCH)
        return account

    def measured_anew(self, account: Account, area: str) -> None:
        account.billed_area = Decimal(area)
        account.save(update_fields=["billed_area"])

    def test_gives_the_same_share_of_the_new_amount_back_by_linked_rows(
        self, refunded: Account, finance: Staff, supervisor: Staff
    ) -> None:
        self.measured_anew(refunded, "80")
        old = season_bill(refunded)

        done = again(old, finance, supervisor, reason="WRONG_FACTS", at=MARCH)

        before, after = HeatCredit.objects.order_by("pk")
        assert (before.amount, after.amount) == (Decimal("95.79"), Decimal("87.08"))
        assert (after.replaces, after.refund, after.bill) == (before, before.refund, new_bill(refunded))
        taken_back = before.posting.reversed_by.cancellation
        assert taken_back is not None
        assert taken_back.bill == old
        # 2,024.00 were paid; 1,840.00 less 87.08 are owed.
        assert balance(refunded) == (Decimal(0), Decimal("271.08"))
        assert done.difference == Decimal("-175.29")
        assert broken_invariants() == []

    def test_gives_no_more_than_it_charges_by_adjustments_and_for_heat_together(
        self, refunded: Account, finance: Staff, supervisor: Staff
    ) -> None:
        bill = season_bill(refunded)
        with refused("more_than_the_bill"):
            give_back(bill, "1928.22", finance, supervisor)
        give_back(bill, "1928.21", finance, supervisor)
        self.measured_anew(refunded, "80")

        again(bill, finance, supervisor, reason="WRONG_FACTS", follow=True, at=MARCH)

        # 2,024.00 were paid and all of it was given back: so it is on the smaller bill.
        assert balance(refunded) == (Decimal(0), Decimal("2024.00"))
        assert broken_invariants() == []

    def test_gives_nothing_for_cold_rooms_once_all_of_it_was_given_back(
        self, branch: Branch, season: HeatingSeason, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        account = make_household(branch, area="88")
        bill_the_season(branch)
        bill = season_bill(account)
        pay(shift, account, [bill], cash("2024.00"), at=MORNING)
        refund = propose(account, season)
        give_back(bill, "1928.22", finance, supervisor)

        with refused("more_than_the_bill"):
            approve_temp_refund(refund, decided_by=supervisor, at=MARCH)

    def test_that_grew_is_paid_with_its_credit_first(
        self, refunded: Account, finance: Staff, supervisor: Staff
    ) -> None:
        self.measured_anew(refunded, "100")

        again(season_bill(refunded), finance, supervisor, reason="WRONG_FACTS", at=MARCH)

        # 2,300.00 charged; 2,024.00 paid and 108.85 given back.
        assert (new_bill(refunded).outstanding, balance(refunded)) == (
            Decimal("167.15"), (Decimal("167.15"), Decimal(0)),
        )  # fmt: skip
        assert broken_invariants() == []

    def test_takes_its_credit_back_when_it_is_only_cancelled_and_gives_it_again_when_billed_again(
        self, refunded: Account, finance: Staff, supervisor: Staff
    ) -> None:
        bill = season_bill(refunded)
        cancel_bill(
            bill, reason="OTHER", note="", cancelled_by=finance, approved_by=supervisor, request_id=uuid4(),
            at=MARCH,
        )  # fmt: skip
        cancelled = balance(refunded)

        rebill(bill, rebilled_by=finance, at=MARCH)

        assert (cancelled, balance(refunded)) == (
            (Decimal(0), Decimal("2024.00")), (Decimal(0), Decimal("95.79")),
        )  # fmt: skip
        assert broken_invariants() == []

    def test_gives_an_early_share_again(self, branch: Branch, shift: Shift, finance: Staff) -> None:
        make_shenyang(rules=LINYI, prices={"area_price": "23"})
        season = make_season(
            **{**LINYI_DATES, "due_on": LAST_DAY, "early_until": LAST_DAY, "early_pct": Decimal("2.00")}
        )
        account = make_household(branch, area="88")
        bill_the_season(branch)
        pay(shift, account, [season_bill(account)], cash("2024.00"), at=MORNING)
        grant_early_payment(season, granted_by=finance, at=MARCH)
        self.measured_anew(account, "80")

        again(
            season_bill(account), finance, make_staff(role="supervisor", branch=branch),
            reason="WRONG_FACTS", at=MARCH,
        )  # fmt: skip

        assert amounts_of(HeatCredit.objects.order_by("pk")) == ["40.48", "36.80"]
        assert broken_invariants() == []

    def test_that_was_suspended_is_not_cancelled(
        self, branch: Branch, season: HeatingSeason, finance: Staff, supervisor: Staff
    ) -> None:
        account = make_household(branch, area="88")
        bill_the_season(branch)
        suspend(account, season)

        with refused("credited_for_heat"):
            again(season_bill(account), finance, supervisor)

    def test_lets_no_refund_be_approved_on_what_was_cancelled(
        self, branch: Branch, season: HeatingSeason, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        account = make_household(branch, area="88")
        bill_the_season(branch)
        pay(shift, account, [season_bill(account)], cash("2024.00"), at=MORNING)
        refund = propose(account, season)
        again(season_bill(account), finance, supervisor, at=MARCH)

        with refused("bill_cancelled"):
            approve_temp_refund(refund, decided_by=supervisor, at=MARCH)
        refuse_temp_refund(refund, note="账单已更正", decided_by=supervisor, at=MARCH)

        repeated = approve_temp_refund(
            propose_again(account, season, refund), decided_by=supervisor, at=MARCH
        )
        assert repeated.bill == new_bill(account)
        assert broken_invariants() == []


def amounts_of(rows: Any) -> list[str]:
    return [str(row.amount) for row in rows]


def propose_again(account: Account, season: HeatingSeason, refund: TemperatureRefund) -> TemperatureRefund:
    """The same days once more, with the tests that were taken."""
    spells: Sequence[Spell] = [Spell(one.test, one.from_on, one.days) for one in refund.spells.all()]
    by = make_staff(role="adviser", branch=account.branch)
    return propose_temp_refund(account, season, spells, proposed_by=by, at=MARCH)
