"""5P cards: given by customers and among us, entered from paper, voided, shown."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Payment
from service_quality.models import CardBook, CardSerial, PraiseCard, serial_text
from service_quality.services.card_guards import (
    check_among_staff,
    check_day,
    check_receipt,
    check_words,
    source_between,
)
from service_quality.services.locks import lock_payment, lock_people
from service_quality.services.refusals import CardRefused
from service_quality.services.serials import next_electronic_serial, paper_prefix

Source, Medium = PraiseCard.Source, PraiseCard.Medium


@transaction.atomic
def give_card_for_receipt(
    payment: Payment, *, kind: str, text: str = "", at: datetime.datetime, signed_in: Staff | None = None
) -> PraiseCard:
    """Take the card of a customer for whoever took the payment: nobody else can receive it.

    Codes: own_receipt, staff_give_elsewhere, unknown_kind, text_too_long, no_visit, void_receipt, too_late,
    given_already.
    """
    if signed_in is not None and signed_in.pk == payment.taken_by_id:
        raise CardRefused(_("Nobody gives a card to oneself."), code="own_receipt")
    if signed_in is not None:
        raise CardRefused(
            _("This page is for customers. Thank a colleague on the page of cards."),
            code="staff_give_elsewhere",
        )
    text = check_words(kind, text)
    today = business_date_of(at)
    lock_payment(payment.pk)
    check_receipt(payment, today)
    card = PraiseCard.objects.create(
        serial=next_electronic_serial(today),
        kind=kind,
        source=Source.CUSTOMER,
        medium=Medium.ELECTRONIC,
        receiver_id=payment.taken_by_id,
        payment=payment,
        text=text,
        given_on=today,
        entered_at=at,
    )
    _record("quality.give_card", card, None, at)
    return card


@transaction.atomic
def give_card_to_colleague(
    receiver: Staff, *, kind: str, text: str = "", giver: Staff, at: datetime.datetime
) -> PraiseCard:
    """Thank a colleague, a superior or somebody one is set over; which of these, their posts say.

    Codes: unknown_kind, text_too_long, to_oneself, not_at_work, already_today, too_many, loop.
    """
    text = check_words(kind, text)
    today = business_date_of(at)
    lock_people({giver.pk, receiver.pk})
    check_among_staff(giver, receiver, today)
    card = PraiseCard.objects.create(
        serial=next_electronic_serial(today),
        kind=kind,
        source=source_between(giver, receiver),
        medium=Medium.ELECTRONIC,
        receiver=receiver,
        giver=giver,
        text=text,
        given_on=today,
        entered_at=at,
        entered_by=giver,
        # A colleague's words stand with the name.
        shown_at=at,
        shown_by=giver,
    )
    _record("quality.give_card", card, giver, at)
    return card


@transaction.atomic
def enter_card_of_customer(
    serial: str,
    payment: Payment,
    *,
    kind: str,
    text: str = "",
    given_on: datetime.date,
    by: Staff,
    at: datetime.datetime,
) -> PraiseCard:
    """Enter a paper card that a customer handed in with the number of the receipt.

    Codes: unknown_serial, used_serial, wrong_day, own_card, and those of give_card_for_receipt.
    """
    text = check_words(kind, text)
    check_day(given_on, at, first=payment.business_date)
    lock_payment(payment.pk)
    check_receipt(payment, given_on)
    return _enter(
        serial, kind=kind, source=Source.CUSTOMER, text=text, given_on=given_on, by=by, at=at,
        receiver_id=payment.taken_by_id, payment=payment,
    )  # fmt: skip


@transaction.atomic
def enter_card_among_staff(
    serial: str,
    receiver: Staff,
    *,
    giver: Staff,
    kind: str,
    text: str = "",
    given_on: datetime.date,
    by: Staff,
    at: datetime.datetime,
) -> PraiseCard:
    """Enter a paper card of somebody at work.

    Codes: unknown_serial, used_serial, wrong_day, own_card, and those of give_card_to_colleague.
    """
    text = check_words(kind, text)
    check_day(given_on, at)
    lock_people({giver.pk, receiver.pk})
    check_among_staff(giver, receiver, given_on)
    return _enter(
        serial, kind=kind, source=source_between(giver, receiver), text=text, given_on=given_on, by=by, at=at,
        receiver_id=receiver.pk, giver=giver,
    )  # fmt: skip


@transaction.atomic
def void_card(card: PraiseCard, *, reason: str, by: Staff, at: datetime.datetime) -> PraiseCard:
    """Let a card count no more. Codes: reason_missing, voided_already, own_card."""
    card = PraiseCard.objects.select_for_update(of=("self",)).get(pk=card.pk)
    if not reason.strip():
        raise CardRefused(_("Say why the card does not count."), code="reason_missing")
    if card.is_void:
        raise CardRefused(_("This card was voided already."), code="voided_already")
    if by.pk in (card.receiver_id, card.giver_id):
        raise CardRefused(_("Somebody else decides about a card of yours."), code="own_card")
    card.voided_at, card.voided_by, card.void_reason = at, by, reason.strip()[:200]
    card.save(update_fields=["voided_at", "voided_by", "void_reason"])
    _record("quality.void_card", card, by, at, reason=card.void_reason)
    return card


@transaction.atomic
def show_words(card: PraiseCard, *, by: Staff, at: datetime.datetime) -> PraiseCard:
    """Let the words of a customer hang in the hall. Codes: no_words, voided_already, shown_already."""
    card = PraiseCard.objects.select_for_update(of=("self",)).get(pk=card.pk)
    if not card.text:
        raise CardRefused(_("There are no words on this card."), code="no_words")
    if card.is_void:
        raise CardRefused(_("This card was voided already."), code="voided_already")
    if card.shown_at is not None:
        raise CardRefused(_("These words hang in the hall already."), code="shown_already")
    card.shown_at, card.shown_by = at, by
    card.save(update_fields=["shown_at", "shown_by"])
    _record("quality.show_words", card, by, at)
    return card


def _enter(
    serial: str, *, receiver_id: int, by: Staff, at: datetime.datetime, **fields: object
) -> PraiseCard:
    serial = _unused_serial(serial, business_date_of(at))
    if receiver_id == by.pk:
        raise CardRefused(_("Somebody else enters the cards that you received."), code="own_card")
    card = PraiseCard.objects.create(
        serial=serial,
        medium=Medium.PAPER,
        receiver_id=receiver_id,
        entered_at=at,
        entered_by=by,
        # Whoever enters it has read it.
        shown_at=at,
        shown_by=by,
        **fields,
    )
    _record("quality.enter_card", card, by, at)
    return card


def _unused_serial(typed: str, today: datetime.date) -> str:
    """5P26-000117, of which 117 is enough in the year itself: a card that was printed and never entered."""
    prefix, dash, number = typed.strip().upper().rpartition("-")
    prefix = prefix if dash else paper_prefix(today)
    # Ten digits: no longer number fits into the column.
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    # Two who enter one card wait for each other here.
    list(CardSerial.objects.select_for_update().filter(prefix=prefix))
    if not is_number or not CardBook.objects.filter(
        prefix=prefix, first__lte=int(number), last__gte=int(number)
    ):
        raise CardRefused(
            _("No card with the number %(serial)s was printed."),
            code="unknown_serial",
            params={"serial": typed.strip()},
        )
    serial = serial_text(prefix, int(number))
    if PraiseCard.objects.filter(serial=serial).exists():
        raise CardRefused(
            _("The card %(serial)s was entered already."), code="used_serial", params={"serial": serial}
        )
    return serial


def _record(
    action: str, card: PraiseCard, actor: Staff | None, at: datetime.datetime, *, reason: str = ""
) -> None:
    branch = card.receiver.branch
    details = {"serial": card.serial, "kind": card.kind, "source": card.source}
    record_audit(actor=actor, action=action, on=card, at=at, branch=branch, reason=reason, details=details)
