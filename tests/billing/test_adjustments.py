"""Credits and extra charges beside the tariff: one proposes, another decides."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import Adjustment, Balance, Bill, Posting
from billing.services.adjustments import approve_adjustment, propose_adjustment, refuse_adjustment
from billing.services.cancellations import cancel_bill
from counters.models import Shift
from counters.services.payments import void_payment_at_counter
from tests.counters.rows import all_rows, broken_invariants, refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


def propose(account: Account, by: Staff, amount: str, bill: Bill | None = None, **changes: Any) -> Adjustment:
    return propose_adjustment(
        account,
        bill=bill,
        **{
            "amount": Decimal(amount),
            "component": "heating",
            "reason": "TEMPERATURE",
            "note": "12 月 3 日至 9 日室温 16 ℃",
            "proposed_by": by,
            "at": MORNING,
            **changes,
        },
    )


def approve(adjustment: Adjustment, by: Staff) -> Adjustment:
    return approve_adjustment(adjustment, approved_by=by, at=MORNING)


def balance_of(account: Account) -> tuple[str, str]:
    balance = Balance.objects.get(account=account)
    return str(balance.receivable), str(balance.prepaid)


class TestAProposal:
    def test_moves_no_money(self, account: Account, finance: Staff) -> None:
        bill = make_bill(account)
        before = all_rows()

        adjustment = propose(account, finance, "-95.79", bill)

        after = all_rows()
        assert {table for table in after if after[table] != before[table]} == {
            "billing_adjustment", "accounts_auditentry",
        }  # fmt: skip
        assert (adjustment.state, adjustment.decided_by) == ("PROPOSED", None)

    @pytest.mark.parametrize(
        ("amount", "changes", "code"),
        [
            ("0", {}, "not_money"),
            ("0.001", {}, "not_money"),
            ("NaN", {}, "not_money"),
            ("-Infinity", {}, "not_money"),
            ("1000000.01", {}, "not_money"),
            ("-1.00", {"component": "Heating!"}, "unknown_component"),
            ("-1.00", {"component": ""}, "unknown_component"),
            ("-1.00", {"reason": "BECAUSE"}, "unknown_reason"),
            ("-1.00", {"note": "  "}, "note_missing"),
            ("-1.00", {"note": "长" * 201}, "note_too_long"),
            ("-100.01", {}, "more_than_the_bill"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, account: Account, finance: Staff, amount: str, changes: dict[str, Any], code: str
    ) -> None:
        bill = make_bill(account, total="100.00")

        with refused(code):
            propose(account, finance, amount, bill, **changes)

    def test_refuses_the_bill_of_somebody_else_and_the_account_of_another_branch(
        self, account: Account, branch: Branch, finance: Staff
    ) -> None:
        theirs = make_bill(make_account(branch=branch))
        with refused("not_of_this_account"):
            propose(account, finance, "-1.00", theirs)
        adviser, elsewhere = make_staff(role="adviser", branch=branch), make_account()

        with refused("unknown_account"):
            propose(elsewhere, adviser, "-1.00")


class TestACredit:
    def test_lowers_an_open_bill(self, account: Account, finance: Staff, supervisor: Staff) -> None:
        bill = make_bill(account, total="2329.60")

        adjustment = approve(propose(account, finance, "-95.79", bill), supervisor)

        bill.refresh_from_db()
        assert (bill.outstanding, bill.adjusted, bill.state) == (
            Decimal("2233.81"), Decimal("95.79"), "OPEN",
        )  # fmt: skip
        assert (adjustment.to_bill, adjustment.to_credit) == (Decimal("95.79"), Decimal(0))
        (row,) = Posting.objects.filter(adjustment=adjustment)
        assert (row.debit, row.credit, row.bill, row.business_date) == (
            "revenue:heating", "receivable", bill, TODAY,
        )  # fmt: skip
        assert balance_of(account) == ("2233.81", "0.00")
        assert broken_invariants() == []

    def test_becomes_prepaid_credit_as_far_as_the_bill_was_paid(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        bill = make_bill(account, total="100.00")
        pay(shift, account, [bill], cash("80.00"))

        adjustment = approve(propose(account, finance, "-50.00", bill), supervisor)

        bill.refresh_from_db()
        assert (bill.state, adjustment.to_bill, adjustment.to_credit) == (
            "PAID", Decimal("20.00"), Decimal("30.00"),
        )  # fmt: skip
        assert balance_of(account) == ("0.00", "30.00")
        assert broken_invariants() == []

    def test_without_a_bill_is_prepaid_credit(
        self, account: Account, finance: Staff, supervisor: Staff
    ) -> None:
        approve(propose(account, finance, "-12.34"), supervisor)

        assert balance_of(account) == ("0.00", "12.34")
        assert broken_invariants() == []

    def test_leaves_a_bill_that_is_paid_off_by_the_rest_at_the_window(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        bill = make_bill(account, total="100.00")
        approve(propose(account, finance, "-40.00", bill), supervisor)

        payment = pay(shift, account, [bill], cash("60.00"))

        bill.refresh_from_db()
        assert bill.state == "PAID"
        assert broken_invariants() == []
        void_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="PAID_TWICE", note="",
            voided_by=shift.cashier, at=MORNING,
        )  # fmt: skip
        bill.refresh_from_db()
        assert bill.outstanding == Decimal("60.00")
        assert broken_invariants() == []

    def test_that_takes_the_last_principal_off_leaves_no_late_charge(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        make_late_charge_rule(service="HEAT")
        bill = make_bill(account, total="1000.00", due_on=TODAY - datetime.timedelta(days=10))
        first = pay(shift, account, [bill], cash("600.00"))
        pay(shift, account, [bill], cash("400.00"))
        bill.refresh_from_db()
        assert bill.late_charge_left == Decimal("50.00")
        void_payment_at_counter(
            first, shift=shift, request_id=uuid4(), reason="PAID_TWICE", note="",
            voided_by=shift.cashier, at=MORNING,
        )  # fmt: skip

        approve(propose(account, finance, "-600.00", bill), supervisor)

        bill.refresh_from_db()
        assert (bill.state, bill.outstanding, bill.late_charge_left) == ("PAID", Decimal(0), Decimal(0))
        assert broken_invariants() == []

    def test_ends_with_the_bill_when_that_is_cancelled(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        bill = make_bill(account, total="100.00")
        pay(shift, account, [bill], cash("80.00"))
        approve(propose(account, finance, "-50.00", bill), supervisor)

        cancel(bill, finance, supervisor)

        # The customer has exactly the 80.00 back that he paid.
        assert balance_of(account) == ("0.00", "80.00")
        assert broken_invariants() == []

    def test_that_was_spent_keeps_the_bill_from_being_cancelled(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        bill = make_bill(account, total="100.00")
        payment = pay(shift, account, [bill], cash("100.00"))
        approve(propose(account, finance, "-50.00", bill), supervisor)
        pay(shift, account, [make_bill(account, total="50.00")])
        void_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="PAID_TWICE", note="",
            voided_by=shift.cashier, at=MORNING,
        )  # fmt: skip

        with refused("credit_spent"):
            cancel(bill, finance, supervisor)

    def test_is_not_given_twice_over_the_amount_of_the_bill(
        self, account: Account, finance: Staff, supervisor: Staff
    ) -> None:
        bill = make_bill(account, total="100.00")
        first, second = (propose(account, finance, "-60.00", bill) for _ in range(2))
        approve(first, supervisor)

        with refused("more_than_the_bill"):
            approve(second, supervisor)

    def test_is_refused_for_a_bill_that_was_cancelled_meanwhile(
        self, account: Account, finance: Staff, supervisor: Staff
    ) -> None:
        bill = make_bill(account, total="100.00")
        adjustment = propose(account, finance, "-60.00", bill)
        cancel(bill, finance, supervisor)

        with refused("bill_cancelled"):
            approve(adjustment, supervisor)


def cancel(bill: Bill, finance: Staff, supervisor: Staff) -> None:
    cancel_bill(
        bill, reason="OTHER", note="", cancelled_by=finance, approved_by=supervisor, request_id=uuid4(),
        at=MORNING,
    )  # fmt: skip


class TestAnExtraCharge:
    def test_is_a_bill_of_its_own_with_the_reason_in_words(
        self, account: Account, finance: Staff, supervisor: Staff
    ) -> None:
        adjustment = approve(
            propose(
                account, finance, "88.00", reason="NOT_BILLED", component="supply", note="换表期间 20 吨"
            ),
            supervisor,
        )

        charge = adjustment.charge
        assert charge is not None
        assert (charge.kind, charge.amount, charge.state) == ("ONE_OFF", Decimal("88.00"), "OPEN")
        (line,) = charge.lines.all()
        assert line.component == "supply"
        assert line.sentence.endswith("：换表期间 20 吨")
        assert line.sentence_en == "use that was not billed: 换表期间 20 吨"
        assert balance_of(account) == ("88.00", "0.00")
        assert broken_invariants() == []

    def test_is_paid_by_prepaid_credit_at_once(
        self, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        pay(shift, account, [], cash("50.00"), keep_as_credit=True)

        adjustment = approve(propose(account, finance, "88.00"), supervisor)

        assert adjustment.charge is not None
        assert adjustment.charge.outstanding == Decimal("38.00")
        assert broken_invariants() == []

    def test_happens_twice_on_one_day(self, account: Account, finance: Staff, supervisor: Staff) -> None:
        for amount in ("1.00", "2.00"):
            approve(propose(account, finance, amount), supervisor)

        assert balance_of(account) == ("3.00", "0.00")


class TestTheDecision:
    def test_is_made_by_another_person_with_the_right(
        self, account: Account, finance: Staff, cashier: Staff, supervisor: Staff
    ) -> None:
        own = propose(account, supervisor, "-1.00")
        with refused("same_person"):
            approve(own, supervisor)
        with refused("may_not_approve"):
            approve(own, cashier)
        with refused("same_person"):
            refuse_adjustment(own, refused_by=supervisor, at=MORNING)

    def test_by_the_same_person_is_refused_by_the_database_too(
        self, account: Account, finance: Staff
    ) -> None:
        adjustment = propose(account, finance, "-1.00")

        with pytest.raises(IntegrityError, match="another_person"), transaction.atomic():
            Adjustment.objects.filter(pk=adjustment.pk).update(
                state="APPROVED",
                decided_by=finance,
                decided_at=MORNING,
                business_date=TODAY,
                to_credit="1.00",
            )

    def test_is_made_once(self, account: Account, finance: Staff, supervisor: Staff) -> None:
        adjustment = approve(propose(account, finance, "-1.00"), supervisor)

        with refused("already_decided"):
            approve(adjustment, supervisor)
        with refused("already_decided"):
            refuse_adjustment(adjustment, refused_by=supervisor, at=MORNING)

    def test_to_refuse_leaves_the_money_where_it_was(
        self, account: Account, finance: Staff, supervisor: Staff
    ) -> None:
        adjustment = propose(account, finance, "-1.00", make_bill(account))

        refuse_adjustment(adjustment, refused_by=supervisor, at=MORNING)

        adjustment.refresh_from_db()
        assert (adjustment.state, adjustment.decided_by) == ("REFUSED", supervisor)
        assert balance_of(account) == ("100.00", "0.00")
        assert AuditEntry.objects.filter(action="refuse_adjustment", actor=supervisor).count() == 1
        assert broken_invariants() == []
