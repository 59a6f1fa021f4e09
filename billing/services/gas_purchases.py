"""Gas of an account, purchase by purchase. The callers are verbs that hold the lock of the account."""

import datetime

from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.models.account import Service
from billing.card_content import CardContent
from billing.models import Bill, CardWrite, GasCard, GasPurchase
from billing.queries.gas_rules import gas_rule_on
from billing.services.gas_prices import gas_prices_of, next_serial
from billing.services.refusals import GasRefused
from billing.services.single_bills import issue_bill

# A stopped supply is opened again before gas is sold; who owes has to pay first anyway.
SOLD_TO = (Account.State.ACTIVE,)


def card_to_sell_on(account: Account) -> GasCard:
    """Lock the card of an account for a sale. Codes: not_gas, account_state, no_card, card_blocked, write_unfinished."""
    if account.service != Service.GAS:
        raise GasRefused(_("This is not a gas account."), code="not_gas")
    if account.state not in SOLD_TO:
        raise GasRefused(
            _("This account is %(state)s: no gas is sold to it."),
            code="account_state",
            params={"state": account.get_state_display()},
        )
    card = GasCard.objects.in_use().select_for_update(no_key=True).filter(account=account).first()
    if card is None:
        raise GasRefused(_("This account has no gas card. Issue one first."), code="no_card")
    if not card.is_active:
        raise GasRefused(
            _("Card %(card)s is %(state)s: it takes no gas."),
            code="card_blocked",
            params={"card": card.card_no, "state": card.get_state_display()},
        )
    check_nothing_unfinished(card)
    return card


def check_nothing_unfinished(card: GasCard) -> None:
    """A card with an open task takes nothing new. Code: write_unfinished."""
    if card.writes.filter(state__in=CardWrite.UNFINISHED).exists():
        raise GasRefused(
            _("Card %(card)s still waits to be written. Finish that first."),
            code="write_unfinished",
            params={"card": card.card_no},
        )


def check_card_content(card: GasCard, content: CardContent) -> None:
    """Compare the card in the reader with the books.

    Codes: card_not_issued, black_listed, other_card, wrong_type, gas_on_card, count_differs.
    """
    if content.card_no != card.card_no:
        _refuse_other_card(content)
    if content.meter_kind != card.meter_kind:
        raise GasRefused(_("This card belongs to another kind of meter."), code="wrong_type")
    if content.volume:
        raise GasRefused(
            _("%(volume)s m³ are still on the card. They have to be read into the meter first."),
            code="gas_on_card",
            params={"volume": content.volume},
        )
    if content.purchase_count != card.purchase_count:
        raise GasRefused(
            _("The card counts %(card)s purchases, the books count %(books)s. Read the card again."),
            code="count_differs",
            params={"card": content.purchase_count, "books": card.purchase_count},
        )


def _refuse_other_card(content: CardContent) -> None:
    known = GasCard.objects.filter(card_no=content.card_no).select_related("account").first()
    if content.is_new or known is None:
        raise GasRefused(_("This card was not issued by us."), code="card_not_issued")
    if known.state != GasCard.State.ACTIVE:
        raise GasRefused(
            _("Card %(card)s is on the black list (%(state)s). Keep it."),
            code="black_listed",
            params={"card": known.card_no, "state": known.get_state_display()},
        )
    raise GasRefused(
        _("This is card %(card)s, which belongs to another account."),
        code="other_card",
        params={"card": known.card_no},
    )


def check_volume(card: GasCard, branch_id: int, volume: int, on: datetime.date) -> None:
    """Whether so much may be sold. Codes: bad_volume, above_limit, no_safety_check."""
    if not 1 <= volume <= card.most_per_purchase:
        raise GasRefused(
            _("Gas is sold in whole cubic metres, from 1 to %(most)s on this card."),
            code="bad_volume",
            params={"most": card.most_per_purchase},
        )
    rule = gas_rule_on(branch_id, on)
    if rule.most_per_purchase is not None and volume > rule.most_per_purchase:
        raise GasRefused(
            _("One purchase is limited to %(most)s m³ here."),
            code="above_limit",
            params={"most": rule.most_per_purchase},
        )
    if rule.needs_safety_check and (card.safe_until is None or card.safe_until < on):
        raise GasRefused(
            _("There is no valid safety check. Arrange one before gas is sold."), code="no_safety_check"
        )


def issue_gas_bill(
    account: Account, volume: int, *, on: datetime.date, at: datetime.datetime, is_overuse: bool = False
) -> Bill:
    """Price a volume at the account's place in its tiers and write its bill. Codes: no_tariff, not_priced."""
    draft = gas_prices_of(account, on).draft(volume, next_serial(account), is_overuse=is_overuse)
    return issue_bill(draft, service=Service.GAS, at=at)


def enter_purchase(purchase: GasPurchase) -> GasPurchase:
    """Write the purchase, count it on its card, and ask for the card to be written."""
    card = purchase.card
    if purchase.kind != GasPurchase.Kind.MAKE_GOOD:
        card.total_purchased += purchase.volume
    if purchase.kind != GasPurchase.Kind.OVERUSE:
        card.purchase_count += 1
        purchase.sequence = card.purchase_count
    card.save(update_fields=["purchase_count", "total_purchased"])
    purchase.save(force_insert=True)
    if purchase.sequence is not None:
        ask_for_write(
            CardWrite.Kind.LOAD, purchase, purchase.volume, by=purchase.made_by, at=purchase.made_at
        )
    return purchase


def ask_for_write(
    kind: CardWrite.Kind, purchase: GasPurchase, volume: int, *, by: Staff | None, at: datetime.datetime
) -> CardWrite:
    """A task for the reader: the row is the queue."""
    assert purchase.sequence is not None  # it goes on a card
    is_clear = kind == CardWrite.Kind.CLEAR
    return CardWrite.objects.create(
        card=purchase.card,
        purchase=purchase,
        kind=kind,
        sequence=purchase.sequence - is_clear,
        volume=volume,
        asked_at=at,
        asked_by=by,
    )
