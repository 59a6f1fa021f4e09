"""Gas over the counter: money, receipt and the task for the reader in one transaction; the card comes after it."""

import datetime
import hashlib
import json
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.card_content import CardCode, CardContent
from billing.models import Bill, GasPurchase, Payment
from billing.services.gas_purchases import (
    card_to_sell_on,
    check_card_content,
    check_volume,
    enter_purchase,
    issue_gas_bill,
)
from billing.services.locks import lock_accounts, lock_request
from billing.services.offers import PaymentRequest, TenderOffer
from billing.services.refusals import GasRefused, PaymentRefused
from counters.models import ReaderJob, Shift
from counters.services.payments import take_payment_at_counter
from counters.services.shifts import lock_shift

# A card that was read longer ago may have been to its meter since.
FRESH_READING = datetime.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class GasSale:
    """All that the clerk decides about one sale of gas. `reading` is the job that read the card."""

    request_id: UUID
    account_id: int
    volume: int
    tenders: tuple[TenderOffer, ...]
    reading: ReaderJob | None

    def fingerprint(self, sold_by_id: int) -> str:
        """The same for the same sale by the same person; the card may have been read again in between."""
        tenders = [[tender.method, str(tender.amount), tender.reference] for tender in self.tenders]
        content = [sold_by_id, self.account_id, self.volume, tenders]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@transaction.atomic
def sell_gas_at_counter(
    wanted: GasSale, *, shift: Shift, sold_by: Staff, at: datetime.datetime
) -> GasPurchase:
    """Sell gas on a card: bill, payment, receipt, and the open write. The card itself is written afterwards.

    Asking twice with one request_id and the same content answers the same purchase.

    Codes: form_reused, unknown_account, card_not_read, not_enough, those of card_to_sell_on, check_card_content,
    check_volume, issue_gas_bill and take_payment_at_counter.
    """
    shift = lock_shift(shift.pk)
    lock_request(wanted.request_id)
    if earlier := _sold_before(wanted, sold_by):
        return earlier
    account = _lock_account(wanted.account_id, sold_by)
    card = card_to_sell_on(account)
    check_card_content(card, _content_of(wanted.reading, shift, at))
    check_volume(card, account.branch_id, wanted.volume, shift.business_date)
    bill = issue_gas_bill(account, wanted.volume, on=shift.business_date, at=at)
    request = PaymentRequest(wanted.request_id, account.pk, (bill.pk,), wanted.tenders)
    payment = take_payment_at_counter(request, shift=shift, taken_by=sold_by, at=at)
    _check_paid(bill, payment)
    bill.refresh_from_db()
    purchase = enter_purchase(
        GasPurchase(
            card=card,
            bill=bill,
            volume=wanted.volume,
            request_id=wanted.request_id,
            fingerprint=wanted.fingerprint(sold_by.pk),
            made_on=shift.business_date,
            made_at=at,
            made_by=sold_by,
        )
    )
    record_audit(
        actor=sold_by,
        action="sell_gas",
        on=purchase,
        at=at,
        details={"card": card.card_no, "volume": wanted.volume, "amount": str(bill.amount)},
        request_id=wanted.request_id,
    )
    return purchase


def _sold_before(wanted: GasSale, sold_by: Staff) -> GasPurchase | None:
    earlier = GasPurchase.objects.filter(request_id=wanted.request_id).select_related("card", "bill").first()
    # Say nothing of what the first request was about.
    if earlier is not None and earlier.fingerprint != wanted.fingerprint(sold_by.pk):
        raise GasRefused(
            _("This form was already used for another sale. Start again from the account."),
            code="form_reused",
        )
    return earlier


def _lock_account(account_id: int, sold_by: Staff) -> Account:
    account = lock_accounts([account_id]).get(account_id)
    if account is None or not sold_by.sees_branch(account.branch_id):
        raise GasRefused(_("There is no such account here."), code="unknown_account")
    return account


def _content_of(reading: ReaderJob | None, shift: Shift, at: datetime.datetime) -> CardContent:
    """What the reader of this window saw just now. Code: card_not_read."""
    usable = (
        reading is not None
        and reading.window_id == shift.window_id
        and reading.code == CardCode.OK
        and reading.done_at is not None
        and reading.done_at > at - FRESH_READING
    )
    content = reading.found if reading is not None and usable else None
    if content is None:
        raise GasRefused(_("Read the card first."), code="card_not_read")
    return content


def _check_paid(bill: Bill, payment: Payment) -> None:
    """Gas is paid before it goes on the card. Code: not_enough."""
    if payment.allocated < bill.amount:
        raise PaymentRefused(
            _("This gas costs %(amount)s. Take the whole amount."),
            code="not_enough",
            params={"amount": bill.amount},
        )
