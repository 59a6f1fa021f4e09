import pytest

from accounts.models import Account, AuditEntry
from billing.services.receipts import print_receipt
from counters.models import Shift
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db


class TestPrintReceipt:
    def test_counts_the_copies(self, shift: Shift, account: Account) -> None:
        receipt = pay(shift, account, [make_bill(account)], cash("100.00")).receipt

        copies = [print_receipt(receipt, printed_by=shift.cashier, at=MORNING).copy_no for _ in range(3)]

        assert copies == [1, 2, 3]

    def test_leaves_a_trace_of_every_copy_but_the_first(self, shift: Shift, account: Account) -> None:
        receipt = pay(shift, account, [make_bill(account)], cash("100.00")).receipt

        for _ in range(3):
            print_receipt(receipt, printed_by=shift.cashier, at=MORNING)

        assert AuditEntry.objects.filter(action="reprint_receipt").count() == 2
