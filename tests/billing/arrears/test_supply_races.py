"""The payment and the valve at one moment: whoever has the account's lock first is right, and nobody is cut in vain."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from accounts.models import Account
from billing.models import Bill, SupplyOrder
from billing.queries.arrears.order_checks import look_at
from billing.services.arrears.field_work import carry_out_order
from billing.services.arrears.money import money_came
from billing.services.arrears.supply_orders import approve_order
from tests.billing.arrears.supply_people import PHOTO
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove_row_locks
from tests.counters.rows import broken_invariants
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.counters import MORNING, cash, make_shift, pay
from tests.factories.supply import make_given, make_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


class Door:
    """A worker at the valve and the customer at a window."""

    def __init__(self) -> None:
        branch = make_branch()
        self.account = make_account(branch=branch)
        self.worker = make_staff(role="collector", branch=branch)
        self.order = make_given(self.account, self.worker)
        self.shift = make_shift(make_staff(branch=branch))
        self.bills = list(self.account.bills.all())

    def cut(self) -> SupplyOrder:
        return carry_out_order(self.order, photo=PHOTO, meter_value=None, by=self.worker, at=MORNING)

    def pay(self) -> Any:
        return pay(self.shift, self.account, self.bills, cash("300.00"))


class TestCuttingWhileTheCustomerPays:
    def test_cuts_before_the_payment_or_not_at_all(self) -> None:
        door = Door()

        results = at_once(door.cut, door.pay)

        order = SupplyOrder.objects.get(pk=door.order.pk)
        cut_first = order.state == "DONE" and order.recheck["debt"] == "300.00"
        paid_first = order.state == "CANCELLED" and order.recheck["debt"] == "0.00"
        assert cut_first != paid_first
        assert outcomes(results) == {"SupplyOrder": 1, "Payment": 1}
        assert Account.objects.get(pk=door.account.pk).state == ("STOPPED" if cut_first else "ACTIVE")
        # Whoever was cut a moment before the money came is supplied again.
        assert SupplyOrder.objects.filter(kind="RESTORE").exists() == cut_first
        assert broken_invariants() == []

    def test_would_leave_a_customer_cut_who_has_paid_without_the_lock(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        door, both_have_looked = Door(), Barrier(2)

        def met(look: Callable[..., Any]) -> Callable[..., Any]:
            def then_wait(*args: Any) -> Any:
                answer = look(*args)
                both_have_looked.wait(timeout=20)
                return answer

            return then_wait

        remove_row_locks(monkeypatch)
        monkeypatch.setattr("billing.services.arrears.field_work.look_at", met(look_at))
        monkeypatch.setattr("billing.services.payments.money_came", met(money_came))

        at_once(door.cut, door.pay)

        assert Bill.objects.get().state == "PAID"
        assert Account.objects.get(pk=door.account.pk).state == "STOPPED"
        assert not SupplyOrder.objects.filter(kind="RESTORE").exists()


class TestTwoWorkersAtOneValve:
    def both(self) -> list[Any]:
        door = Door()
        return at_once(door.cut, door.cut)

    def test_cut_it_once(self) -> None:
        assert outcomes(self.both()) == {"SupplyOrder": 1, "not_approved": 1}

    def test_would_both_look_at_an_order_that_stands_without_the_lock(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "billing.services.arrears.field_work.look_at", 2, afterwards=True)

        assert outcomes(self.both())["not_approved"] == 0


class TestTwoSupervisors:
    def test_decide_once(self) -> None:
        assert outcomes(self.both()) == {"SupplyOrder": 1, "already_decided": 1}

    def test_would_both_decide_without_the_lock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "billing.services.arrears.supply_orders.look_at", 2, afterwards=True)

        assert outcomes(self.both()) == {"SupplyOrder": 2}

    def both(self) -> list[Any]:
        branch = make_branch()
        order = make_order(make_account(branch=branch))
        people = [make_staff(role="supervisor", branch=branch) for _ in range(2)]

        return at_once(*(partial(approve_order, order, decided_by=one, at=MORNING) for one in people))
