"""Gas that is taken back: only while it is still on the card, or never got there (domain.md 3.2.3)."""

import datetime
from uuid import uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.card_content import CardCode
from billing.models import BillCancellation, CardWrite, GasCard, GasPurchase, Payment, Reversal
from billing.services.cancelling import Order, Settled, write_cancellations
from billing.services.card_writes import LEASE, live_carrier
from billing.services.gas_purchases import ask_for_write, check_nothing_unfinished
from billing.services.locks import lock_accounts
from billing.services.refusals import GasRefused


@transaction.atomic
def ask_to_clear_card(purchase: GasPurchase, *, by: Staff, at: datetime.datetime) -> CardWrite:
    """Ask for the gas of a purchase to be taken off the card, so that its sale can be undone.

    Codes: already_undone, card_replaced, gas_used, not_on_card, write_unfinished.
    """
    lock_accounts([purchase.card.account_id])
    purchase = GasPurchase.objects.select_related("card").get(pk=purchase.pk)
    _check_live(purchase)
    carrier = live_carrier(purchase)
    if carrier.state != CardWrite.State.WRITTEN:
        raise GasRefused(_("This gas is not on the card yet."), code="not_on_card")
    if _was_used(purchase):
        raise _gas_used()
    check_nothing_unfinished(purchase.card)
    record_audit(actor=by, action="clear_gas_card", on=purchase, at=at, details={"volume": purchase.volume})
    return ask_for_write(CardWrite.Kind.CLEAR, purchase, 0, by=by, at=at)


@transaction.atomic
def leave_gas_on_card(write: CardWrite, *, by: Staff, at: datetime.datetime) -> CardWrite:
    """Give up taking gas off a card. Codes: nothing_to_write, card_not_read (it may be off already)."""
    lock_accounts([write.card.account_id])
    write = (
        CardWrite.objects.select_for_update(no_key=True, of=("self",)).select_related("card").get(pk=write.pk)
    )
    if write.kind != CardWrite.Kind.CLEAR or not write.is_unfinished:
        raise GasRefused(_("There is nothing left to write on this card."), code="nothing_to_write")
    _check_certain(write, at)
    write.state, write.finished_at = CardWrite.State.ABANDONED, at
    write.save(update_fields=["state", "finished_at"])
    record_audit(actor=by, action="keep_gas_on_card", on=write, at=at)
    return write


def gas_sold_by(payment: Payment) -> GasPurchase | None:
    """The gas that a payment bought, if it did."""
    return (
        GasPurchase.objects.filter(kind=GasPurchase.Kind.SALE, bill__allocations__payment=payment)
        .select_related("card", "bill")
        .first()
    )


def check_gas_can_go_back(purchase: GasPurchase, at: datetime.datetime) -> None:
    """Whether the gas is on no card and in no meter. The caller holds the lock of the account.

    Codes: already_undone, card_replaced, gas_used, gas_on_card, card_not_read, at_a_reader.
    """
    _check_live(purchase)
    carrier = live_carrier(purchase)
    if carrier.state != CardWrite.State.WRITTEN:
        _check_certain(carrier, at)
        return
    if _was_used(purchase):
        raise _gas_used()
    raise GasRefused(
        _("This gas is on card %(card)s. Take it off the card first."),
        code="gas_on_card",
        params={"card": purchase.card.card_no},
    )


def take_gas_back(purchase: GasPurchase, reversal: Reversal) -> None:
    """Undo a purchase whose payment has just been undone: its bill, its count, its place in the tiers."""
    at = reversal.reversed_at
    card = GasCard.objects.select_for_update(no_key=True).get(pk=purchase.card_id)
    CardWrite.objects.filter(purchase=purchase, state__in=CardWrite.UNFINISHED).update(
        state=CardWrite.State.ABANDONED, finished_at=at, claimed_at=None
    )
    purchase.state = GasPurchase.State.REVERSED
    purchase.save(update_fields=["state"])
    card.purchase_count -= 1
    card.total_purchased -= purchase.volume
    card.save(update_fields=["purchase_count", "total_purchased"])
    bill = purchase.bill
    assert bill is not None  # a sale has one, by constraint
    bill.refresh_from_db()
    order = Order(
        BillCancellation.Reason.SALE_UNDONE,
        "",
        reversal.reversed_by,
        reversal.approved_by,
        reversal.reversed_at,
    )
    # Nothing is paid on it any more: the payment went back to the customer, not to prepaid credit.
    write_cancellations([(bill, uuid5(reversal.request_id, bill.number))], Settled({}, {}), order)


def _check_live(purchase: GasPurchase) -> None:
    if purchase.state != GasPurchase.State.LIVE:
        raise GasRefused(_("This gas purchase has already been undone."), code="already_undone")
    if purchase.card.state in GasCard.OVER:
        raise GasRefused(
            _("Card %(card)s has been replaced; its gas went over to the new card."),
            code="card_replaced",
            params={"card": purchase.card.card_no},
        )


def _check_certain(write: CardWrite, at: datetime.datetime) -> None:
    """What a reader may have done is found out before anything is decided. Codes: at_a_reader, card_not_read."""
    if write.claimed_at is not None and write.claimed_at > at - LEASE:
        raise GasRefused(
            _("This card is being written at a reader right now. Wait a moment and look again."),
            code="at_a_reader",
        )
    if write.may_be_on_card:
        raise GasRefused(
            _("Nobody knows what card %(card)s holds. Try to write it again: that reads it first."),
            code="card_not_read",
            params={"card": write.card.card_no},
        )


def _was_used(purchase: GasPurchase) -> bool:
    """A later purchase went on the card, which is then empty; or the card was seen empty."""
    later = GasPurchase.objects.filter(
        card=purchase.card, state=GasPurchase.State.LIVE, sequence__gt=purchase.sequence
    )
    seen_empty = CardWrite.objects.filter(
        purchase=purchase, kind=CardWrite.Kind.CLEAR, last_code=CardCode.GAS_USED
    )
    return later.exists() or seen_empty.exists()


def _gas_used() -> GasRefused:
    return GasRefused(_("This gas has been read into the meter. Its sale cannot be undone."), code="gas_used")
