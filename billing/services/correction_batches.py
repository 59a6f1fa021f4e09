"""Many bills cancelled for one reason: proposed, approved by a second person, worked off chunk by chunk."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.copying import copy_rows
from accounts.models import Staff
from accounts.rows import insert_rows
from accounts.services.audit import record_audit
from billing.models import BatchedBill, Bill, CorrectionBatch
from billing.queries.correction_batches import selected_bills
from billing.services.cancelling import (
    Order,
    check_approver,
    check_bill,
    settled_on,
    write_cancellations,
)
from billing.services.locks import balances_of, lock_bills, lock_request
from billing.services.refusals import CorrectionRefused

# A window waits at most 3 s for an account whose bill a chunk cancels.
CHUNK = 500

Progress = Callable[[int, int], None]


@transaction.atomic
def propose_batch(
    selection: Mapping[str, str],
    *,
    reason: str,
    note: str,
    proposed_by: Staff,
    request_id: UUID,
    at: datetime.datetime,
) -> CorrectionBatch:
    """List the bills of a selection for cancellation. Asking twice with one request_id lists them once.

    Codes: form_reused, unknown_reason, note_missing, note_too_long, nothing_selected.
    """
    Order(reason, note, proposed_by, None, at).check()
    if not note.strip():
        raise CorrectionRefused(
            _("Say in a note why: the customer reads it on the bill."), code="note_missing"
        )
    lock_request(request_id)
    if earlier := _proposed_before(selection, reason, note, proposed_by, request_id):
        return earlier
    ids = list(
        selected_bills(selection, proposed_by).order_by("account_id", "pk").values_list("pk", flat=True)
    )
    if not ids:
        raise CorrectionRefused(_("No bill fits this selection."), code="nothing_selected")
    batch = CorrectionBatch(
        request_id=request_id,
        selection=dict(selection),
        reason=reason,
        note=note,
        proposed_by=proposed_by,
        proposed_at=at,
    )
    insert_rows([batch])
    copy_rows(
        "billing_batchedbill",
        ("batch_id", "bill_id", "state", "why_left"),
        ((batch.pk, pk, BatchedBill.State.WAITING.value, "") for pk in ids),
    )
    _leave_a_trace(batch, "propose_batch", proposed_by, at, bills=len(ids))
    return batch


@transaction.atomic
def approve_batch(batch: CorrectionBatch, *, approved_by: Staff, at: datetime.datetime) -> CorrectionBatch:
    """Let a batch be worked off. Codes: already_decided, same_person, may_not_approve."""
    return _decide(batch, CorrectionBatch.State.APPROVED, approved_by, at)


@transaction.atomic
def refuse_batch(batch: CorrectionBatch, *, refused_by: Staff, at: datetime.datetime) -> CorrectionBatch:
    """Refuse a batch; its bills stay. Codes: already_decided, same_person, may_not_approve."""
    return _decide(batch, CorrectionBatch.State.REFUSED, refused_by, at)


def work_off_batch(
    batch: CorrectionBatch,
    *,
    at: datetime.datetime,
    chunks: int | None = None,
    progress: Progress | None = None,
) -> CorrectionBatch:
    """Cancel what is still to come of an approved batch, a chunk at a time, each in a transaction of its own.

    What died half-way is finished by calling it again. A bill that cannot be cancelled is left with the code of its
    refusal. `chunks` stops after so many; `progress` is told (done, all). Code: not_approved.
    """
    total = batch.entries.count()
    while chunks is None or chunks > 0:
        left = _work_off_chunk(batch, at)
        if progress:
            progress(total - left, total)
        if not left:
            break
        chunks = None if chunks is None else chunks - 1
    batch.refresh_from_db()
    return batch


@transaction.atomic
def _work_off_chunk(batch: CorrectionBatch, at: datetime.datetime) -> int:
    """Cancel one chunk; answer how many are still to come. Whoever comes second waits here."""
    lock_request(batch.request_id)
    batch = CorrectionBatch.objects.select_related("proposed_by", "decided_by").get(pk=batch.pk)
    if batch.state == CorrectionBatch.State.DONE:
        return 0
    if batch.state != CorrectionBatch.State.APPROVED:
        raise CorrectionRefused(_("This batch has not been approved."), code="not_approved")
    waiting = batch.entries.filter(state=BatchedBill.State.WAITING)
    entries = {entry.bill_id: entry for entry in waiting.order_by("pk")[:CHUNK]}
    order = Order(batch.reason, batch.note, batch.proposed_by, batch.decided_by, at)
    refused = _cancel(batch, lock_bills(entries), order)
    for code in sorted(set(refused.values())):
        _mark(entries, [pk for pk, why in refused.items() if why == code], BatchedBill.State.LEFT, code)
    _mark(entries, [pk for pk in entries if pk not in refused], BatchedBill.State.CANCELLED)
    left = waiting.count()
    if not left:
        batch.state, batch.finished_at = CorrectionBatch.State.DONE, at
        batch.save(update_fields=["state", "finished_at"])
    return left


def _cancel(batch: CorrectionBatch, bills: Sequence[Bill], order: Order) -> dict[int, str]:
    """Cancel those that can be; answer the others with the codes of their refusals."""
    settled = settled_on(bills)
    balances = balances_of({bill.account_id: bill.account for bill in bills})
    refused = {}
    for bill in bills:
        balance = balances[bill.account_id]
        try:
            check_bill(bill, settled, balance.prepaid + settled.moves(bill), order)
        except ValidationError as refusal:
            refused[bill.pk] = str(refusal.code)
        else:
            # The next bill of the same account meets what this one leaves.
            balance.prepaid += settled.moves(bill)
    wanted = [(bill, uuid5(batch.request_id, str(bill.pk))) for bill in bills if bill.pk not in refused]
    if wanted:
        write_cancellations(wanted, settled, order)
    return refused


def _mark(
    entries: Mapping[int, BatchedBill], bill_ids: Sequence[int], state: BatchedBill.State, why: str = ""
) -> None:
    BatchedBill.objects.filter(pk__in=[entries[pk].pk for pk in bill_ids]).update(state=state, why_left=why)


def _decide(
    batch: CorrectionBatch, state: CorrectionBatch.State, decided_by: Staff, at: datetime.datetime
) -> CorrectionBatch:
    locked: CorrectionBatch = CorrectionBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if locked.state != CorrectionBatch.State.PROPOSED:
        raise CorrectionRefused(_("This has already been decided."), code="already_decided")
    check_approver(decided_by, locked.proposed_by)
    locked.state, locked.decided_by, locked.decided_at = state, decided_by, at
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    approved = state == CorrectionBatch.State.APPROVED
    _leave_a_trace(locked, "approve_batch" if approved else "refuse_batch", decided_by, at)
    return locked


def _proposed_before(
    selection: Mapping[str, str], reason: str, note: str, proposed_by: Staff, request_id: UUID
) -> CorrectionBatch | None:
    earlier: CorrectionBatch | None = CorrectionBatch.objects.filter(request_id=request_id).first()
    if earlier is None:
        return None
    content = (dict(selection), reason, note, proposed_by.pk)
    if content != (earlier.selection, earlier.reason, earlier.note, earlier.proposed_by_id):
        raise CorrectionRefused(_("This form was already used. Start again."), code="form_reused")
    return earlier


def _leave_a_trace(
    batch: CorrectionBatch, action: str, actor: Staff, at: datetime.datetime, **details: int
) -> None:
    record_audit(
        actor=actor,
        action=action,
        on=batch,
        at=at,
        reason=f"{batch.reason} {batch.note}".strip()[:200],
        details=details,
        request_id=batch.request_id,
    )
