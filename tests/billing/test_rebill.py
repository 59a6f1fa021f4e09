"""A period billed wrongly and billed again: numbers, chain, credit or extra to pay."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import Account, Branch, Staff
from billing.models import Balance, Bill, BillCancellation, Payment, Posting, Reading, Tariff
from billing.services.adjustments import approve_adjustment, propose_adjustment
from billing.services.bill_run import run_billing
from billing.services.cancellations import cancel_bill
from billing.services.exchanges import Rebilling
from billing.services.rebills import RightReading, cancel_and_rebill, preview_rebill, rebill
from counters.models import Shift
from counters.services.payments import void_payment_at_counter
from tests.billing.metering import RESIDENT, make_heating_tariff, make_tariff, make_water_account
from tests.counters.rows import all_rows, broken_invariants, refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, pay

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
READINGS = {"2026-08-10": "60", "2026-09-10": "150", "2026-10-10": "200", "2026-11-10": "270"}


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def tariff() -> Tariff:
    return make_tariff()


@pytest.fixture
def water(branch: Branch, tariff: Tariff) -> Account:
    """Four months: 60, 90, 50 and 70 m³; the year passes 180 in October and 260 in November."""
    account = make_water_account(branch=branch, readings=READINGS)
    for month in ("08", "09", "10", "11"):
        issued_on = datetime.date(2026, int(month), 16)
        run_billing(service="WATER", period=f"2026-{month}", issued_on=issued_on, started_by=None, at=MORNING)
    return account


def the_bill(account: Account, period: str) -> Bill:
    bill: Bill = account.bills.exclude(state="CANCELLED").get(period=period)
    return bill


def again(bill: Bill, by: Staff, approved_by: Staff | None = None, **changes: Any) -> Rebilling:
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


def reading_of(account: Account, day: str) -> Reading:
    reading: Reading = Reading.objects.get(
        installation__account=account, read_on=day, state=Reading.State.ACCEPTED
    )
    return reading


def right(account: Account, day: str, value: str, **more: Any) -> RightReading:
    return RightReading(reading_of(account, day), Decimal(value), **more)


def amounts(account: Account) -> list[tuple[str, str]]:
    bills = account.bills.exclude(state="CANCELLED").order_by("period")
    return [(bill.number.removeprefix(account.account_no), str(bill.amount)) for bill in bills]


def balance_of(account: Account) -> tuple[Decimal, Decimal]:
    balance = Balance.objects.get(account=account)
    return balance.receivable, balance.prepaid


def ledger(account: Account) -> dict[str, Decimal]:
    """What each ledger holds of the account."""
    sums: dict[str, Decimal] = {}
    for row in Posting.objects.filter(account=account):
        sums[row.debit] = sums.get(row.debit, Decimal(0)) + row.amount
        sums[row.credit] = sums.get(row.credit, Decimal(0)) - row.amount
    return {name: amount for name, amount in sums.items() if amount}


def credited(account: Account, shift: Shift, month: str, finance: Staff, supervisor: Staff) -> Payment:
    """A bill is paid, and 50.00 of it become prepaid credit."""
    bill = the_bill(account, f"2026-{month}")
    payment = pay(shift, account, [bill], cash(str(bill.amount)))
    adjustment = propose_adjustment(
        account, bill=bill, amount=Decimal("-50.00"), component="supply", reason="LEAK", note="暗漏减免",
        proposed_by=finance, at=MORNING,
    )  # fmt: skip
    approve_adjustment(adjustment, approved_by=supervisor, at=MORNING)
    return payment


def undo(payment: Payment, shift: Shift) -> None:
    void_payment_at_counter(
        payment,
        shift=shift,
        request_id=uuid4(),
        reason="PAID_TWICE",
        note="",
        voided_by=shift.cashier,
        at=MORNING,
    )


class TestWithTheSameReading:
    def test_leaves_the_ledger_where_it_was(self, water: Account, finance: Staff) -> None:
        before, owed = ledger(water), balance_of(water)

        rebilling = again(the_bill(water, "2026-11"), finance)

        assert ledger(water) == before
        assert (balance_of(water), rebilling.difference) == (owed, Decimal(0))
        assert amounts(water)[-1][0] == "-2026-11-R1"
        assert broken_invariants() == []

    def test_leaves_later_bills_alone(self, water: Account, finance: Staff) -> None:
        rebilling = again(the_bill(water, "2026-08"), finance)

        assert [one.old.period for one in rebilling.exchanges] == ["2026-08"]
        assert [number for number, _amount in amounts(water)] == [
            "-2026-08-R1", "-2026-09", "-2026-10", "-2026-11",
        ]  # fmt: skip

    def test_of_a_paid_bill_is_paid_again_at_once(
        self, water: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        pay(shift, water, [the_bill(water, "2026-08")], cash("205.80"))
        before = ledger(water)

        (exchange,) = again(the_bill(water, "2026-08"), finance, supervisor).exchanges

        assert exchange.new is not None
        # Although three older bills are open: the money was meant for this one.
        assert (exchange.new.state, exchange.new.outstanding) == ("PAID", Decimal(0))
        assert ledger(water) == before
        assert broken_invariants() == []

    def test_counts_up_the_numbers(self, water: Account, finance: Staff) -> None:
        for _ in range(3):
            again(the_bill(water, "2026-10"), finance)

        bill = the_bill(water, "2026-10")
        assert bill.number.endswith("-2026-10-R3")
        assert bill.replaces is not None
        assert bill.replaces.number.endswith("-2026-10-R2")

    def test_of_a_season_prices_the_area_of_today(self, branch: Branch, finance: Staff) -> None:
        make_heating_tariff()
        account = make_account(branch=branch)
        run_billing(service="HEAT", period="2026-27", issued_on=TODAY, started_by=None, at=MORNING)
        account.billed_area = Decimal("100")
        account.save()

        rebilling = again(account.bills.get(), finance, make_staff(role="manager"), reason="WRONG_FACTS")

        assert (amounts(account), rebilling.difference) == ([("-2026-27-R1", "2600.00")], Decimal("270.40"))
        assert broken_invariants() == []


class TestWithAnotherReading:
    def test_bills_the_next_one_again_because_it_begins_there(self, water: Account, finance: Staff) -> None:
        """August was 60 by mistake for 50: ten units move to September, in the same tier."""
        rebilling = again(the_bill(water, "2026-08"), finance, right=right(water, "2026-08-10", "50"))

        assert [(one.old.period, one.difference) for one in rebilling.exchanges] == [
            ("2026-08", Decimal("-34.30")),
            ("2026-09", Decimal("34.30")),
        ]
        # October and November stand where they stood in the tiers.
        assert [number for number, _amount in amounts(water)] == [
            "-2026-08-R1", "-2026-09-R1", "-2026-10", "-2026-11",
        ]  # fmt: skip
        assert broken_invariants() == []

    def test_at_the_end_gives_back_what_was_too_much(
        self, water: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        """November read as 270 was 207: 7 m³ in the second tier."""
        pay(shift, water, list(water.bills.all()), cash("2000.00"))
        paid = the_bill(water, "2026-11").amount

        rebilling = again(
            the_bill(water, "2026-11"), finance, supervisor, right=right(water, "2026-11-10", "207")
        )

        new = the_bill(water, "2026-11")
        assert (new.amount, new.state) == (Decimal("38.01"), "PAID")
        assert rebilling.prepaid == paid - Decimal("38.01")
        assert balance_of(water) == (Decimal(0), paid - Decimal("38.01"))
        assert broken_invariants() == []

    def test_that_is_higher_leaves_the_rest_to_be_paid(
        self, water: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        pay(shift, water, list(water.bills.all()), cash("2000.00"))

        rebilling = again(
            the_bill(water, "2026-11"), finance, supervisor, right=right(water, "2026-11-10", "280")
        )

        # Ten more in the third tier.
        assert (rebilling.difference, rebilling.to_pay) == (Decimal("74.30"), Decimal("74.30"))
        assert balance_of(water) == (Decimal("74.30"), Decimal(0))
        assert broken_invariants() == []

    def test_of_a_rollover_counts_over_the_top(self, branch: Branch, tariff: Tariff, finance: Staff) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-10": "99990", "2026-11-10": "99991"})
        account.installations.update(initial=Decimal("99900"))
        for month in ("10", "11"):
            run_billing(service="WATER", period=f"2026-{month}", issued_on=TODAY, started_by=None, at=MORNING)

        again(
            the_bill(account, "2026-11"),
            finance,
            right=right(account, "2026-11-10", "5", rolled_over=True),
        )

        assert the_bill(account, "2026-11").quantity == Decimal("15")

    def test_keeps_the_wrong_one_and_names_it(self, water: Account, finance: Staff) -> None:
        wrong = reading_of(water, "2026-11-10")

        again(the_bill(water, "2026-11"), finance, right=RightReading(wrong, Decimal("207")))

        new = reading_of(water, "2026-11-10")
        wrong.refresh_from_db()
        assert (wrong.value, wrong.state) == (Decimal("270"), Reading.State.REJECTED)
        assert (new.value, new.replaces, new.read_by) == (Decimal("207"), wrong, finance)


class TestAChainUpTheTiers:
    def test_comes_out_as_if_it_had_been_read_right(self, water: Account, finance: Staff) -> None:
        """September was 100, not 150; the units of October then reach less far up, November not at all further."""
        again(the_bill(water, "2026-09"), finance, right=right(water, "2026-09-10", "100"))

        # 60, 40, 100 (80 at 3.43 and 20 at 5.43) and 70 (60 at 5.43, 10 at 7.43).
        assert [amount for _number, amount in amounts(water)] == ["205.80", "137.20", "383.00", "400.10"]
        assert broken_invariants() == []

    def test_with_the_tariff_of_the_own_branch_bills_every_later_one_again(
        self, water: Account, finance: Staff
    ) -> None:
        smaller = {**RESIDENT, "tier_upto": ["50", "100"]}
        make_tariff(branch=water.branch, prices={"categories": {"resident": smaller}})

        rebilling = again(the_bill(water, "2026-08"), finance, reason="WRONG_TARIFF")

        assert [one.old.period for one in rebilling.exchanges] == ["2026-08", "2026-09", "2026-10", "2026-11"]
        # 50 at 3.43 and 10 at 5.43; 40 at 5.43 and 50 at 7.43; all at 7.43.
        assert [amount for _number, amount in amounts(water)] == ["225.80", "588.70", "371.50", "520.10"]
        assert broken_invariants() == []


class TestThePreview:
    def test_shows_what_would_happen_and_leaves_every_row(
        self, water: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        pay(shift, water, list(water.bills.all()), cash("2000.00"))
        before = all_rows()

        shown = preview_rebill(
            the_bill(water, "2026-11"),
            reason="WRONG_READING",
            cancelled_by=finance,
            at=MORNING,
            right=right(water, "2026-11-10", "207"),
        )

        assert all_rows() == before
        done = again(the_bill(water, "2026-11"), finance, supervisor, right=right(water, "2026-11-10", "207"))
        assert (shown.difference, shown.prepaid, shown.to_pay, shown.needs_second_person) == (
            done.difference, done.prepaid, done.to_pay, True,
        )  # fmt: skip
        assert [line.amount for line in shown.exchanges[0].new_lines] == [
            line.amount for line in done.exchanges[0].new_lines
        ]

    def test_says_when_nobody_else_has_to_sign(self, water: Account, finance: Staff) -> None:
        shown = preview_rebill(the_bill(water, "2026-11"), reason="OTHER", cancelled_by=finance, at=MORNING)

        assert not shown.needs_second_person


class TestCancelAndRebill:
    def test_asked_twice_with_one_request_happens_once(self, water: Account, finance: Staff) -> None:
        bill, key = the_bill(water, "2026-08"), uuid4()
        wrong = right(water, "2026-08-10", "50")

        first, second = (again(bill, finance, request_id=key, right=wrong) for _ in range(2))

        assert BillCancellation.objects.count() == 2
        assert [one.new for one in first.exchanges] == [one.new for one in second.exchanges]

    @pytest.mark.parametrize(
        ("day", "value", "code"),
        [
            ("2026-10-10", "190", "not_of_this_bill"),
            ("2026-11-10", "100000", "not_a_reading"),
            ("2026-11-10", "-1", "not_a_reading"),
            ("2026-11-10", "7.0001", "not_a_reading"),
            ("2026-11-10", "NaN", "not_a_reading"),
        ],
    )
    def test_refuses_a_reading_that_cannot_be(
        self, water: Account, finance: Staff, day: str, value: str, code: str
    ) -> None:
        wrong = right(water, day, value)

        with refused(code):
            again(the_bill(water, "2026-11"), finance, right=wrong)

    def test_refuses_two_bills_whose_credit_together_was_spent(
        self, water: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        payments = [credited(water, shift, month, finance, supervisor) for month in ("08", "09")]
        pay(shift, water, [make_bill(water, total="50.00", kind="ONE_OFF", due_on=datetime.date(2026, 7, 1))])
        for payment in payments:
            undo(payment, shift)
        assert balance_of(water)[1] == Decimal("50.00")

        with refused("credit_spent"):
            again(
                the_bill(water, "2026-08"),
                finance,
                supervisor,
                right=right(water, "2026-08-10", "50"),
                follow=False,
            )

    def test_lets_one_bill_bring_back_what_another_takes_out_of_credit(
        self, water: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        first, _second = (credited(water, shift, month, finance, supervisor) for month in ("08", "09"))
        pay(
            shift, water, [make_bill(water, total="100.00", kind="ONE_OFF", due_on=datetime.date(2026, 7, 1))]
        )
        undo(first, shift)
        assert balance_of(water)[1] == Decimal("0.00")

        again(
            the_bill(water, "2026-08"),
            finance,
            supervisor,
            right=right(water, "2026-08-10", "50"),
            follow=False,
        )

        assert broken_invariants() == []

    @pytest.mark.parametrize("changes", [{"follow": True}, {"right": None}, {"right": "51"}])
    def test_refuses_a_request_that_was_used_for_another_correction(
        self, water: Account, finance: Staff, changes: dict[str, Any]
    ) -> None:
        bill, key = the_bill(water, "2026-08"), uuid4()
        wrong = reading_of(water, "2026-08-10")
        asked = {"right": "50", **changes}
        again(bill, finance, request_id=key, right=RightReading(wrong, Decimal("50")))
        if asked["right"] is not None:
            asked["right"] = RightReading(wrong, Decimal(asked["right"]))

        with refused("form_reused"):
            again(bill, finance, request_id=key, **asked)

    def test_refuses_a_request_that_only_cancelled(self, water: Account, finance: Staff) -> None:
        bill, key = the_bill(water, "2026-11"), uuid4()
        named: dict[str, Any] = {
            "reason": "WRONG_READING",
            "note": "抄错一位",
            "cancelled_by": finance,
            "at": MORNING,
        }
        cancel_bill(bill, **named, request_id=key)

        with refused("form_reused"):
            again(bill, finance, request_id=key)

    def test_refuses_a_reading_that_would_run_backwards(self, water: Account, finance: Staff) -> None:
        with refused("cannot_price_again"):
            again(the_bill(water, "2026-11"), finance, right=right(water, "2026-11-10", "199"))

    def test_refuses_a_bill_that_no_price_list_made(self, account: Account, finance: Staff) -> None:
        bill = make_bill(account, kind=Bill.Kind.OPENING)

        with refused("cannot_price_again"):
            again(bill, finance)

    def test_refuses_a_period_that_another_bill_covers_too(self, water: Account, finance: Staff) -> None:
        """Of two meters one may have been read late and billed by itself."""
        make_bill(water)

        with refused("periods_overlap"):
            again(the_bill(water, "2026-11"), finance)

    def test_refuses_a_paid_bill_in_the_chain_without_a_second_person(
        self, water: Account, finance: Staff, cashier: Staff
    ) -> None:
        pay(make_shift(cashier), water, [the_bill(water, "2026-08"), the_bill(water, "2026-09")], cash("600"))

        with refused("second_person_needed"):
            again(the_bill(water, "2026-08"), finance, right=right(water, "2026-08-10", "50"))


class TestRebill:
    def cancelled(self, bill: Bill, finance: Staff, key: UUID | None = None) -> Bill:
        cancel_bill(
            bill, reason="OTHER", note="", cancelled_by=finance, request_id=key or uuid4(), at=MORNING
        )
        bill.refresh_from_db()
        return bill

    def test_bills_a_cancelled_period_between_others(self, water: Account, finance: Staff) -> None:
        september = self.cancelled(the_bill(water, "2026-09"), finance)

        new = rebill(september, rebilled_by=finance, at=MORNING)

        assert (new.amount, new.period_from, new.period_to) == (
            september.amount, september.period_from, september.period_to,
        )  # fmt: skip
        assert (new.replaces, new.issued_on) == (september, TODAY)
        assert broken_invariants() == []

    def test_refuses_what_counts_and_what_was_billed_again(self, water: Account, finance: Staff) -> None:
        bill = the_bill(water, "2026-11")
        with refused("not_cancelled"):
            rebill(bill, rebilled_by=finance, at=MORNING)
        self.cancelled(bill, finance)
        rebill(bill, rebilled_by=finance, at=MORNING)

        with refused("already_rebilled"):
            rebill(bill, rebilled_by=finance, at=MORNING)

    def test_refuses_a_period_without_a_reading(self, water: Account, finance: Staff) -> None:
        bill = self.cancelled(the_bill(water, "2026-11"), finance)
        Reading.objects.filter(read_on="2026-11-10").update(state="IN_REVIEW", anomalies=["HIGH"])

        with refused("nothing_to_bill"):
            rebill(bill, rebilled_by=finance, at=MORNING)
