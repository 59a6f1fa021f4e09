import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.rows import insert_rows
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Donation, DonationReversal, Posting
from billing.queries.donations import left_of
from billing.services.locks import lock_donation, lock_request
from billing.services.refusals import ReversalRefused

LONGEST_NOTE = 200


@transaction.atomic
def reverse_donation(
    donation: Donation,
    *,
    request_id: UUID,
    reason: str,
    note: str,
    reversed_by: Staff,
    approved_by: Staff,
    at: datetime.datetime,
) -> DonationReversal:
    """Take a donation that was entered wrongly out of its pot; its slip may be entered once more, rightly.

    Only while the pot holds the whole of it: what was given is undone first, what was proposed refused. Asking twice
    with one request_id takes it back once.

    Codes: form_reused, unknown_payer, may_not_receive, unknown_reason, note_too_long, same_person, may_not_approve,
    already_reversed, already_given.
    """
    note = note.strip()
    lock_request(request_id)
    content = (donation.pk, reason, note, reversed_by.pk, approved_by.pk)
    if earlier := DonationReversal.objects.filter(request_id=request_id).first():
        if content != _content(earlier):
            raise ReversalRefused(_("This form was already used. Start again."), code="form_reused")
        return earlier
    lock_donation(donation.pk)
    donation = Donation.objects.select_related("payer__branch", "posting").get(pk=donation.pk)
    _check_words(reason, note)
    _check_people(donation, reversed_by, approved_by)
    _check_whole(donation)
    on = business_date_of(at)
    received = donation.posting
    posting = Posting(
        debit=received.credit,
        credit=received.debit,
        amount=received.amount,
        business_date=on,
        posted_at=at,
        reverses=received,
    )
    insert_rows([posting])
    reversal = DonationReversal.objects.create(
        donation=donation,
        request_id=request_id,
        reason=reason,
        note=note,
        business_date=on,
        reversed_at=at,
        reversed_by=reversed_by,
        approved_by=approved_by,
        posting=posting,
    )
    record_audit(
        actor=reversed_by,
        action="donation.reverse",
        on=donation,
        at=at,
        branch=donation.payer.branch,
        reason=f"{reason} {note}".strip()[:LONGEST_NOTE],
        details={
            "payer": donation.payer_id,
            "amount": str(donation.amount),
            "approved_by": approved_by.number,
        },
        request_id=request_id,
    )
    return reversal


def _content(one: DonationReversal) -> tuple[object, ...]:
    return (one.donation_id, one.reason, one.note, one.reversed_by_id, one.approved_by_id)


def _check_words(reason: str, note: str) -> None:
    if reason not in DonationReversal.Reason.values:
        raise ReversalRefused(_("Choose a reason from the list."), code="unknown_reason")
    if len(note) > LONGEST_NOTE:
        raise ReversalRefused(_("The note is too long."), code="note_too_long")


def _check_people(donation: Donation, reversed_by: Staff, approved_by: Staff) -> None:
    branch_id = donation.payer.branch_id
    if not reversed_by.sees_branch(branch_id):
        raise ReversalRefused(_("There is no such payer here."), code="unknown_payer")
    if not reversed_by.has_perm("billing.receive_donation"):
        raise ReversalRefused(_("The supervisor or finance takes donations in."), code="may_not_receive")
    if approved_by.pk == reversed_by.pk:
        raise ReversalRefused(_("A second person has to approve this."), code="same_person")
    if not approved_by.has_perm("billing.approve_donationgrant") or not approved_by.sees_branch(branch_id):
        raise ReversalRefused(_("The manager or finance gives donated money."), code="may_not_approve")


def _check_whole(donation: Donation) -> None:
    if DonationReversal.objects.filter(donation=donation).exists():
        raise ReversalRefused(_("This donation has already been taken back."), code="already_reversed")
    left = left_of(donation)
    if left < donation.amount:
        raise ReversalRefused(
            _("Only %(left)s of it lies in the pot. Undo what was given and refuse what was proposed first."),
            code="already_given",
            params={"left": left},
        )
