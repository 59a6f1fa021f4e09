from decimal import Decimal

import pytest

from billing.models import Balance, Bill, Posting
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import cash, make_shift, pay

pytestmark = pytest.mark.django_db


class TestTakePaymentAtCounter:
    def test_settles_the_bill_and_gives_change_on_cash(self) -> None:
        branch = make_branch()
        cashier = make_staff(branch=branch)
        shift = make_shift(cashier)
        account = make_account(branch=branch)
        bill = make_bill(account, total="86.20")

        payment = pay(shift, account, [bill], cash("100.00"))

        bill.refresh_from_db()
        assert (bill.state, bill.outstanding) == (Bill.State.PAID, Decimal("0.00"))
        assert payment.change_given == Decimal("13.80")
        assert payment.receipt.number.endswith("A-0001")
        assert Balance.objects.get(account=account).receivable == 0
        assert Posting.objects.filter(payment=payment).count() == 1
