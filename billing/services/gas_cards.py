"""Gas cards from the first one (开卡) to the last: lost, replaced (补卡), blocked, void."""

import datetime
import re
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.models.account import Service
from accounts.services.audit import record_audit
from billing.card_content import MeterKind
from billing.models import Bill, CardWrite, GasCard, GasPurchase
from billing.models.meter import HIGHEST_REGISTER
from billing.money import NO_MONEY
from billing.queries.arrears.effects import Business, blocked_by_arrears
from billing.queries.gas_rules import gas_rule_on
from billing.rating.lines import RatedLine
from billing.services.bill_drafts import BillDraft
from billing.services.card_writes import LEASE
from billing.services.locks import lock_accounts
from billing.services.refusals import GasRefused
from billing.services.single_bills import issue_bill

CARD_NO = re.compile(r"[0-9]{8}")
CARD_FEE = "card_fee"


@transaction.atomic
def issue_gas_card(
    account: Account,
    *,
    card_no: str,
    meter_kind: str,
    register: Decimal,
    issued_by: Staff,
    at: datetime.datetime,
) -> GasCard:
    """Give an account its first card (开卡). `register` is what the mechanical register shows on the day.

    Codes: unknown_account, not_gas, account_state, arrears, has_card, bad_card_no, card_no_taken, unknown_kind,
    bad_register.
    """
    account = _lock_account(account, issued_by)
    if account.service != Service.GAS:
        raise GasRefused(_("This is not a gas account."), code="not_gas")
    if account.state == Account.State.CLOSED:
        raise GasRefused(_("This account is closed."), code="account_state")
    if why := blocked_by_arrears(account.pk, Business.GAS_CARD):
        raise GasRefused(why, code="arrears")
    if taken := GasCard.objects.in_use().filter(account=account).first():
        raise GasRefused(
            _("This account has card %(card)s. Replace it instead."),
            code="has_card",
            params={"card": taken.card_no},
        )
    if meter_kind not in MeterKind.values:
        raise GasRefused(_("Choose the kind of meter from the list."), code="unknown_kind")
    _check_number(card_no)
    check_register(register)
    card = GasCard.objects.create(
        card_no=card_no,
        account=account,
        meter_kind=meter_kind,
        issued_at=at,
        issued_by=issued_by,
        meter_start=register,
    )
    _ask_for_new_card(card, None, issued_by, at)
    record_audit(actor=issued_by, action="issue_gas_card", on=card, at=at, details={"card": card_no})
    return card


@transaction.atomic
def replace_gas_card(
    card: GasCard,
    *,
    card_no: str,
    is_unread: bool,
    on: datetime.date,
    replaced_by: Staff,
    at: datetime.datetime,
) -> GasCard:
    """Put a new card in the place of a lost or broken one (补卡, 换卡); the old number is black-listed.

    `is_unread`: the last gas had not been read into the meter, so the new card carries it. The meter takes a
    purchase count once, so gas that was read after all does no harm. A lost card costs the fee of the site, as
    a bill of its own.

    Codes: unknown_account, card_over, at_a_reader, bad_card_no, card_no_taken.
    """
    account = _lock_account(card.account, replaced_by)
    card = _lock_card(card)
    _check_may_become(card, GasCard.State.REPLACED)
    _check_number(card_no)
    was_lost = card.state == GasCard.State.LOST
    carried = _unread_purchase(card, at, is_unread=is_unread)
    _move_card(card, GasCard.State.REPLACED)
    new = GasCard.objects.create(
        card_no=card_no,
        account=account,
        meter_kind=card.meter_kind,
        issued_at=at,
        issued_by=replaced_by,
        replaces=card,
        opening_count=card.purchase_count,
        opening_total=card.total_purchased,
        purchase_count=card.purchase_count,
        total_purchased=card.total_purchased,
        meter_start=card.meter_start,
        used_before=card.used_before,
        safe_until=card.safe_until,
    )
    _ask_for_new_card(new, carried, replaced_by, at)
    fee = gas_rule_on(account.branch_id, on).replacement_fee
    if was_lost and fee:
        _bill_fee(new, fee, on, at)
    record_audit(
        actor=replaced_by,
        action="replace_gas_card",
        on=new,
        at=at,
        details={"old": card.card_no, "new": card_no, "volume": carried.volume if carried else 0},
    )
    return new


@transaction.atomic
def change_card_state(
    card: GasCard, *, to: str, reason: str, changed_by: Staff, at: datetime.datetime
) -> GasCard:
    """Report a card lost, block it, take it back into use, or make it void for good.

    Codes: unknown_account, card_over, reason_needed, write_unfinished (only a card without an open task is voided).
    """
    _lock_account(card.account, changed_by)
    card = _lock_card(card)
    if to == GasCard.State.REPLACED:
        raise GasRefused(_("A card is replaced by issuing the next one."), code="card_over")
    _check_may_become(card, to)
    if not reason.strip():
        raise GasRefused(_("Say why."), code="reason_needed")
    if to == GasCard.State.VOID:
        _give_up_new_card(card, at)
    _move_card(card, to)
    record_audit(
        actor=changed_by,
        action="change_gas_card_state",
        on=card,
        at=at,
        reason=reason.strip(),
        details={"to": to},
    )
    return card


@transaction.atomic
def record_safety_check(
    card: GasCard, *, valid_until: datetime.date, recorded_by: Staff, at: datetime.datetime
) -> GasCard:
    """Note until when the safety check (安检) at the premises is valid. Codes: unknown_account, card_over."""
    _lock_account(card.account, recorded_by)
    card = _lock_card(card)
    if card.state in GasCard.OVER:
        raise _card_over(card)
    card.safe_until = valid_until
    card.save(update_fields=["safe_until"])
    record_audit(
        actor=recorded_by,
        action="record_safety_check",
        on=card,
        at=at,
        details={"valid_until": valid_until.isoformat()},
    )
    return card


def check_register(register: Decimal) -> None:
    """Whether a mechanical register can show this. Code: bad_register."""
    if not register.is_finite() or not 0 <= register <= HIGHEST_REGISTER:
        raise GasRefused(_("A register shows a number from 0 up."), code="bad_register")


def _lock_account(account: Account, staff: Staff) -> Account:
    locked = lock_accounts([account.pk])[account.pk]
    if not staff.sees_branch(locked.branch_id):
        raise GasRefused(_("There is no such account here."), code="unknown_account")
    return locked


def _lock_card(card: GasCard) -> GasCard:
    return (
        GasCard.objects.select_for_update(no_key=True, of=("self",)).select_related("account").get(pk=card.pk)
    )


def _check_number(card_no: str) -> None:
    if not CARD_NO.fullmatch(card_no):
        raise GasRefused(_("A card number has eight digits."), code="bad_card_no")
    if GasCard.objects.filter(card_no=card_no).exists():
        raise GasRefused(
            _("Card %(card)s was issued before. Take another card."),
            code="card_no_taken",
            params={"card": card_no},
        )


def _check_may_become(card: GasCard, state: str) -> None:
    if state not in GasCard.State.values or not card.may_become(state):
        raise _card_over(card)


def _card_over(card: GasCard) -> GasRefused:
    return GasRefused(
        _("Card %(card)s is %(state)s: this cannot be done with it."),
        code="card_over",
        params={"card": card.card_no, "state": card.get_state_display()},
    )


def _move_card(card: GasCard, state: str) -> None:
    card.state = state
    card.save(update_fields=["state"])


def _ask_for_new_card(card: GasCard, carried: GasPurchase | None, by: Staff, at: datetime.datetime) -> None:
    CardWrite.objects.create(
        card=card,
        purchase=carried,
        kind=CardWrite.Kind.ISSUE,
        sequence=card.purchase_count,
        volume=carried.volume if carried else 0,
        asked_at=at,
        asked_by=by,
    )


def _unread_purchase(card: GasCard, at: datetime.datetime, *, is_unread: bool) -> GasPurchase | None:
    """Give up what the old card still waits for. Answers the last gas if the new card has to carry it."""
    writes = card.writes.select_for_update(no_key=True)
    open_writes = list(writes.filter(state__in=CardWrite.UNFINISHED))
    if any(one.claimed_at is not None and one.claimed_at > at - LEASE for one in open_writes):
        raise GasRefused(
            _("This card is being written at a reader right now. Wait a moment and look again."),
            code="at_a_reader",
        )
    waits = any(one.kind in CardWrite.CARRIES_GAS and one.purchase_id for one in open_writes)
    carrier = (
        writes.filter(kind__in=CardWrite.CARRIES_GAS, sequence=card.purchase_count, purchase__isnull=False)
        .exclude(state=CardWrite.State.ABANDONED)
        .select_related("purchase")
        .first()
    )
    if carrier is not None and (waits or is_unread):
        open_writes.append(carrier)
    else:
        carrier = None
    for one in open_writes:
        one.state, one.finished_at, one.claimed_at = CardWrite.State.ABANDONED, at, None
        one.save(update_fields=["state", "finished_at", "claimed_at"])
    return carrier.purchase if carrier else None


def _give_up_new_card(card: GasCard, at: datetime.datetime) -> None:
    """A card that was never handed out may go; gas that waits for it may not."""
    open_writes = card.writes.filter(state__in=CardWrite.UNFINISHED)
    if open_writes.filter(purchase__isnull=False).exists():
        raise GasRefused(
            _("Card %(card)s still waits to be written. Finish that first."),
            code="write_unfinished",
            params={"card": card.card_no},
        )
    open_writes.update(state=CardWrite.State.ABANDONED, finished_at=at, claimed_at=None)


def _bill_fee(card: GasCard, fee: Decimal, on: datetime.date, at: datetime.datetime) -> None:
    line = RatedLine(CARD_FEE, "补卡费", None, Decimal(1), fee, fee, "")
    draft = BillDraft(
        card.account_id, card.account.account_no, None, Bill.Kind.ONE_OFF, f"C{card.card_no}",
        on, on, on, on, Decimal(1), fee, [line], {"card": card.card_no}, {},
    )  # fmt: skip
    assert fee > NO_MONEY
    issue_bill(draft, service=Service.GAS, at=at)
