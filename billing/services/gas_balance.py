"""The mechanical register is the legal base (domain.md 3.4.3): gas is made good, or becomes a debt."""

import datetime
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, AuditEntry, Staff
from accounts.services.audit import record_audit
from billing.models import GasCard, GasPurchase
from billing.models.gas_purchase import LARGEST_VOLUME
from billing.queries.gas_balance import gas_used
from billing.services.gas_cards import check_register
from billing.services.gas_purchases import check_nothing_unfinished, enter_purchase, issue_gas_bill
from billing.services.locks import lock_accounts, lock_request
from billing.services.refusals import GasRefused


@dataclass(frozen=True, slots=True)
class GasReading:
    """What was found at a card meter: the mechanical register, and the gas that its display still shows.

    `unread` is gas on the card that the meter has not taken over yet.
    """

    register: Decimal
    shown: Decimal
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides about gas without money, and the request that carries it."""

    request_id: UUID
    made_by: Staff
    approved_by: Staff | None
    on: datetime.date
    at: datetime.datetime


@transaction.atomic
def make_gas_good(card: GasCard, *, volume: int, reason: str, decision: Decision) -> GasPurchase:
    """Put gas on the card that was paid before (补气). A second person approves it.

    Codes: form_reused, unknown_account, card_blocked, write_unfinished, bad_volume, reason_needed,
    approval_needed, same_person, may_not_approve.
    """
    card, _account = _lock(card, decision)
    if earlier := _made_before(decision, card, reason.strip()):
        if earlier.volume != volume:
            raise _form_reused()
        return earlier
    return _make_good(card, volume, reason, decision)


@transaction.atomic
def settle_gas_reading(card: GasCard, *, reading: GasReading, decision: Decision) -> GasPurchase | None:
    """Compare what was bought with what the register says was used, every six months.

    If the meter gave out more than was bought, the difference becomes a bill at today's place in the tiers; if
    less, it is made good. Whole cubic metres; what is below one waits for the next reading. None: nothing to do.

    Codes: bad_register, register_fell, and those of make_gas_good.
    """
    card, account = _lock(card, decision)
    reason = f"register={reading.register} shown={reading.shown} unread={reading.unread}"
    if earlier := _made_before(decision, card, reason):
        return earlier
    check_register(reading.register)
    if reading.register < card.meter_start:
        raise GasRefused(
            _("The register shows less than when the card began. Read it again."), code="register_fell"
        )
    difference = _owed_to_customer(card, reading)
    record_audit(
        actor=decision.made_by,
        action="settle_gas_reading",
        on=card,
        at=decision.at,
        details={"register": str(reading.register), "shown": str(reading.shown), "difference": difference},
    )
    return _settle(card, account, difference, reason, decision)


@transaction.atomic
def change_gas_meter(
    card: GasCard, *, final: Decimal, unread: int, initial: Decimal, decision: Decision
) -> GasPurchase | None:
    """Note a new meter (换表): what was bought and not used on the old one goes on the card for the new one.

    Codes: those of settle_gas_reading.
    """
    card, account = _lock(card, decision)
    reason = f"new meter: final={final} unread={unread} initial={initial}"
    if earlier := _made_before(decision, card, reason):
        return earlier
    if AuditEntry.objects.filter(action="change_gas_meter", request_id=decision.request_id).exists():
        # The meters agreed, so there was nothing to make good: the form was sent twice.
        return None
    check_register(final)
    check_register(initial)
    if final < card.meter_start:
        raise GasRefused(
            _("The register shows less than when the card began. Read it again."), code="register_fell"
        )
    difference = _owed_to_customer(card, GasReading(final, Decimal(0), unread))
    card.used_before += final - card.meter_start
    card.meter_start = initial
    card.save(update_fields=["used_before", "meter_start"])
    record_audit(
        actor=decision.made_by,
        action="change_gas_meter",
        on=card,
        at=decision.at,
        details={"final": str(final), "initial": str(initial), "difference": difference},
        request_id=decision.request_id,
    )
    return _settle(card, account, difference, reason, decision)


def _lock(card: GasCard, decision: Decision) -> tuple[GasCard, Account]:
    lock_request(decision.request_id)
    account = lock_accounts([card.account_id])[card.account_id]
    if not decision.made_by.sees_branch(account.branch_id):
        raise GasRefused(_("There is no such account here."), code="unknown_account")
    card = GasCard.objects.select_for_update(no_key=True).get(pk=card.pk)
    if not card.is_active:
        raise GasRefused(
            _("Card %(card)s is %(state)s: it takes no gas."),
            code="card_blocked",
            params={"card": card.card_no, "state": card.get_state_display()},
        )
    return card, account


def _made_before(decision: Decision, card: GasCard, reason: str) -> GasPurchase | None:
    earlier = GasPurchase.objects.filter(request_id=decision.request_id).first()
    if earlier is None:
        return None
    if (earlier.card_id, earlier.made_by_id, earlier.reason) != (card.pk, decision.made_by.pk, reason):
        raise _form_reused()
    return earlier


def _form_reused() -> GasRefused:
    return GasRefused(_("This form was already used. Start again."), code="form_reused")


def _owed_to_customer(card: GasCard, reading: GasReading) -> int:
    """Above zero: gas that was bought and that the meter does not show. Below: gas used beyond that."""
    remaining = card.total_purchased - gas_used(card, reading.register)
    return int((remaining - reading.shown - reading.unread).to_integral_value(ROUND_FLOOR))


def _settle(
    card: GasCard, account: Account, difference: int, reason: str, decision: Decision
) -> GasPurchase | None:
    if difference > 0:
        return _make_good(card, difference, reason, decision)
    if difference < 0:
        return _bill_overuse(card, account, -difference, reason, decision)
    return None


def _make_good(card: GasCard, volume: int, reason: str, decision: Decision) -> GasPurchase:
    _check_approval(decision)
    if not reason.strip():
        raise GasRefused(_("Say why."), code="reason_needed")
    if not 1 <= volume <= card.most_per_purchase:
        raise GasRefused(
            _("Gas is sold in whole cubic metres, from 1 to %(most)s on this card."),
            code="bad_volume",
            params={"most": card.most_per_purchase},
        )
    check_nothing_unfinished(card)
    purchase = enter_purchase(
        _purchase(GasPurchase.Kind.MAKE_GOOD, card, volume, reason.strip(), decision, decision.approved_by)
    )
    record_audit(
        actor=decision.made_by,
        action="make_gas_good",
        on=purchase,
        at=decision.at,
        reason=reason.strip(),
        details={
            "volume": volume,
            "approved_by": decision.approved_by.number if decision.approved_by else None,
        },
        request_id=decision.request_id,
    )
    return purchase


def _bill_overuse(
    card: GasCard, account: Account, volume: int, reason: str, decision: Decision
) -> GasPurchase:
    if volume > LARGEST_VOLUME:
        raise GasRefused(
            _("The register shows less than when the card began. Read it again."), code="register_fell"
        )
    purchase = _purchase(GasPurchase.Kind.OVERUSE, card, volume, reason, decision, None)
    purchase.bill = issue_gas_bill(account, volume, on=decision.on, at=decision.at, is_overuse=True)
    enter_purchase(purchase)
    record_audit(
        actor=decision.made_by,
        action="bill_gas_overuse",
        on=purchase,
        at=decision.at,
        details={"volume": volume, "amount": str(purchase.bill.amount)},
        request_id=decision.request_id,
    )
    return purchase


def _purchase(
    kind: GasPurchase.Kind,
    card: GasCard,
    volume: int,
    reason: str,
    decision: Decision,
    approved_by: Staff | None,
) -> GasPurchase:
    return GasPurchase(
        card=card,
        kind=kind,
        volume=volume,
        request_id=decision.request_id,
        reason=reason,
        made_on=decision.on,
        made_at=decision.at,
        made_by=decision.made_by,
        approved_by=approved_by,
    )


def _check_approval(decision: Decision) -> None:
    approver = decision.approved_by
    if approver is None:
        raise GasRefused(_("Gas without money needs a second person."), code="approval_needed")
    if approver.pk == decision.made_by.pk:
        raise GasRefused(_("The second person cannot be yourself."), code="same_person")
    if not approver.has_perm("billing.approve_make_good"):
        raise GasRefused(
            _("%(name)s may not approve make-good gas. Ask the hall supervisor."),
            code="may_not_approve",
            params={"name": approver.get_short_name()},
        )
