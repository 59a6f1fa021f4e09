from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError

from accounts.models import Branch, Staff
from billing.card_content import CardCode
from billing.models import Balance, Bill, CardWrite, GasCard, GasPurchase, Payment, Posting
from billing.queries.unbilled import tier_positions
from billing.services import card_writes
from billing.services.card_writes import LEASE, claim_write, write_card
from billing.services.gas_cards import change_card_state, replace_gas_card
from billing.services.gas_reversals import ask_to_clear_card, leave_gas_on_card, take_gas_back
from billing.services.refusals import GasRefused
from counters.models import Shift
from counters.readers.file_reader import FileReader
from counters.services.payments import reverse_payment_at_counter, void_payment_at_counter
from counters.services.shifts import close_shift
from tests.counters.meeting import at_once, remove_row_locks
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, make_shift
from tests.gas import (
    PulledOut,
    make_gas_account,
    make_gas_card,
    make_gas_tariff,
    open_write,
    put_into_meter,
    reader_of,
    sell,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def prices() -> None:
    make_gas_tariff()


@pytest.fixture
def card(branch: Branch, shift: Shift, tmp_path: Path) -> GasCard:
    return make_gas_card(make_gas_account(branch), shift, tmp_path)


@pytest.fixture
def sold(card: GasCard, shift: Shift, tmp_path: Path) -> GasPurchase:
    return sell(card, shift, tmp_path, 100)


def payment_of(purchase: GasPurchase) -> Payment:
    assert purchase.bill is not None
    return purchase.bill.allocations.get().payment


def void(purchase: GasPurchase, shift: Shift, **fields: Any) -> None:
    void_payment_at_counter(
        payment_of(purchase),
        shift=shift,
        request_id=uuid4(),
        reason="CARD_NOT_WRITTEN",
        note="",
        voided_by=shift.cashier,
        **{"at": MORNING, **fields},
    )


def clear(purchase: GasPurchase, shift: Shift, folder: Path, **faults: Any) -> CardWrite:
    ask_to_clear_card(purchase, by=shift.cashier, at=MORNING)
    return write(purchase, folder, **faults)


class TestUndoAGasSale:
    def test_that_was_never_written_takes_everything_back(
        self, sold: GasPurchase, card: GasCard, shift: Shift
    ) -> None:
        void(sold, shift)

        sold.refresh_from_db()
        card.refresh_from_db()
        assert sold.bill is not None
        sold.bill.refresh_from_db()
        assert (sold.state, sold.bill.state, sold.bill.outstanding) == ("REVERSED", Bill.State.CANCELLED, 0)
        assert (card.purchase_count, card.total_purchased) == (0, 0)
        assert sold.writes.get().state == CardWrite.State.ABANDONED
        assert tier_positions([card.account_id], MORNING.date()) == {}
        assert Balance.objects.get(account=card.account).receivable == 0
        revenue = Posting.objects.filter(debit="revenue:gas", credit="receivable")
        assert [one.reverses_id is not None for one in revenue] == [True]
        assert broken_invariants() == []

    def test_gives_the_count_to_the_next_sale(
        self, sold: GasPurchase, card: GasCard, shift: Shift, tmp_path: Path
    ) -> None:
        void(sold, shift)

        again = sell(card, shift, tmp_path, 50)

        assert (again.sequence, write(again, tmp_path).state) == (1, "WRITTEN")

    def test_is_refused_while_the_gas_is_on_the_card(
        self, sold: GasPurchase, shift: Shift, tmp_path: Path
    ) -> None:
        write(sold, tmp_path)

        with refused("gas_on_card"):
            void(sold, shift)

    def test_goes_on_once_the_gas_is_off_the_card(
        self, sold: GasPurchase, card: GasCard, shift: Shift, tmp_path: Path
    ) -> None:
        write(sold, tmp_path)

        done = clear(sold, shift, tmp_path)
        waits = open_write(sold)
        void(sold, shift)

        content = FileReader(tmp_path, card.card_no).read()
        assert (done.state, content.purchase_count, content.volume) == ("WRITTEN", 0, 0)
        # Between the two steps the sale was "paid, not written": a task for everybody to see.
        assert (waits.kind, waits.state, waits.may_be_on_card) == ("LOAD", "PENDING", False)
        assert broken_invariants() == []

    def test_or_puts_the_gas_on_the_card_again(self, sold: GasPurchase, shift: Shift, tmp_path: Path) -> None:
        write(sold, tmp_path)
        clear(sold, shift, tmp_path)

        assert write(sold, tmp_path).state == CardWrite.State.WRITTEN
        with refused("gas_on_card"):
            void(sold, shift)

    def test_is_refused_when_the_meter_was_seen_to_have_taken_the_gas(
        self, sold: GasPurchase, card: GasCard, shift: Shift, tmp_path: Path
    ) -> None:
        write(sold, tmp_path)
        put_into_meter(card, tmp_path)

        tried = clear(sold, shift, tmp_path)

        assert (tried.state, tried.last_code) == (CardWrite.State.ABANDONED, CardCode.GAS_USED)
        with refused("gas_used"):
            void(sold, shift)
        with refused("gas_used"):
            ask_to_clear_card(sold, by=shift.cashier, at=MORNING)

    def test_is_refused_when_gas_was_sold_after_it(
        self, sold: GasPurchase, card: GasCard, shift: Shift, tmp_path: Path
    ) -> None:
        write(sold, tmp_path)
        put_into_meter(card, tmp_path)
        sell(card, shift, tmp_path, 50)

        with refused("gas_used"):
            void(sold, shift)

    def test_is_refused_while_nobody_knows_what_the_card_holds(
        self, sold: GasPurchase, shift: Shift, tmp_path: Path
    ) -> None:
        with pytest.raises(PulledOut):
            write(sold, tmp_path, dies_after_write=True)

        with refused("at_a_reader"):
            void(sold, shift)
        with refused("card_not_read"):
            void(sold, shift, at=MORNING + LEASE)

    def test_is_refused_while_a_reader_has_it(self, sold: GasPurchase, shift: Shift) -> None:
        claim_write(open_write(sold), at=MORNING)

        with refused("at_a_reader"):
            void(sold, shift)

    def test_is_refused_once_another_card_carries_the_gas(
        self, sold: GasPurchase, card: GasCard, shift: Shift, tmp_path: Path
    ) -> None:
        write(sold, tmp_path)
        change_card_state(card, to="LOST", reason="挂失", changed_by=shift.cashier, at=MORNING)
        replace_gas_card(
            card, card_no="40000013", is_unread=True, on=MORNING.date(), replaced_by=shift.cashier, at=MORNING
        )

        with refused("card_replaced"):
            void(sold, shift)

    def test_after_the_close_obeys_the_same_rule(
        self, sold: GasPurchase, card: GasCard, shift: Shift, supervisor: Staff, tmp_path: Path
    ) -> None:
        write(sold, tmp_path)
        close_shift(
            shift, pieces={}, reason="已送存", approved_by=supervisor, closed_by=shift.cashier, at=MORNING
        )
        other = make_shift(make_staff(branch=card.account.branch), opening_float="500.00")

        def reverse() -> None:
            reverse_payment_at_counter(
                payment_of(sold),
                shift=other,
                request_id=uuid4(),
                reason="CUSTOMER_REQUEST",
                note="",
                reversed_by=other.cashier,
                approved_by=supervisor,
                at=MORNING,
            )

        with refused("gas_on_card"):
            reverse()
        clear(sold, other, tmp_path)
        reverse()

        assert broken_invariants() == []


class TestTakingGasOffACard:
    def test_is_refused_before_the_gas_is_on_it(self, sold: GasPurchase, shift: Shift) -> None:
        with refused("not_on_card"):
            ask_to_clear_card(sold, by=shift.cashier, at=MORNING)

    def test_is_refused_twice_and_for_what_was_undone(
        self, sold: GasPurchase, shift: Shift, tmp_path: Path
    ) -> None:
        write(sold, tmp_path)
        ask_to_clear_card(sold, by=shift.cashier, at=MORNING)

        with refused("write_unfinished"):
            ask_to_clear_card(sold, by=shift.cashier, at=MORNING)
        write(sold, tmp_path)
        void(sold, shift)
        with refused("already_undone"):
            ask_to_clear_card(sold, by=shift.cashier, at=MORNING)

    def test_can_be_given_up_while_the_card_is_known(
        self, sold: GasPurchase, shift: Shift, tmp_path: Path
    ) -> None:
        write(sold, tmp_path)
        task = ask_to_clear_card(sold, by=shift.cashier, at=MORNING)

        kept = leave_gas_on_card(task, by=shift.cashier, at=MORNING)

        assert kept.state == CardWrite.State.ABANDONED
        with refused("nothing_to_write"):
            leave_gas_on_card(task, by=shift.cashier, at=MORNING)

    def test_is_not_given_up_while_the_card_is_not_known(
        self, sold: GasPurchase, shift: Shift, tmp_path: Path
    ) -> None:
        write(sold, tmp_path)
        task = ask_to_clear_card(sold, by=shift.cashier, at=MORNING)
        with pytest.raises(PulledOut):
            write(sold, tmp_path, dies_after_write=True)

        with refused("card_not_read"):
            leave_gas_on_card(task, by=shift.cashier, at=MORNING + LEASE)


@pytest.mark.django_db(transaction=True)
class TestUndoingWhileTheCardIsWritten:
    def both(
        self, branch: Branch, tmp_path: Path
    ) -> tuple[GasPurchase, Callable[[], Any], Callable[[], Any]]:
        shift = make_shift(make_staff(branch=branch))
        card = make_gas_card(make_gas_account(branch), shift, tmp_path)
        sold = sell(card, shift, tmp_path, 100)
        task = open_write(sold)
        writing = partial(write_card, task, reader=reader_of(card, tmp_path), place="", by=None, at=MORNING)
        return sold, partial(void, sold, shift), writing

    def test_gives_back_the_money_or_the_gas_and_never_both(self, branch: Branch, tmp_path: Path) -> None:
        sold, undoing, writing = self.both(branch, tmp_path)

        at_once(undoing, writing)

        sold.refresh_from_db()
        is_on_card = FileReader(tmp_path, sold.card.card_no).read().volume == 100
        assert is_on_card == (sold.state == GasPurchase.State.LIVE)
        assert broken_invariants() == []

    def test_would_give_back_both_without_the_lock(
        self, branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sold, undoing, writing = self.both(branch, tmp_path)
        was_checked, is_written = Event(), Event()

        def take_it_back_late(*args: Any, **fields: Any) -> None:
            was_checked.set()
            assert is_written.wait(timeout=20)
            take_gas_back(*args, **fields)

        def write_after_the_check() -> Any:
            assert was_checked.wait(timeout=20)
            with suppress(GasRefused, DatabaseError):
                writing()
            is_written.set()

        monkeypatch.setattr("billing.services.reversals.take_gas_back", take_it_back_late)
        remove_row_locks(monkeypatch)

        # The writer stops at recording its success, once the sale is gone; the card holds the gas all the same.
        monkeypatch.setattr(card_writes, "finish_attempt", lambda write, *_, **__: write)
        at_once(undoing, write_after_the_check)

        sold.refresh_from_db()
        assert FileReader(tmp_path, sold.card.card_no).read().volume == 100
        assert sold.state == GasPurchase.State.REVERSED
