"""Money given for households in hardship: it lies in a pot of its own until two people give it to a bill."""

import datetime
import uuid
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.rows import insert_rows
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Bill, Donation, DonationGrant, Posting, Tender, ThirdPartyPayer
from billing.money import FEN, to_money
from billing.queries.donations import left_of
from billing.queries.references import is_reference_used
from billing.services.locks import lock_donation, lock_reference, lock_request
from billing.services.offers import PaymentRequest, TenderOffer
from billing.services.payments import Till, take_payment
from billing.services.postings import DONATION, ledger_of
from billing.services.refusals import PaymentRefused

State = DonationGrant.State
LONGEST = 200
# One grant is one payment, however often it is asked for.
_REQUESTS = UUID("6f1f3c1e-6f0c-4a52-9f0e-3a7b3f0d5c11")


@transaction.atomic
def receive_donation(
    payer: ThirdPartyPayer,
    *,
    request_id: UUID,
    amount: Decimal,
    method: str,
    reference: str,
    purpose: str,
    by: Staff,
    at: datetime.datetime,
) -> Donation:
    """Take a donation into the pot. Asking twice with one request_id takes it once.

    Codes: form_reused, unknown_payer, may_not_receive, not_money, unknown_method, no_reference, bad_reference,
    purpose_missing, reference_used.
    """
    lock_request(request_id)
    offer, purpose = TenderOffer(method, amount, reference), purpose.strip()
    if earlier := Donation.objects.filter(request_id=request_id).first():
        content = (payer.pk, amount, method, offer.reference, purpose, by.pk)
        if content != _content(earlier):
            raise PaymentRefused(_("This form was already used. Start again."), code="form_reused")
        return earlier
    _check_person(payer, by)
    if not offer.is_money:
        raise PaymentRefused(_("An amount is above zero and has at most two decimals."), code="not_money")
    if method not in Donation.METHODS:
        raise PaymentRefused(
            _("Cash is paid in at the bank first: a donation comes with its slip."), code="unknown_method"
        )
    if not offer.reference:
        raise PaymentRefused(
            _("Enter the reference number of the slip or of the order."), code="no_reference"
        )
    if not offer.has_a_possible_reference:
        raise PaymentRefused(_("This reference number cannot be right."), code="bad_reference")
    if not purpose or len(purpose) > LONGEST:
        raise PaymentRefused(
            _("Say for whom it is given, in at most 200 characters."), code="purpose_missing"
        )
    _check_slip(method, offer.reference)
    on = business_date_of(at)
    posting = Posting(
        debit=ledger_of(method, ""), credit=DONATION, amount=amount, business_date=on, posted_at=at
    )
    insert_rows([posting])
    donation = Donation.objects.create(
        payer=payer,
        request_id=request_id,
        amount=amount,
        method=method,
        reference=offer.reference,
        purpose=purpose,
        business_date=on,
        received_at=at,
        received_by=by,
        posting=posting,
    )
    _leave_a_trace("donation.receive", donation, payer, amount, by, at)
    return donation


@transaction.atomic
def propose_grant(
    donation: Donation, bill: Bill, *, amount: Decimal, reason: str, by: Staff, at: datetime.datetime
) -> DonationGrant:
    """Propose to pay a household's bill out of a donation; nothing moves before another person gives it.

    Codes: unknown_payer, may_not_receive, unknown_bill, not_money, reason_missing, nothing_owed, more_than_owed,
    more_than_left, proposed_before.
    """
    lock_donation(donation.pk)
    _check_person(donation.payer, by)
    bill = Bill.objects.select_related("account").get(pk=bill.pk)
    if not by.sees_branch(bill.account.branch_id):
        raise PaymentRefused(_("There is no such bill here."), code="unknown_bill")
    if not amount.is_finite() or amount < FEN or to_money(amount) != amount:
        raise PaymentRefused(_("An amount is above zero and has at most two decimals."), code="not_money")
    reason = reason.strip()
    if not reason or len(reason) > LONGEST:
        raise PaymentRefused(_("Say why, in at most 200 characters."), code="reason_missing")
    _check_owed(bill, amount)
    _check_left(donation, amount)
    if donation.grants.filter(bill=bill, state=State.PROPOSED).exists():
        raise PaymentRefused(_("This was proposed already and waits."), code="proposed_before")
    grant = DonationGrant.objects.create(
        donation=donation, bill=bill, amount=amount, reason=reason, proposed_at=at, proposed_by=by
    )
    _leave_a_trace("donation.propose", grant, donation.payer, amount, by, at)
    return grant


@transaction.atomic
def approve_grant(grant: DonationGrant, *, by: Staff, at: datetime.datetime) -> DonationGrant:
    """Pay the bill out of the pot: a payment with the donor on it. What is undone later lies in the pot again.

    Codes: unknown_payer, may_not_approve, same_person, already_decided, more_than_left, and those of take_payment.
    """
    lock_donation(grant.donation_id)
    grant = _lock_waiting(grant, by)
    donation = grant.donation
    _check_left(donation, grant.amount, besides=grant)
    wanted = PaymentRequest(
        request_id=uuid.uuid5(_REQUESTS, str(grant.pk)),
        account_id=grant.bill.account_id,
        bill_ids=(grant.bill_id,),
        tenders=(TenderOffer(Tender.Method.DONATION, grant.amount),),
        payer_id=donation.payer_id,
        is_donated=True,
    )
    # No drawer and no receipt book: the money lies in the pot already.
    till = Till("", "", 0, business_date_of(at))
    payment, _before = take_payment(wanted, till=till, taken_by=by, at=at)
    grant.state, grant.decided_by, grant.decided_at, grant.payment = State.APPROVED, by, at, payment
    grant.save(update_fields=["state", "decided_by", "decided_at", "payment"])
    _leave_a_trace("donation.approve", grant, donation.payer, grant.amount, by, at)
    return grant


@transaction.atomic
def refuse_grant(grant: DonationGrant, *, by: Staff, at: datetime.datetime) -> DonationGrant:
    """Leave the money in the pot. Codes: unknown_payer, may_not_approve, same_person, already_decided."""
    lock_donation(grant.donation_id)
    grant = _lock_waiting(grant, by)
    grant.state, grant.decided_by, grant.decided_at = State.REFUSED, by, at
    grant.save(update_fields=["state", "decided_by", "decided_at"])
    _leave_a_trace("donation.refuse", grant, grant.donation.payer, grant.amount, by, at)
    return grant


def _lock_waiting(grant: DonationGrant, by: Staff) -> DonationGrant:
    locked: DonationGrant = DonationGrant.objects.select_related("donation__payer", "bill").get(pk=grant.pk)
    if not by.sees_branch(locked.donation.payer.branch_id):
        raise PaymentRefused(_("There is no such payer here."), code="unknown_payer")
    if not by.has_perm("billing.approve_donationgrant"):
        raise PaymentRefused(_("The manager or finance gives donated money."), code="may_not_approve")
    if locked.state != State.PROPOSED:
        raise PaymentRefused(_("This has already been decided."), code="already_decided")
    if locked.proposed_by_id == by.pk:
        raise PaymentRefused(_("Somebody other than the proposer decides."), code="same_person")
    return locked


def _check_person(payer: ThirdPartyPayer, by: Staff) -> None:
    if not by.sees_branch(payer.branch_id):
        raise PaymentRefused(_("There is no such payer here."), code="unknown_payer")
    if not by.has_perm("billing.receive_donation"):
        raise PaymentRefused(_("The supervisor or finance takes donations in."), code="may_not_receive")


def _content(one: Donation) -> tuple[object, ...]:
    return (one.payer_id, one.amount, one.method, one.reference, one.purpose, one.received_by_id)


def _check_slip(method: str, reference: str) -> None:
    lock_reference(method, reference)
    if is_reference_used(method, reference):
        raise PaymentRefused(
            _("Reference %(reference)s already stands on another payment. Check the slip."),
            code="reference_used",
            params={"reference": reference},
        )


def _check_owed(bill: Bill, amount: Decimal) -> None:
    if not bill.outstanding:
        raise PaymentRefused(_("Nothing of this bill is outstanding."), code="nothing_owed")
    if amount > bill.outstanding:
        raise PaymentRefused(
            _("Only %(owed)s of this bill is outstanding."),
            code="more_than_owed",
            params={"owed": bill.outstanding},
        )


def _check_left(donation: Donation, amount: Decimal, besides: DonationGrant | None = None) -> None:
    left = left_of(donation, besides=besides)
    if amount > left:
        raise PaymentRefused(
            _("Only %(left)s of this donation is left."), code="more_than_left", params={"left": left}
        )


def _leave_a_trace(
    action: str,
    on: Donation | DonationGrant,
    payer: ThirdPartyPayer,
    amount: Decimal,
    actor: Staff,
    at: datetime.datetime,
) -> None:
    record_audit(
        actor=actor,
        action=action,
        on=on,
        at=at,
        branch=payer.branch,
        details={"payer": payer.pk, "amount": str(amount)},
    )
