from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import Branch, Staff
from billing.models import CardWrite, GasCard, GasPurchase
from billing.services.gas_balance import (
    Decision,
    GasReading,
    change_gas_meter,
    make_gas_good,
    settle_gas_reading,
)
from billing.services.gas_cards import change_card_state
from counters.models import Shift
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.gas import (
    make_gas_account,
    make_gas_card,
    make_gas_tariff,
    put_into_meter,
    sell,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def prices() -> None:
    make_gas_tariff()


@pytest.fixture
def card(branch: Branch, shift: Shift, tmp_path: Path) -> GasCard:
    """A card on which 300 m³ were bought, all taken over by the meter."""
    card = make_gas_card(make_gas_account(branch), shift, tmp_path)
    write(sell(card, shift, tmp_path, 300), tmp_path)
    put_into_meter(card, tmp_path)
    card.refresh_from_db()
    return card


def decision(shift: Shift, approved_by: Staff | None, request_id: UUID | None = None) -> Decision:
    return Decision(request_id or uuid4(), shift.cashier, approved_by, MORNING.date(), MORNING)


def found(register: str, shown: str, unread: int = 0) -> GasReading:
    return GasReading(Decimal(register), Decimal(shown), unread)


class TestSettleGasReading:
    @pytest.mark.parametrize(
        ("reading", "kind", "volume"),
        [
            # 300 bought: 180 used and 120 shown agree; so do 179.6 and 120, for what is below 1 m³ waits.
            (found("180", "120"), None, 0),
            (found("179.6", "120"), None, 0),
            (found("180", "100"), "MAKE_GOOD", 20),
            (found("180", "100", unread=20), None, 0),
            (found("310", "0"), "OVERUSE", 10),
            (found("300", "12"), "OVERUSE", 12),
        ],
    )
    def test_holds_the_register_against_what_was_bought(
        self,
        card: GasCard,
        shift: Shift,
        supervisor: Staff,
        reading: GasReading,
        kind: str | None,
        volume: int,
    ) -> None:
        settled = settle_gas_reading(card, reading=reading, decision=decision(shift, supervisor))

        assert (settled.kind, settled.volume) == (kind, volume) if settled else (kind, volume) == (None, 0)
        assert broken_invariants() == []

    def test_bills_overuse_at_todays_place_in_the_tiers(self, card: GasCard, shift: Shift) -> None:
        settled = settle_gas_reading(card, reading=found("310", "0"), decision=decision(shift, None))

        card.refresh_from_db()
        assert settled is not None
        assert settled.bill is not None
        # 300 were bought this year: the next ten are in the second tier.
        assert (settled.bill.amount, settled.bill.state) == (Decimal("36.30"), "OPEN")
        assert "overuse" in settled.bill.basis
        assert (settled.sequence, card.purchase_count, card.total_purchased) == (None, 1, 310)

    def test_finds_nothing_more_once_the_overuse_is_billed(self, card: GasCard, shift: Shift) -> None:
        settle_gas_reading(card, reading=found("310", "0"), decision=decision(shift, None))

        assert settle_gas_reading(card, reading=found("310", "0"), decision=decision(shift, None)) is None

    def test_makes_good_on_the_card_what_the_meter_does_not_show(
        self, card: GasCard, shift: Shift, supervisor: Staff, tmp_path: Path
    ) -> None:
        settled = settle_gas_reading(card, reading=found("180", "100"), decision=decision(shift, supervisor))
        assert settled is not None
        write(settled, tmp_path)
        put_into_meter(card, tmp_path)
        card.refresh_from_db()

        again = settle_gas_reading(card, reading=found("180", "120"), decision=decision(shift, supervisor))

        assert (again, card.purchase_count, card.total_purchased) == (None, 2, 300)

    def test_does_it_once_for_one_request(self, card: GasCard, shift: Shift) -> None:
        once = decision(shift, None, uuid4())

        first = settle_gas_reading(card, reading=found("310", "0"), decision=once)

        assert settle_gas_reading(card, reading=found("310", "0"), decision=once) == first
        assert GasPurchase.objects.filter(kind="OVERUSE").count() == 1
        with refused("form_reused"):
            settle_gas_reading(card, reading=found("311", "0"), decision=once)

    @pytest.mark.parametrize(
        ("reading", "code"),
        [
            (found("-1", "0"), "bad_register"),
            (found("NaN", "0"), "bad_register"),
            (found("0", "0"), "approval_needed"),
        ],
    )
    def test_refuses(self, card: GasCard, shift: Shift, reading: GasReading, code: str) -> None:
        with refused(code):
            settle_gas_reading(card, reading=reading, decision=decision(shift, None))

    def test_refuses_a_register_below_its_beginning(self, card: GasCard, shift: Shift) -> None:
        GasCard.objects.filter(pk=card.pk).update(meter_start=Decimal("50"))

        with refused("register_fell"):
            settle_gas_reading(card, reading=found("49", "0"), decision=decision(shift, None))


class TestChangeGasMeter:
    def test_puts_on_the_card_what_was_left_on_the_old_meter(
        self, card: GasCard, shift: Shift, supervisor: Staff
    ) -> None:
        rest = change_gas_meter(
            card,
            final=Decimal("180.4"),
            unread=0,
            initial=Decimal("2"),
            decision=decision(shift, supervisor),
        )

        card.refresh_from_db()
        assert rest is not None
        assert (rest.kind, rest.volume) == ("MAKE_GOOD", 119)
        assert (card.used_before, card.meter_start) == (Decimal("180.4"), Decimal("2"))
        assert broken_invariants() == []

    def test_counts_the_old_meter_once_where_nothing_was_left(self, card: GasCard, shift: Shift) -> None:
        once = decision(shift, None, uuid4())
        change = partial(
            change_gas_meter, card, final=Decimal("300"), unread=0, initial=Decimal("0"), decision=once
        )

        assert (change(), change()) == (None, None)
        card.refresh_from_db()
        assert card.used_before == 300


class TestMakeGasGood:
    def make(self, card: GasCard, by: Decision, **changes: Any) -> GasPurchase:
        return make_gas_good(card, **{"volume": 5, "reason": "换表补气", **changes}, decision=by)

    def test_asks_for_the_card_to_be_written_and_bills_nothing(
        self, card: GasCard, shift: Shift, supervisor: Staff
    ) -> None:
        made = self.make(card, decision(shift, supervisor))

        assert (made.bill, made.sequence, made.writes.get().state) == (None, 2, CardWrite.State.PENDING)

    def test_answers_the_same_request_with_the_same_gas(
        self, card: GasCard, shift: Shift, supervisor: Staff
    ) -> None:
        once = decision(shift, supervisor, uuid4())

        assert self.make(card, once) == self.make(card, once)
        with refused("form_reused"):
            self.make(card, once, volume=6)

    def test_needs_a_second_person_with_the_right(
        self, card: GasCard, shift: Shift, branch: Branch, supervisor: Staff
    ) -> None:
        for approver, code in (
            (None, "approval_needed"),
            (shift.cashier, "same_person"),
            (make_staff(branch=branch), "may_not_approve"),
        ):
            with refused(code):
                self.make(card, decision(shift, approver))

    @pytest.mark.parametrize(
        ("changes", "code"),
        [({"volume": 0}, "bad_volume"), ({"volume": 2000}, "bad_volume"), ({"reason": " "}, "reason_needed")],
    )
    def test_refuses(
        self, card: GasCard, shift: Shift, supervisor: Staff, changes: dict[str, Any], code: str
    ) -> None:
        with refused(code):
            self.make(card, decision(shift, supervisor), **changes)

    def test_refuses_a_card_that_is_blocked_or_waits_or_of_another_branch(
        self, card: GasCard, shift: Shift, supervisor: Staff, stranger: Staff
    ) -> None:
        with refused("unknown_account"):
            self.make(card, Decision(uuid4(), stranger, supervisor, MORNING.date(), MORNING))
        self.make(card, decision(shift, supervisor))
        with refused("write_unfinished"):
            self.make(card, decision(shift, supervisor))
        change_card_state(card, to="BLOCKED", reason="核查", changed_by=supervisor, at=MORNING)
        with refused("card_blocked"):
            self.make(card, decision(shift, supervisor))
