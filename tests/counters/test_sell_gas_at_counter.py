import datetime
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.models import Account, Branch, Staff
from accounts.models.account import Service
from billing.card_content import CardCode, MeterKind
from billing.models import Balance, CardWrite, GasCard, GasPurchase, GasSaleRule, Payment, Tariff
from billing.queries.tier_position import tier_sentence
from billing.services.gas_cards import change_card_state, record_safety_check
from billing.services.gas_prices import gas_prices_of
from counters.models import Shift
from counters.readers.file_reader import FileReader
from counters.services.gas_sales import FRESH_READING, sell_gas_at_counter
from counters.services.payments import void_payment_at_counter
from counters.services.shifts import close_shift
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove_row_locks
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, pay, pos
from tests.gas import (
    a_sale,
    give_reader,
    make_gas_account,
    make_gas_card,
    make_gas_tariff,
    open_write,
    put_into_meter,
    read_card,
    sell,
    write,
)

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


@pytest.fixture(autouse=True)
def tariff() -> Tariff:
    return make_gas_tariff()


@pytest.fixture
def account(branch: Branch) -> Account:
    return make_gas_account(branch)


@pytest.fixture
def card(account: Account, shift: Shift, tmp_path: Path) -> GasCard:
    return make_gas_card(account, shift, tmp_path)


def noon(day: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{day}T12:00:00+08:00")


def put_on_card(card: GasCard, folder: Path, **changes: Any) -> None:
    """Somebody else than the counter has changed the card."""
    reader = FileReader(folder, card.card_no)
    reader.write(replace(reader.read(), **changes))


class TestSellGasAtCounter:
    def test_prices_case_p08a_by_what_was_bought_and_gives_the_tier_back(
        self, account: Account, branch: Branch, tmp_path: Path
    ) -> None:
        days = ("2025-01-10", "2025-05-06", "2025-11-03", "2026-01-05")
        january, may, november, new_year = (
            make_shift(make_staff(branch=branch), at=noon(day)) for day in days
        )
        card = make_gas_card(account, january, tmp_path)

        def buy(shift: Shift, volume: int, *, takes_over: bool = True) -> GasPurchase:
            give_reader(shift.window)
            purchase = sell(card, shift, tmp_path, volume, at=noon(shift.business_date.isoformat()))
            if takes_over:
                write(purchase, tmp_path)
                put_into_meter(card, tmp_path)
            return purchase

        first, second, third = buy(january, 150), buy(may, 150), buy(november, 100, takes_over=False)
        assert third.bill is not None
        void_payment_at_counter(
            third.bill.allocations.get().payment,
            shift=november,
            request_id=uuid4(),
            reason="CUSTOMER_REQUEST",
            note="",
            voided_by=november.cashier,
            at=noon("2025-11-03"),
        )
        fourth, fifth = buy(november, 60), buy(new_year, 100)

        amounts = [one.bill.amount for one in (first, second, third, fourth, fifth) if one.bill]
        assert amounts == [Decimal(one) for one in ("474.00", "483.40", "407.40", "217.80", "316.00")]
        assert Balance.objects.get(account=account).receivable == 0
        assert broken_invariants() == []

    def test_prices_case_p08b_for_a_household_of_six(
        self, branch: Branch, shift: Shift, tmp_path: Path
    ) -> None:
        card = make_gas_card(make_gas_account(branch, persons=6), shift, tmp_path)
        amounts = []

        for volume in (300, 200, 50):
            purchase = sell(card, shift, tmp_path, volume)
            write(purchase, tmp_path)
            put_into_meter(card, tmp_path)
            amounts.append(purchase.bill.amount if purchase.bill else None)

        assert amounts == [Decimal("948.00"), Decimal("669.60"), Decimal("237.00")]

    def test_takes_the_money_and_leaves_a_task_for_the_reader(
        self, card: GasCard, shift: Shift, tmp_path: Path
    ) -> None:
        purchase = sell(card, shift, tmp_path, 300, cash("500.00"), pos("500.00"))

        card.refresh_from_db()
        shift.refresh_from_db()
        assert purchase.bill is not None
        payment = purchase.bill.allocations.get().payment
        assert (purchase.bill.amount, purchase.bill.outstanding) == (Decimal("957.40"), Decimal("0.00"))
        assert (payment.tendered, payment.change_given) == (Decimal("1000.00"), Decimal("42.60"))
        assert (shift.receipts_issued, card.purchase_count, card.total_purchased) == (1, 1, 300)
        task = open_write(purchase)
        assert (task.state, task.sequence, task.volume, task.may_be_on_card) == ("PENDING", 1, 300, False)
        assert "300" in tier_sentence(card.account_id)
        assert broken_invariants() == []

    def test_draws_on_prepaid_credit_first(self, card: GasCard, shift: Shift, tmp_path: Path) -> None:
        pay(shift, card.account, [], cash("100.00"), keep_as_credit=True)

        purchase = sell(card, shift, tmp_path, 100, cash("216.00"))

        assert purchase.bill is not None
        assert purchase.bill.amount == Decimal("316.00")
        assert Balance.objects.get(account=card.account).prepaid == 0

    def test_sells_once_when_it_is_asked_twice(self, card: GasCard, shift: Shift, tmp_path: Path) -> None:
        wanted = a_sale(card, shift, tmp_path, 100)
        ask = partial(sell_gas_at_counter, wanted, shift=shift, sold_by=shift.cashier, at=MORNING)

        assert ask() == ask()
        assert (GasPurchase.objects.count(), Payment.objects.count()) == (1, 1)

    def test_answers_a_lost_reply_after_the_close(
        self, card: GasCard, shift: Shift, supervisor: Staff, tmp_path: Path
    ) -> None:
        wanted = a_sale(card, shift, tmp_path, 100)
        sold = sell_gas_at_counter(wanted, shift=shift, sold_by=shift.cashier, at=MORNING)
        write(sold, tmp_path)
        close_shift(
            shift, pieces={}, reason="已送存", approved_by=supervisor, closed_by=shift.cashier, at=MORNING
        )

        assert sell_gas_at_counter(wanted, shift=shift, sold_by=shift.cashier, at=MORNING) == sold

    def test_sells_the_next_gas_once_the_meter_has_taken_the_last(
        self, card: GasCard, shift: Shift, tmp_path: Path
    ) -> None:
        write(sell(card, shift, tmp_path, 100), tmp_path)
        put_into_meter(card, tmp_path)

        assert sell(card, shift, tmp_path, 50).sequence == 2

    def test_sells_more_on_the_card_of_a_large_meter(
        self, branch: Branch, shift: Shift, tmp_path: Path
    ) -> None:
        card = make_gas_card(
            make_gas_account(branch), shift, tmp_path, card_no="40000020", meter_kind=MeterKind.LARGE
        )

        assert sell(card, shift, tmp_path, 2000, cash("9999.00")).volume == 2000

    @pytest.mark.parametrize(
        ("found", "code"),
        [
            ({"volume": 7}, "gas_on_card"),
            ({"purchase_count": 1}, "count_differs"),
            ({"meter_kind": MeterKind.LARGE}, "wrong_type"),
            ({"card_no": ""}, "card_not_issued"),
            ({"card_no": "49999999"}, "card_not_issued"),
            ({"card_no": "40000077"}, "other_card"),
            ({"card_no": "40000088"}, "black_listed"),
        ],
    )
    def test_refuses_a_card_that_is_not_as_the_books_say(
        self,
        card: GasCard,
        branch: Branch,
        shift: Shift,
        tmp_path: Path,
        found: dict[str, Any],
        code: str,
    ) -> None:
        make_gas_card(make_gas_account(branch), shift, tmp_path, card_no="40000077")
        stolen = make_gas_card(make_gas_account(branch), shift, tmp_path, card_no="40000088")
        change_card_state(stolen, to="LOST", reason="挂失", changed_by=shift.cashier, at=MORNING)
        put_on_card(card, tmp_path, **found)
        wanted = a_sale(card, shift, tmp_path, 100)

        with refused(code):
            sell_gas_at_counter(wanted, shift=shift, sold_by=shift.cashier, at=MORNING)

    @pytest.mark.parametrize(
        ("arrange", "volume", "code"),
        [
            (lambda card: None, 0, "bad_volume"),
            (lambda card: None, 2000, "bad_volume"),
            (lambda card: limit(card, most=50), 51, "above_limit"),
            (lambda card: demand_safety_check(card, until=None), 10, "no_safety_check"),
            (lambda card: demand_safety_check(card, until=TODAY - datetime.timedelta(days=1)), 10, "no_safety_check"),
            (lambda card: set_state(card, "RESTRICTED"), 10, "account_state"),
            (lambda card: block(card), 10, "card_blocked"),
            (lambda card: owe(card), 10, "older_bill_skipped"),
        ],
    )  # fmt: skip
    def test_refuses_what_the_rules_forbid(
        self,
        card: GasCard,
        shift: Shift,
        tmp_path: Path,
        arrange: Callable[[GasCard], object],
        volume: int,
        code: str,
    ) -> None:
        arrange(card)
        wanted = a_sale(card, shift, tmp_path, volume)

        with refused(code):
            sell_gas_at_counter(wanted, shift=shift, sold_by=shift.cashier, at=MORNING)

    def test_sells_up_to_the_limit_and_on_the_last_day_of_the_safety_check(
        self, card: GasCard, shift: Shift, tmp_path: Path
    ) -> None:
        limit(card, most=50)
        demand_safety_check(card, until=TODAY)

        assert sell(card, shift, tmp_path, 50).volume == 50

    @pytest.mark.parametrize(
        ("money", "code"),
        [
            ((cash("315.99"),), "not_enough"),
            ((pos("316.01"),), "too_much"),
            ((), "nothing_to_take"),
        ],
    )
    def test_refuses_money_that_is_not_the_price(
        self, card: GasCard, shift: Shift, tmp_path: Path, money: tuple[Any, ...], code: str
    ) -> None:
        wanted = replace(a_sale(card, shift, tmp_path, 100), tenders=money)

        with refused(code):
            sell_gas_at_counter(wanted, shift=shift, sold_by=shift.cashier, at=MORNING)

    def test_refuses_the_form_of_another_sale(self, card: GasCard, shift: Shift, tmp_path: Path) -> None:
        wanted = a_sale(card, shift, tmp_path, 100)
        sell_gas_at_counter(wanted, shift=shift, sold_by=shift.cashier, at=MORNING)

        with refused("form_reused"):
            sell_gas_at_counter(replace(wanted, volume=99), shift=shift, sold_by=shift.cashier, at=MORNING)

    def test_refuses_while_the_last_gas_waits_to_be_written(
        self, card: GasCard, shift: Shift, tmp_path: Path
    ) -> None:
        sell(card, shift, tmp_path, 100)
        wanted = a_sale(card, shift, tmp_path, 50)

        with refused("write_unfinished"):
            sell_gas_at_counter(wanted, shift=shift, sold_by=shift.cashier, at=MORNING)

    def test_refuses_a_card_that_was_not_read_just_now_at_this_window(
        self, card: GasCard, shift: Shift, branch: Branch, tmp_path: Path
    ) -> None:
        failed = read_card(card, shift, tmp_path, on_read=(CardCode.NO_CARD,))
        old = read_card(card, shift, tmp_path, at=MORNING - FRESH_READING)
        other = make_shift(make_staff(branch=branch))
        give_reader(other.window)
        elsewhere = read_card(card, other, tmp_path)
        wanted = a_sale(card, shift, tmp_path, 100)

        for reading in (None, failed, old, elsewhere):
            with refused("card_not_read"):
                sell_gas_at_counter(
                    replace(wanted, reading=reading), shift=shift, sold_by=shift.cashier, at=MORNING
                )

    def test_refuses_an_account_without_a_card_or_of_another_service_or_branch(
        self, card: GasCard, branch: Branch, shift: Shift, stranger: Staff, tmp_path: Path
    ) -> None:
        assert stranger.branch is not None
        cardless, water = make_gas_account(branch), make_account(branch=branch, service=Service.WATER)
        foreign = make_gas_account(stranger.branch)
        wanted = a_sale(card, shift, tmp_path, 100)

        for account, code in ((cardless, "no_card"), (water, "not_gas"), (foreign, "unknown_account")):
            with refused(code):
                sell_gas_at_counter(
                    replace(wanted, account_id=account.pk), shift=shift, sold_by=shift.cashier, at=MORNING
                )

    def test_refuses_in_the_shift_of_somebody_else_and_on_another_day(
        self, card: GasCard, shift: Shift, stranger: Staff, tmp_path: Path
    ) -> None:
        colleague = make_staff(branch=card.account.branch)
        tomorrow = MORNING + datetime.timedelta(days=1)
        wanted, late = a_sale(card, shift, tmp_path, 100), a_sale(card, shift, tmp_path, 100, at=tomorrow)

        with refused("not_yours"):
            sell_gas_at_counter(wanted, shift=shift, sold_by=colleague, at=MORNING)
        with refused("another_day"):
            sell_gas_at_counter(late, shift=shift, sold_by=shift.cashier, at=tomorrow)


class TestVolumeFor:
    def test_is_the_most_gas_that_the_amount_pays(self, account: Account) -> None:
        prices = gas_prices_of(account, TODAY)

        assert [prices.volume_for(Decimal(one), 1999) for one in ("957.40", "957.39", "3.15", "99999")] == [
            300, 299, 0, 1999,
        ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
class TestTwoWindowsWithOneCard:
    """A copy of the card, or an agent that still held the reading: the books decide, not the card."""

    def sales(self, branch: Branch, tmp_path: Path) -> list[Callable[[], GasPurchase]]:
        shifts = [make_shift(make_staff(branch=branch)) for _ in range(2)]
        card = make_gas_card(make_gas_account(branch), shifts[0], tmp_path)
        give_reader(shifts[1].window)
        return [
            partial(
                sell_gas_at_counter,
                a_sale(card, shift, tmp_path, 100),
                shift=shift,
                sold_by=shift.cashier,
                at=MORNING,
            )
            for shift in shifts
        ]

    def test_sell_to_it_once(self, branch: Branch, tmp_path: Path) -> None:
        results = at_once(*self.sales(branch, tmp_path))

        assert outcomes(results) == {"GasPurchase": 1, "write_unfinished": 1}
        assert broken_invariants() == []

    def test_would_both_get_as_far_as_the_constraint_without_the_locks(
        self, branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sales = self.sales(branch, tmp_path)
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "counters.services.gas_sales.check_volume", 2)

        results = at_once(*sales)

        assert sum(isinstance(one, IntegrityError) for one in results) == 1
        assert broken_invariants() == []

    def test_sell_once_to_one_request(self, branch: Branch, tmp_path: Path) -> None:
        shift = make_shift(make_staff(branch=branch))
        card = make_gas_card(make_gas_account(branch), shift, tmp_path)
        wanted = a_sale(card, shift, tmp_path, 100)
        ask = partial(sell_gas_at_counter, wanted, shift=shift, sold_by=shift.cashier, at=MORNING)

        first, second = at_once(ask, ask)

        assert first == second
        assert (Payment.objects.count(), CardWrite.objects.filter(kind="LOAD").count()) == (1, 1)


def limit(card: GasCard, *, most: int) -> None:
    GasSaleRule.objects.create(branch=None, effective_from=TODAY, most_per_purchase=most)


def demand_safety_check(card: GasCard, *, until: datetime.date | None) -> None:
    GasSaleRule.objects.create(
        branch=card.account.branch, effective_from=TODAY, most_per_purchase=50, needs_safety_check=True
    )
    if until is not None:
        adviser = make_staff(role="adviser", branch=card.account.branch)
        record_safety_check(card, valid_until=until, recorded_by=adviser, at=MORNING)


def set_state(card: GasCard, state: str) -> None:
    Account.objects.filter(pk=card.account_id).update(state=state)


def block(card: GasCard) -> None:
    adviser = make_staff(role="adviser", branch=card.account.branch)
    change_card_state(card, to="BLOCKED", reason="疑似窃气", changed_by=adviser, at=MORNING)


def owe(card: GasCard) -> None:
    make_bill(card.account, total="12.00", due_on=TODAY - datetime.timedelta(days=1))
