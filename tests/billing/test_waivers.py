"""Late charge that is not asked for: one proposes, another approves within the own limit."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account, Branch, Staff
from billing.models import ApprovalLimit, Bill, Waiver
from billing.queries.late_charges import debts_on
from billing.services.waivers import approve_waiver, propose_waiver, refuse_waiver
from counters.models import Shift
from counters.services.payments import void_payment_at_counter
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def overdue(account: Account) -> Bill:
    """1,000.00, ten days late at 5 per mille a day: 50.00."""
    make_late_charge_rule(service="HEAT")
    return make_bill(account, total="1000.00", due_on=TODAY - datetime.timedelta(days=10))


def propose(bill: Bill, by: Staff, amount: str, **changes: Any) -> Waiver:
    return propose_waiver(
        bill,
        **{
            "amount": Decimal(amount),
            "reason": "SYSTEM_OUTAGE",
            "note": "系统停机三天",
            "proposed_by": by,
            "at": MORNING,
            **changes,
        },
    )


def approve(waiver: Waiver, by: Staff, at: datetime.datetime = MORNING) -> Waiver:
    return approve_waiver(waiver, approved_by=by, at=at)


def late_charge(bill: Bill, days: int = 0) -> Decimal:
    (debt,) = debts_on(
        [Bill.objects.select_related("account").get(pk=bill.pk)], TODAY + datetime.timedelta(days=days)
    )
    return debt.late_charge


class TestAWaiver:
    def test_lowers_what_is_asked_for_from_then_on(
        self, overdue: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        waiver = propose(overdue, finance, "20.00")
        assert late_charge(overdue) == Decimal("50.00")

        approve(waiver, supervisor)

        assert (late_charge(overdue), late_charge(overdue, days=1)) == (Decimal("30.00"), Decimal("35.00"))
        assert broken_invariants() == []

    def test_stands_in_the_sentence_of_the_late_charge(
        self, overdue: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        approve(propose(overdue, finance, "20.00"), supervisor)

        (debt,) = debts_on([overdue], TODAY)

        assert debt.late_charge_sentence.endswith("，已减免 20.00 元")
        assert debt.late_charge_sentence_en.endswith(", 20.00 yuan waived")

    def test_leaves_so_much_less_to_pay(
        self, overdue: Bill, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        approve(propose(overdue, finance, "20.00"), supervisor)

        payment = pay(shift, account, [overdue], cash("1030.00"))

        overdue.refresh_from_db()
        assert (overdue.state, payment.change_given) == ("PAID", Decimal(0))
        assert broken_invariants() == []

    def test_lowers_what_was_left_on_a_bill_whose_principal_is_paid(
        self, overdue: Bill, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        pay(shift, account, [overdue], cash("1010.00"))
        overdue.refresh_from_db()
        assert overdue.late_charge_left == Decimal("40.00")

        approve(propose(overdue, finance, "15.00"), supervisor)
        overdue.refresh_from_db()
        assert (overdue.state, overdue.late_charge_left) == ("OPEN", Decimal("25.00"))
        assert broken_invariants() == []
        approve(propose(overdue, finance, "25.00"), supervisor)

        overdue.refresh_from_db()
        assert (overdue.state, overdue.late_charge_left) == ("PAID", Decimal(0))
        assert broken_invariants() == []

    def test_of_what_was_left_still_counts_when_the_payment_is_undone(
        self, overdue: Bill, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        payment = pay(shift, account, [overdue], cash("1010.00"))
        approve(propose(overdue, finance, "15.00"), supervisor)

        void_payment_at_counter(
            payment, shift=shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="",
            voided_by=shift.cashier, at=MORNING,
        )  # fmt: skip

        assert late_charge(overdue) == Decimal("35.00")
        assert broken_invariants() == []
        pay(shift, account, [overdue], cash("1000.00"))
        overdue.refresh_from_db()
        assert overdue.late_charge_left == Decimal("35.00")
        assert broken_invariants() == []

    @pytest.mark.parametrize(
        ("amount", "changes", "code"),
        [
            ("50.01", {}, "more_than_accrued"),
            ("0", {}, "not_money"),
            ("-1", {}, "not_money"),
            ("0.001", {}, "not_money"),
            ("NaN", {}, "not_money"),
            ("1", {"reason": "BECAUSE"}, "unknown_reason"),
            ("1", {"note": ""}, "note_missing"),
            ("1", {"note": "长" * 201}, "note_too_long"),
        ],
    )
    def test_is_refused_and_nothing_written(
        self, overdue: Bill, finance: Staff, amount: str, changes: dict[str, Any], code: str
    ) -> None:
        with refused(code):
            propose(overdue, finance, amount, **changes)

    def test_is_refused_for_a_bill_of_another_branch(self, branch: Branch) -> None:
        elsewhere, adviser = make_bill(make_account()), make_staff(role="adviser", branch=branch)

        with refused("unknown_bill"):
            propose(elsewhere, adviser, "1.00")


class TestTheDecision:
    @pytest.mark.parametrize(
        ("role", "total", "amount", "is_within"),
        [
            ("supervisor", "4000.00", "200.00", True),
            ("supervisor", "4000.20", "200.01", False),
            ("manager", "100000.00", "5000.00", True),
            ("manager", "100000.20", "5000.01", False),
        ],
    )
    def test_stays_within_the_limit_of_the_role(
        self,
        account: Account,
        branch: Branch,
        finance: Staff,
        role: str,
        total: str,
        amount: str,
        is_within: bool,
    ) -> None:
        """domain.md 2.2.7: supervisor 200 yuan, manager 5,000."""
        make_late_charge_rule(service="HEAT")
        bill = make_bill(account, total=total, due_on=TODAY - datetime.timedelta(days=10))
        waiver, person = propose(bill, finance, amount), make_staff(role=role, branch=branch)

        if is_within:
            assert approve(waiver, person).state == "APPROVED"
        else:
            with refused("above_limit"):
                approve(waiver, person)

    def test_follows_the_limit_that_stands_in_the_table(
        self, overdue: Bill, finance: Staff, supervisor: Staff
    ) -> None:
        waiver = propose(overdue, finance, "20.00")
        ApprovalLimit.objects.filter(what="WAIVER", role="supervisor").update(amount="19.99")

        with refused("above_limit"):
            approve(waiver, supervisor)

    def test_is_made_by_another_person_and_once(
        self, overdue: Bill, finance: Staff, supervisor: Staff, cashier: Staff
    ) -> None:
        own = propose(overdue, supervisor, "1.00")
        with refused("same_person"):
            approve(own, supervisor)
        with refused("may_not_approve"):
            approve(own, cashier)
        waiver = propose(overdue, finance, "1.00")
        refuse_waiver(waiver, refused_by=supervisor, at=MORNING)

        with refused("already_decided"):
            approve(waiver, supervisor)
        assert late_charge(overdue) == Decimal("50.00")

    def test_looks_again_at_what_has_accrued(
        self, overdue: Bill, account: Account, shift: Shift, finance: Staff, supervisor: Staff
    ) -> None:
        waiver = propose(overdue, finance, "50.00")
        pay(shift, account, [overdue], cash("1010.00"))

        with refused("more_than_accrued"):
            approve(waiver, supervisor)
