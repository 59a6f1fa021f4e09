"""Readings, bills, late money, a wrong payment and its way back: the books hold after every chapter."""

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.models import Account, Branch
from billing.models import Balance, Bill, Payment
from billing.services.bill_run import run_billing
from billing.services.business_days import close_business_day
from counters.models import Shift
from counters.services.payments import reverse_payment_at_counter, void_payment_at_counter
from counters.services.shifts import expected_cash
from tests.billing.metering import make_tariff, make_water_account, read
from tests.counters.days import close_short
from tests.counters.rows import broken_invariants
from tests.factories.accounts import make_branch, make_staff
from tests.factories.billing import make_late_charge_rule
from tests.factories.counters import MORNING, cash, make_shift, pay, pos

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch() -> Branch:
    branch = make_branch()
    make_tariff(branch=branch)
    make_late_charge_rule(service="WATER")
    return branch


@pytest.fixture
def wang(branch: Branch) -> Account:
    return make_water_account(branch=branch)


class TestAYearOfOneCustomer:
    def test_ends_with_books_that_hold(self, branch: Branch, wang: Account) -> None:
        # January: 40 m³ are billed on the 16th and due on the 31st.
        january = self.bill(branch, wang, "2026-01", "40")
        assert january.amount == Decimal("137.20")

        # February: part of it is paid ten days late, in cash; the rest and its late charge a week later.
        shift = self.begin(branch, "2026-02-10")
        pay(shift, wang, [january], cash("100.00"), at=shift.opened_at)
        self.end(shift)
        shift = self.begin(branch, "2026-02-17")
        last = pay(shift, wang, [january], cash("50.00"), at=shift.opened_at)
        # 10 days × 0.5 % × 137.20 = 6.86, and 7 days × 0.5 % × 37.20 = 1.30.
        assert last.change_given == Decimal("50.00") - Decimal("37.20") - Decimal("8.16")
        self.end(shift)

        # March: she pays in advance; the April bill takes it by itself.
        shift = self.begin(branch, "2026-03-02")
        advance = pay(shift, wang, [], pos("200.00"), keep_as_credit=True, at=shift.opened_at)
        self.end(shift)
        april = self.bill(branch, wang, "2026-04", "90")
        assert april.state == Bill.State.PAID
        assert Balance.objects.get(account=wang).prepaid == Decimal("28.50")

        # May: the advance was her neighbour's money. The credit goes back first, then the advance.
        shift = self.begin(branch, "2026-05-06")
        self.undo(Payment.objects.get(channel="CREDIT"), shift)
        self.undo(advance, shift)
        april.refresh_from_db()
        assert (april.outstanding, Balance.objects.get(account=wang).prepaid) == (
            Decimal("171.50"),
            Decimal("0.00"),
        )

        # The same morning the cashier takes a card for it, charges too little, voids it, and does it right.
        too_little = pay(shift, wang, [april], pos("17.15", "0506001"), at=shift.opened_at)
        void_payment_at_counter(
            too_little,
            shift=shift,
            request_id=uuid4(),
            reason="WRONG_AMOUNT",
            note="",
            voided_by=shift.cashier,
            at=shift.opened_at,
        )
        # Due on 1 May: 5 days × 0.5 % × 171.50 = 4.29.
        right = pay(shift, wang, [april], pos("175.79", "0506001"), at=shift.opened_at)
        assert right.allocated == Decimal("175.79")
        self.end(shift)

        # Nothing is owed, nothing is left over, and the day can be closed.
        finance = make_staff(role="finance", branch=branch)
        close_business_day(datetime.date(2026, 5, 6), closed_by=finance, at=self.at("2026-05-07"))
        balance = Balance.objects.get(account=wang)
        assert (balance.receivable, balance.prepaid) == (Decimal("0.00"), Decimal("0.00"))
        assert broken_invariants() == []

    @staticmethod
    def at(date: str) -> datetime.datetime:
        return datetime.datetime.combine(datetime.date.fromisoformat(date), MORNING.timetz())

    def begin(self, branch: Branch, date: str) -> Shift:
        return make_shift(make_staff(branch=branch), at=self.at(date))

    def end(self, shift: Shift) -> None:
        # Late charges are paid to the fen, the drawer is counted to the jiao.
        close_short(shift, str(expected_cash(shift) % Decimal("0.10")), shift.opened_at)
        assert broken_invariants() == []

    def bill(self, branch: Branch, account: Account, period: str, register: str) -> Bill:
        read(account.installations.get(), f"{period}-10", register)
        run_billing(
            service="WATER",
            period=period,
            issued_on=datetime.date.fromisoformat(f"{period}-16"),
            branch=branch,
            started_by=None,
            at=self.at(f"{period}-16"),
        )
        assert broken_invariants() == []
        bill: Bill = Bill.objects.get(account=account, period=period)
        return bill

    def undo(self, payment: Payment, shift: Shift) -> None:
        reverse_payment_at_counter(
            payment,
            shift=shift,
            request_id=uuid4(),
            reason="WRONG_ACCOUNT",
            note="邻居的钱",
            reversed_by=shift.cashier,
            approved_by=make_staff(role="supervisor", branch=shift.window.hall.branch),
            at=shift.opened_at,
        )
        assert broken_invariants() == []
