import datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, AuditEntry, Branch
from accounts.services.account_states import close_account
from billing.models import AllocationPolicy, Balance, Bill, BillRun, Payment, Posting
from billing.services import bill_run_chunks, bill_run_stages
from billing.services.bill_run import run_billing
from billing.services.bill_run_pricing import BillRunRefused
from billing.services.business_days import close_business_day
from billing.services.issue_bills import issue_bills
from counters.models import Shift
from tests.billing.metering import install, make_heating_tariff, make_tariff, make_water_account, read
from tests.counters.rows import all_rows, broken_invariants
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db

ISSUED_ON = datetime.date(2026, 11, 16)


@pytest.fixture(autouse=True)
def tariff() -> None:
    make_tariff()


def run(period: str = "2026-11", **changes: Any) -> BillRun:
    return run_billing(
        **{
            "service": "WATER",
            "period": period,
            "issued_on": ISSUED_ON,
            "started_by": None,
            "at": MORNING,
            **changes,
        }
    )


def the_bill(account: Account, period: str = "2026-11") -> Bill:
    bill: Bill = Bill.objects.get(account=account, period=period)
    return bill


class TestBill:
    def test_is_what_the_meter_counted_since_the_account_was_opened(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})

        run()

        bill = the_bill(account)
        assert (bill.quantity, bill.amount, bill.outstanding) == (
            Decimal("40"),
            Decimal("137.20"),
            bill.amount,
        )
        assert (bill.issued_on, bill.due_on) == (ISSUED_ON, datetime.date(2026, 12, 1))
        assert [(line.component, line.amount) for line in bill.lines.all()] == [
            ("supply", Decimal("82.80")),
            ("sewage", Decimal("54.40")),
        ]
        assert broken_invariants() == []

    def test_posts_each_line_to_the_revenue_of_its_component(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})

        run()

        rows = Posting.objects.filter(account=account).values_list(
            "debit", "credit", "amount", "business_date"
        )
        assert sorted(rows) == [
            ("receivable", "revenue:sewage", Decimal("54.40"), ISSUED_ON),
            ("receivable", "revenue:supply", Decimal("82.80"), ISSUED_ON),
        ]
        assert Balance.objects.get(account=account).receivable == Decimal("137.20")

    def test_goes_on_from_the_last_billed_reading_and_climbs_the_tiers(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-10": "170", "2026-11-10": "190"})

        run("2026-10")
        run("2026-11")

        # 10 in the first tier at 3.43, 10 in the second at 5.43.
        assert the_bill(account).amount == Decimal("88.60")
        assert Decimal(the_bill(account).tier_uses["2026"]) == 20

    def test_begins_in_the_first_tier_in_a_new_year(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-12-31": "300", "2027-01-31": "310"})

        run("2026-12")
        run("2027-01")

        assert the_bill(account, "2027-01").amount == Decimal("34.30")

    def test_of_no_use_is_nothing_and_paid(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "0"})

        run()

        bill = the_bill(account)
        assert (bill.state, bill.amount, bill.lines.count()) == (Bill.State.PAID, Decimal("0.00"), 0)
        assert broken_invariants() == []

    def test_does_not_exist_without_a_new_reading(self, branch: Branch) -> None:
        make_water_account(branch=branch, readings={"2026-12-10": "40"})

        assert run().summary == {"bills": 0, "amount": "0.00", "unpriced": []}

    def test_adds_both_meters_when_one_was_replaced(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-31": "30"})
        old = account.installations.get()
        old.removed_on, old.final = datetime.date(2026, 10, 31), Decimal("30")
        old.save()
        install(account, on=datetime.date(2026, 10, 31), initial="500", readings={"2026-11-10": "512"})

        run()

        assert the_bill(account).quantity == Decimal("42")
        assert [segment["from"] for segment in the_bill(account).basis["segments"]] == ["0.000", "500.000"]

    def test_counts_past_the_rollover_of_a_meter(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-10-10": "99990"})
        run("2026-10")
        read(account.installations.get(), "2026-11-10", "20", rolled_over=True)

        run()

        assert the_bill(account).quantity == Decimal("30")

    def test_multiplies_what_a_transformer_meter_shows(self, branch: Branch) -> None:
        account = make_water_account(branch=branch)
        install(account, readings={"2026-11-10": "2"}, multiplier=Decimal("20"))

        run()

        assert the_bill(account).quantity == Decimal("40")


class TestCredit:
    def deposit(self, shift: Shift, account: Account, amount: str) -> None:
        pay(shift, account, [], cash(amount), keep_as_credit=True)

    def test_pays_the_new_bill_by_itself(self, shift: Shift, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        self.deposit(shift, account, "200.00")

        run()

        bill, payment = the_bill(account), Payment.objects.get(channel="CREDIT")
        assert (bill.state, bill.outstanding) == (Bill.State.PAID, Decimal("0.00"))
        assert (payment.allocated, payment.business_date) == (Decimal("137.20"), ISSUED_ON)
        assert Balance.objects.get(account=account).prepaid == Decimal("62.80")
        assert broken_invariants() == []

    def test_pays_a_part_when_it_is_not_enough(self, shift: Shift, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        self.deposit(shift, account, "37.20")

        run()

        assert (the_bill(account).state, the_bill(account).outstanding) == ("OPEN", Decimal("100.00"))
        assert Balance.objects.get(account=account).prepaid == 0
        assert broken_invariants() == []

    def test_is_left_for_an_older_bill_that_is_still_open(self, shift: Shift, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        self.deposit(shift, account, "130.00")
        make_bill(account, total="100.00", due_on=datetime.date(2026, 10, 31))

        run()

        assert the_bill(account).outstanding == Decimal("107.20")
        assert Balance.objects.get(account=account).prepaid == Decimal("100.00")

    def test_is_left_alone_where_the_policy_says_so(self, shift: Shift, branch: Branch) -> None:
        AllocationPolicy.objects.create(effective_from=datetime.date(2026, 11, 1), uses_credit=False)
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        self.deposit(shift, account, "200.00")

        run()

        assert the_bill(account).state == Bill.State.OPEN
        assert Balance.objects.get(account=account).prepaid == Decimal("200.00")

    def test_of_one_account_does_not_pay_for_another(self, shift: Shift, branch: Branch) -> None:
        saver = make_water_account(branch=branch)
        self.deposit(shift, saver, "200.00")
        other = make_water_account(branch=branch, readings={"2026-11-10": "40"}, customer=saver.customer)

        run()

        assert the_bill(other).state == Bill.State.OPEN


class TestRunBilling:
    def test_bills_each_account_once_for_a_period(self, branch: Branch) -> None:
        for _ in range(3):
            make_water_account(branch=branch, readings={"2026-11-10": "40"})
        first = run()

        again = run()

        assert again == first
        assert Bill.objects.count() == 3
        assert again.summary == {"bills": 3, "amount": "411.60", "unpriced": []}
        assert broken_invariants() == []

    def test_uses_credit_once_however_often_it_is_started(self, branch: Branch, shift: Shift) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        pay(shift, account, [], cash("100.00"), keep_as_credit=True)
        run()

        run()

        assert Payment.objects.filter(channel="CREDIT").count() == 1

    @pytest.mark.parametrize("dies_in", [1, 2, 3])
    def test_is_finished_by_starting_it_again_after_it_died(
        self, branch: Branch, shift: Shift, monkeypatch: pytest.MonkeyPatch, dies_in: int
    ) -> None:
        monkeypatch.setattr(bill_run_stages, "CHUNK", 1)
        for _ in range(3):
            account = make_water_account(branch=branch, readings={"2026-11-10": "40"})
            pay(shift, account, [], cash("10.00"), keep_as_credit=True)
        chunks = iter(range(1, 4))

        def write_and_die(*args: Any) -> list[int]:
            written = issue_bills(*args)
            if next(chunks) == dies_in:
                raise OSError("the power is out")
            return written

        with monkeypatch.context() as failing:
            failing.setattr(bill_run_chunks, "issue_bills", write_and_die)
            with pytest.raises(OSError, match="the power is out"):
                run()
        assert Bill.objects.count() == dies_in - 1
        assert broken_invariants() == []

        finished = run()

        assert Bill.objects.count() == 3
        assert finished.summary == {"bills": 3, "amount": "411.60", "unpriced": []}
        assert broken_invariants() == []

    def test_tells_how_far_it_is(self, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bill_run_stages, "CHUNK", 2)
        for _ in range(3):
            make_water_account(branch=branch, readings={"2026-11-10": "40"})
        told: list[tuple[int, int]] = []

        run(progress=lambda done, total: told.append((done, total)))

        assert told == [(2, 3), (3, 3)]

    def test_reports_what_it_cannot_price_and_bills_the_rest(self, branch: Branch) -> None:
        good = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        bad = make_water_account(branch=branch, readings={"2026-10-10": "50"})
        run("2026-10")
        reading = read(bad.installations.get(), "2026-11-10", "49")

        summary = run().summary

        assert the_bill(good).amount == Decimal("137.20")
        assert [account_no for account_no, _ in summary["unpriced"]] == [bad.account_no]
        reading.value = Decimal("51")
        reading.save()
        assert run().summary["unpriced"] == []
        assert the_bill(bad).quantity == Decimal("1")

    def test_bills_one_branch_when_asked(self, branch: Branch) -> None:
        here = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        make_water_account(branch=make_branch(), readings={"2026-11-10": "40"})

        run(branch=branch)

        assert list(Bill.objects.values_list("account", flat=True)) == [here.pk]

    def test_bills_what_a_stopped_account_used_before(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        Account.objects.filter(pk=account.pk).update(state="STOPPED")

        run()

        assert the_bill(account).amount == Decimal("137.20")

    def test_passes_over_closed_accounts(self, branch: Branch) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        close_account(account, reason="搬走", actor=None, at=MORNING)

        assert run().summary["bills"] == 0

    def test_leaves_its_start_and_its_continuation_in_the_audit_trail(self, branch: Branch) -> None:
        run()
        run()

        actions = AuditEntry.objects.filter(object_type="billing.billrun").order_by("id")
        assert [entry.action for entry in actions] == ["run_billing", "continue_billing"]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"service": "STEAM"}, "unknown_service"),
            ({"service": "GAS"}, "no_tariff"),
            ({"period": "2026-13"}, "bad_period"),
            ({"period": "2026-1"}, "bad_period"),
            ({"period": "2025-26"}, "bad_period"),
            ({"period": ""}, "bad_period"),
        ],
    )
    def test_refuses_and_bills_nothing(self, branch: Branch, changes: dict[str, Any], code: str) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        before = all_rows()

        with pytest.raises(BillRunRefused) as refusal:
            run(**changes)

        assert refusal.value.code == code
        assert all_rows() == before

    def test_refuses_a_closed_day(self, branch: Branch) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        close_business_day(ISSUED_ON, closed_by=make_staff(role="finance", branch=branch), at=MORNING)
        before = all_rows()

        with pytest.raises(BillRunRefused) as refusal:
            run()

        assert refusal.value.code == "day_closed"
        assert all_rows() == before


class TestHeatingByArea:
    @pytest.fixture(autouse=True)
    def heating(self) -> None:
        make_heating_tariff()

    def test_is_the_area_times_the_price_once_a_season(self, branch: Branch) -> None:
        home = make_account(branch=branch)
        shop = make_account(branch=branch, category="NONRESIDENT", billed_area=Decimal("33.33"))

        run("2026-27", service="HEAT")
        run("2026-27", service="HEAT")

        assert [the_bill(one, "2026-27").amount for one in (home, shop)] == [
            Decimal("2329.60"),
            Decimal("1066.56"),
        ]
        assert the_bill(home, "2026-27").period_to == datetime.date(2027, 3, 31)
        assert broken_invariants() == []

    def test_passes_over_an_account_that_is_suspended_for_the_season(self, branch: Branch) -> None:
        make_account(branch=branch, state="SUSPENDED")

        assert run("2026-27", service="HEAT").summary["bills"] == 0
