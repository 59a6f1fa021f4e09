"""What the counter offers to pay with, checked for shape before anything is locked."""

import hashlib
import json
import unicodedata
from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from billing.models import Tender
from billing.money import NO_MONEY, to_money
from billing.services.refusals import PaymentRefused

LONGEST_REFERENCE = 64
MOST_TENDERS = 6
LARGEST_TENDER = Decimal("100000000")
HANDED_OVER: Set[str] = frozenset({Tender.Method.CASH, *Tender.NEEDS_REFERENCE})
DONATED: Set[str] = frozenset({Tender.Method.DONATION})


@dataclass(frozen=True, slots=True)
class TenderOffer:
    """Money that is handed over in one way. `reference` is the slip's or the order's number.

    Full-width digits, small letters and blanks around it make no other number of it: T001, Ｔ００１ and t001
    are one slip, which pays once.
    """

    method: str
    amount: Decimal
    reference: str = ""

    def __post_init__(self) -> None:
        normal = unicodedata.normalize("NFKC", self.reference).strip().upper()
        object.__setattr__(self, "reference", normal)

    @property
    def is_money(self) -> bool:
        """Whole fen, above zero, below 100 million."""
        amount = self.amount
        if not amount.is_finite() or not 0 < amount < LARGEST_TENDER:
            return False
        return to_money(amount) == amount

    @property
    def has_a_possible_reference(self) -> bool:
        """Asked of the normal form: one character can become several of it."""
        return len(self.reference) <= LONGEST_REFERENCE and self.reference.isprintable()


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """All that the clerk decides about one payment.

    `bill_ids` are the bills to settle, of `account_id` or of another account; `keep_as_credit`
    says that what is over becomes prepaid credit of `account_id` instead of change. `payer_id` is the third party
    whose money it is; `is_donated` says that it comes out of the pot of donations.
    """

    request_id: UUID
    account_id: int
    bill_ids: tuple[int, ...]
    tenders: tuple[TenderOffer, ...]
    keep_as_credit: bool = False
    payer_id: int | None = None
    is_donated: bool = False

    @property
    def tendered(self) -> Decimal:
        return sum((tender.amount for tender in self.tenders), NO_MONEY)

    @property
    def cash(self) -> Decimal:
        return sum((one.amount for one in self.tenders if one.method == Tender.Method.CASH), NO_MONEY)

    def fingerprint(self, taken_by_id: int | None) -> str:
        """The same for the same content from the same person, whatever the order of the bills.

        Another pays what is open, and that is less once it was taken: asked again, the bills have changed.
        """
        content = [
            taken_by_id,
            self.account_id,
            sorted(self.bill_ids) if self.payer_id is None else [],
            [[tender.method, str(tender.amount), tender.reference] for tender in self.tenders],
            self.keep_as_credit,
            *([self.payer_id] if self.payer_id else []),
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def check_tenders(tenders: Sequence[TenderOffer], allowed: Set[str] = HANDED_OVER) -> None:
    """Refuse what cannot be a tender, or is not one of the allowed ways of paying.

    Codes: too_many_tenders, unknown_method, not_money, no_reference, bad_reference, cash_twice,
    reference_used.
    """
    if len(tenders) > MOST_TENDERS:
        raise PaymentRefused(
            _("One payment takes at most %(most)s tenders."),
            code="too_many_tenders",
            params={"most": MOST_TENDERS},
        )
    for tender in tenders:
        _check_tender(tender, allowed)
    if sum(tender.method == Tender.Method.CASH for tender in tenders) > 1:
        raise PaymentRefused(_("Enter all the cash as one amount."), code="cash_twice")
    slips = [(tender.method, tender.reference) for tender in tenders if tender.reference]
    if len(set(slips)) < len(slips):
        raise PaymentRefused(
            _("The same reference stands here twice. Check the slips."), code="reference_used"
        )


def _check_tender(tender: TenderOffer, allowed: Set[str]) -> None:
    if tender.method not in allowed:
        raise PaymentRefused(_("This way of paying is not known here."), code="unknown_method")
    if not tender.is_money:
        raise PaymentRefused(
            _("An amount is above zero, below 100 million, and has at most two decimals."), code="not_money"
        )
    if tender.method in Tender.NEEDS_REFERENCE and not tender.reference:
        raise PaymentRefused(
            _("Enter the reference number of the slip or of the order."), code="no_reference"
        )
    if not tender.has_a_possible_reference:
        raise PaymentRefused(_("This reference number cannot be right."), code="bad_reference")
