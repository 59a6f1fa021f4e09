"""What a gas window leaves behind on a day: gas bought, undone, not written yet, and a card replaced."""

import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from accounts.models import Branch, Staff
from billing.models import GasPurchase
from billing.services.gas_balance import Decision, make_gas_good
from billing.services.gas_cards import change_card_state, replace_gas_card
from counters.models import Shift
from counters.services.card_handovers import hand_over_cards
from counters.services.payments import void_payment_at_counter
from tests.factories.accounts import make_staff
from tests.factories.counters import cash, make_shift, pos
from tests.gas import make_gas_account, make_gas_card, make_gas_tariff, put_into_meter, sell, write


def sell_gas_for_a_day(branch: Branch, supervisor: Staff, at: datetime.datetime) -> Shift:
    """One window from the float to the last card; the shift stays open, its open card is handed over."""
    make_gas_tariff()
    shift = make_shift(make_staff(branch=branch), at=at)
    with TemporaryDirectory() as name:
        folder = Path(name)
        regular = make_gas_card(make_gas_account(branch), shift, folder, card_no="40000001")
        write(sell(regular, shift, folder, 150, cash("500.00"), at=at), folder, at=at)
        put_into_meter(regular, folder)
        undone = sell(regular, shift, folder, 10, pos("31.60", "032611200009"), at=at)
        assert undone.bill is not None
        void_payment_at_counter(
            undone.bill.allocations.get().payment,
            shift=shift,
            request_id=uuid4(),
            reason="CARD_NOT_WRITTEN",
            note="",
            voided_by=shift.cashier,
            at=at,
        )
        decision = Decision(uuid4(), shift.cashier, supervisor, at.date(), at)
        write(make_gas_good(regular, volume=5, reason="换表", decision=decision), folder, at=at)
        lost = make_gas_card(make_gas_account(branch), shift, folder, card_no="40000002")
        write(sell(lost, shift, folder, 20, cash("63.20"), at=at), folder, at=at)
        change_card_state(lost, to="LOST", reason="用户挂失", changed_by=shift.cashier, at=at)
        replace_gas_card(
            lost, card_no="40000003", is_unread=True, on=at.date(), replaced_by=shift.cashier, at=at
        )
    hand_over_cards(shift, to_number=supervisor.number, handed_by=shift.cashier, at=at)
    assert GasPurchase.objects.count() == 4
    return shift
