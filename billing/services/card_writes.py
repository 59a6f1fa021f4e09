"""The second step of a gas sale: what was paid goes onto the card, outside the transaction of the money.

A crash at any point leaves an unfinished CardWrite, and every try begins by reading the card: what it
already holds is recorded as written and not written twice.
"""

import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.card_content import CardCode, CardContent, CardError, CardReader, write_and_look
from billing.models import CardWrite, CardWriteAttempt, GasPurchase
from billing.services.locks import lock_accounts
from billing.services.refusals import GasRefused

# Longer than any reader needs; then whoever held the write is taken to be dead.
LEASE = datetime.timedelta(seconds=20)


class Finding(NamedTuple):
    """How a try ended, and the card as it was last seen, if it was."""

    code: CardCode
    seen: CardContent | None = None


def write_card(
    write: CardWrite, *, reader: CardReader, place: str, by: Staff | None, at: datetime.datetime
) -> CardWrite:
    """Put what is asked for on the card in the reader, read it back, and record the attempt.

    Not a transaction: the reader takes seconds. Each step before and after it is one.
    Codes: nothing_to_write, at_a_reader.
    """
    claimed = claim_write(write, at=at)
    finding = _try(claimed, reader)
    return finish_attempt(claimed, finding, place=place, by=by, at=at)


@transaction.atomic
def claim_write(write: CardWrite, *, at: datetime.datetime) -> CardWrite:
    """Take an unfinished write to a reader, so that no other window does. Codes: nothing_to_write, at_a_reader."""
    write = _lock_write(write)
    if not write.is_unfinished:
        raise GasRefused(_("There is nothing left to write on this card."), code="nothing_to_write")
    if write.claimed_at is not None and write.claimed_at > at - LEASE:
        raise GasRefused(
            _("This card is being written at a reader right now. Wait a moment and look again."),
            code="at_a_reader",
        )
    write.claimed_at = at
    write.save(update_fields=["claimed_at"])
    return write


@transaction.atomic
def note_card_touched(write: CardWrite) -> None:
    """From here on the card may hold it, whatever happens. Code: at_a_reader (somebody else has taken it over)."""
    mine = CardWrite.objects.filter(pk=write.pk, state__in=CardWrite.UNFINISHED, claimed_at=write.claimed_at)
    if not mine.update(may_be_on_card=True):
        raise GasRefused(
            _("This card is being written at a reader right now. Wait a moment and look again."),
            code="at_a_reader",
        )


@transaction.atomic
def finish_attempt(
    write: CardWrite, finding: Finding, *, place: str, by: Staff | None, at: datetime.datetime
) -> CardWrite:
    """Record what the reader answered, and what follows from it for the write and its purchase."""
    lock_accounts([write.card.account_id])
    write = _lock_write(write)
    seen = finding.seen
    CardWriteAttempt.objects.create(
        write=write,
        code=finding.code,
        found_count=seen.purchase_count if seen else None,
        found_volume=seen.volume if seen else None,
        place=place,
        tried_at=at,
        tried_by=by,
    )
    record_audit(
        actor=by,
        action="write_gas_card",
        on=write,
        at=at,
        details={"card": write.card.card_no, "kind": write.kind, "code": int(finding.code)},
    )
    if not write.is_unfinished:
        return write
    write.last_code, write.claimed_at = finding.code, None
    if finding.code == CardCode.OK:
        write.state, write.finished_at, write.may_be_on_card = CardWrite.State.WRITTEN, at, True
    elif finding.code == CardCode.GAS_USED:
        write.state, write.finished_at = CardWrite.State.ABANDONED, at
    else:
        write.state = CardWrite.State.FAILED
        if seen is not None and seen == content_before(write):
            write.may_be_on_card = False
    write.save(update_fields=["state", "last_code", "claimed_at", "finished_at", "may_be_on_card"])
    if write.kind == CardWrite.Kind.CLEAR and write.state == CardWrite.State.WRITTEN:
        _open_again(write)
    return write


def content_wanted(write: CardWrite) -> CardContent:
    """The card once it is written."""
    card = write.card
    return CardContent(card.card_no, card.meter_kind, write.sequence, write.volume)


def content_before(write: CardWrite) -> CardContent:
    """The card as it has to be found."""
    card = write.card
    if write.kind == CardWrite.Kind.ISSUE:
        return CardContent()
    if write.kind == CardWrite.Kind.LOAD:
        return CardContent(card.card_no, card.meter_kind, write.sequence - 1, 0)
    purchase = write.purchase
    assert purchase is not None  # by constraint
    assert purchase.sequence is not None  # by constraint
    return CardContent(card.card_no, card.meter_kind, purchase.sequence, purchase.volume)


def judge_card(write: CardWrite, found: CardContent) -> Finding | None:
    """What the card that was just read means for a write: how it ends, or None where it is to be written now."""
    # The last try wrote it and died before it could say so, or the meter has taken it over since.
    if found == content_wanted(write) or (write.may_be_on_card and _was_taken_over(write, found)):
        return Finding(CardCode.OK, found)
    if found != content_before(write):
        return Finding(_why_not(write, found), found)
    return None


def judge_write(write: CardWrite, code: CardCode, seen: CardContent | None) -> Finding:
    """How a write ended, by what the card held afterwards; the reader's own word is not enough."""
    if seen is None:
        return Finding(code if code != CardCode.OK else CardCode.READ_FAILED)
    if seen == content_wanted(write):
        return Finding(CardCode.OK, seen)
    return Finding(CardCode.VERIFY_FAILED if code == CardCode.OK else code, seen)


def _try(write: CardWrite, reader: CardReader) -> Finding:
    try:
        found = reader.read()
    except CardError as error:
        return Finding(error.code)
    finding = judge_card(write, found)
    if finding is not None:
        return finding
    note_card_touched(write)
    return judge_write(write, *write_and_look(reader, content_wanted(write)))


def _was_taken_over(write: CardWrite, found: CardContent) -> bool:
    taken = CardContent(write.card.card_no, write.card.meter_kind, write.sequence, 0)
    return write.kind in CardWrite.CARRIES_GAS and found == taken


def _why_not(write: CardWrite, found: CardContent) -> CardCode:
    """Why this card is not the one to write on."""
    before = content_before(write)
    if write.kind == CardWrite.Kind.ISSUE:
        return CardCode.NOT_NEW
    if not found.is_new and found.meter_kind != before.meter_kind:
        return CardCode.WRONG_TYPE
    if found.card_no != before.card_no:
        return CardCode.OTHER_CARD
    if write.kind == CardWrite.Kind.CLEAR and (found.purchase_count, found.volume) == (
        before.purchase_count,
        0,
    ):
        return CardCode.GAS_USED
    return CardCode.OTHER_CONTENT


def _open_again(clear: CardWrite) -> None:
    """The gas is off the card: it has to be written once more, or its sale undone."""
    assert clear.purchase is not None  # by constraint
    carrier = live_carrier(clear.purchase)
    carrier.state, carrier.finished_at, carrier.last_code = CardWrite.State.PENDING, None, None
    carrier.may_be_on_card = False
    carrier.save(update_fields=["state", "finished_at", "last_code", "may_be_on_card"])


def live_carrier(purchase: GasPurchase) -> CardWrite:
    """Lock the one write that puts the purchase on a card: no reader takes it up until the caller is done."""
    return (
        CardWrite.objects.select_for_update(of=("self",), no_key=True)
        .exclude(state=CardWrite.State.ABANDONED)
        .select_related("card")
        .get(purchase=purchase, kind__in=CardWrite.CARRIES_GAS)
    )


def _lock_write(write: CardWrite) -> CardWrite:
    return (
        CardWrite.objects.select_for_update(of=("self",), no_key=True)
        .select_related("card", "purchase")
        .get(pk=write.pk)
    )
