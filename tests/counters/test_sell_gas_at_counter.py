import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Account, Branch
from billing.card_content import MeterKind
from billing.models import Balance, CardWrite, GasCard, GasPurchase
from billing.queries.books import examine
from billing.queries.tier_position import tier_sentence
from counters.models import Shift
from counters.queries.books import BOOKS
from counters.services.payments import void_payment_at_counter
from tests.factories.accounts import make_staff
from tests.factories.counters import cash, make_shift, pos
from tests.gas import (
    make_gas_account,
    make_gas_card,
    make_gas_tariff,
    open_write,
    put_into_meter,
    read_card,
    sell,
    write,
)
from tests.hall import books

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def prices() -> None:
    make_gas_tariff()


@pytest.fixture
def account(branch: Branch) -> Account:
    return make_gas_account(branch)


@pytest.fixture
def card(account: Account, shift: Shift, tmp_path: Path) -> GasCard:
    return make_gas_card(account, shift, tmp_path)


def noon(day: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{day}T12:00:00+08:00")


def broken_books() -> set[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        return {one.name for one in BOOKS if not examine(one, cursor).holds}


class TestSellGasAtCounter:
    def test_prices_case_p08_by_what_was_bought_and_gives_the_tier_back(
        self, account: Account, branch: Branch, tmp_path: Path
    ) -> None:
        cashiers = [make_staff(branch=branch) for _ in range(4)]
        january, may, november, new_year = (
            partial(make_shift, cashier, at=noon(day))()
            for cashier, day in zip(
                cashiers, ("2025-01-10", "2025-05-06", "2025-11-03", "2026-01-05"), strict=True
            )
        )
        card = make_gas_card(account, january, tmp_path)

        def buy(shift: Shift, volume: int, *, takes_over: bool = True) -> GasPurchase:
            shift.window.card_reader = "FILE"
            shift.window.save()
            purchase = sell(card, shift, tmp_path, volume, at=noon(shift.business_date.isoformat()))
            if takes_over:
                assert write(purchase, tmp_path).state == CardWrite.State.WRITTEN
                put_into_meter(card, tmp_path)
            return purchase

        first, second = buy(january, 150), buy(may, 150)
        third = buy(november, 100, takes_over=False)
        undo(third, november)
        fourth, fifth = buy(november, 60), buy(new_year, 100)

        amounts = [one.bill.amount for one in (first, second, third, fourth, fifth) if one.bill]
        assert amounts == [
            Decimal("474.00"), Decimal("483.40"), Decimal("407.40"), Decimal("217.80"), Decimal("316.00"),
        ]  # fmt: skip
        assert Balance.objects.get(account=account).receivable == 0
        assert broken_books() == set()

    def test_takes_the_money_and_leaves_a_task_for_the_reader(
        self, card: GasCard, shift: Shift, tmp_path: Path
    ) -> None:
        purchase = sell(card, shift, tmp_path, 300, cash("500.00"), pos("500.00"))

        card.refresh_from_db()
        assert purchase.bill is not None
        payment = purchase.bill.allocations.get().payment
        assert (purchase.bill.amount, purchase.bill.outstanding) == (Decimal("957.40"), Decimal("0.00"))
        assert (payment.tendered, payment.change_given) == (Decimal("1000.00"), Decimal("42.60"))
        assert (payment.receipt.serial, card.purchase_count, card.total_purchased) == (1, 1, 300)
        assert (open_write(purchase).state, open_write(purchase).sequence) == ("PENDING", 1)
        assert "300" in tier_sentence(card.account_id)
        assert broken_books() == set()

    def test_sells_once_when_it_is_asked_twice(self, card: GasCard, shift: Shift, tmp_path: Path) -> None:
        reading = read_card(card, shift, tmp_path)
        again = partial(sell, card, shift, tmp_path, 100, request_id=uuid4(), reading=reading)

        assert again() == again()
        assert (GasPurchase.objects.count(), shift_receipts(shift)) == (1, 1)

    def test_refuses_the_form_of_another_sale(self, card: GasCard, shift: Shift, tmp_path: Path) -> None:
        first = sell(card, shift, tmp_path, 100)

        assert refused(sell, card, shift, tmp_path, 101, request_id=first.request_id) == "form_reused"

    def test_sells_the_next_gas_once_the_meter_has_taken_the_last(
        self, card: GasCard, shift: Shift, tmp_path: Path
    ) -> None:
        write(sell(card, shift, tmp_path, 100), tmp_path)
        assert refused(sell, card, shift, tmp_path, 50) == "gas_on_card"

        put_into_meter(card, tmp_path)

        assert sell(card, shift, tmp_path, 50).sequence == 2

    def test_sells_as_much_as_the_kind_of_meter_takes(
        self, branch: Branch, shift: Shift, tmp_path: Path
    ) -> None:
        large = make_gas_card(
            make_gas_account(branch), shift, tmp_path, card_no="40000020", meter_kind=MeterKind.LARGE
        )

        purchase = sell(large, shift, tmp_path, 5000, pos("30000.00"), cash("0.01")) if False else None
        small = make_gas_card(make_gas_account(branch), shift, tmp_path, card_no="40000021")

        assert purchase is None
        assert refused(sell, small, shift, tmp_path, 2000) == "bad_volume"
        assert sell(large, shift, tmp_path, 2000, cash("9999.00")).volume == 2000


def shift_receipts(shift: Shift) -> int:
    shift.refresh_from_db()
    return shift.receipts_issued


def undo(purchase: GasPurchase, shift: Shift) -> None:
    assert purchase.bill is not None
    void_payment_at_counter(
        purchase.bill.allocations.get().payment,
        shift=shift,
        request_id=uuid4(),
        reason="CUSTOMER_REQUEST",
        note="",
        voided_by=shift.cashier,
        at=noon(shift.business_date.isoformat()),
    )


def refused(call: Any, *args: Any, **fields: Any) -> str:
    """The code of the refusal, after which nothing new stands in any book."""
    before = books(), GasPurchase.objects.count(), CardWrite.objects.count()
    with pytest.raises(ValidationError) as refusal:
        call(*args, **fields)
    assert (books(), GasPurchase.objects.count(), CardWrite.objects.count()) == before
    return str(refusal.value.code)
