"""The work on one chunk of a run. Each verb is one transaction: a killed worker leaves the chunk as it was."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from accounts.copying import copy_rows
from accounts.memory import nothing_to_collect
from accounts.rows import read_rows
from billing.models import BillRun, BillRunChunk, BillRunFinding
from billing.money import NO_MONEY
from billing.queries.unbilled import usual_amounts
from billing.services.bill_run_pricing import PricedAccounts, RunPricing, price_accounts
from billing.services.bill_run_totals import check_totals, keep_totals_of_bills, keep_totals_of_drafts
from billing.services.issue_bills import issue_bills
from billing.services.locks import hold_accounts
from billing.services.outliers import outliers_among

# The lock on the row is the claim. Nobody waits for it, so it stands outside the order of locks; it ends with the
# transaction, so the chunk of a killed worker is free at once. A session that still prices for an earlier date
# or state of the run finds nothing.
_OPEN = """
    run_id = %s AND state = ANY (%s) AND failures < %s AND EXISTS (
        SELECT FROM billing_billrun r WHERE r.id = run_id AND r.state = %s AND r.issued_on = %s)
"""
_NEXT = f"""
    SELECT id FROM billing_billrunchunk WHERE {_OPEN}
    ORDER BY failures, position LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""  # noqa: S608 - our own words
_CLAIM = f"WHERE id = %s AND {_OPEN} FOR NO KEY UPDATE SKIP LOCKED"
# Everything is found by its keys. The statistics of a table that has just begun to grow say otherwise, and each
# chunk would read the whole of it.
_PLANS = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
_FINDING = (
    "run_id",
    "chunk_id",
    "account_id",
    "kind",
    "code",
    "message",
    "params",
    "amount",
    "usual",
    "explanation",
)

Chunk = BillRunChunk.State


def next_chunk(run: BillRun, pricing: RunPricing) -> int | None:
    """The key of a chunk that nobody works on. Two workers may be given the same one: the claim decides."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, _wanted(run, pricing))
        found = cursor.fetchone()
    return found[0] if found else None


@contextmanager
def _by_keys() -> Iterator[None]:
    """One transaction in which nothing is looked for but by its keys."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {plan} = off" for plan in _PLANS))
        yield
        # Who calls inside a transaction of his own goes on as before.
        cursor.execute("; ".join(f"SET LOCAL {plan} TO DEFAULT" for plan in _PLANS))


@_by_keys()
@nothing_to_collect()
def preview_chunk(
    chunk_id: int, run: BillRun, pricing: RunPricing, *, worker: str, at: datetime.datetime
) -> BillRunChunk | None:
    """Price a waiting chunk and keep what came out; no bill is written. None if somebody else has it."""
    chunk = _claim(chunk_id, run, pricing)
    if chunk is None:
        return None
    priced = price_accounts(chunk.account_ids, pricing)
    _keep_findings(chunk, priced, pricing)
    keep_totals_of_drafts(chunk, priced)
    chunk.fingerprint = priced.fingerprint()
    chunk.state, chunk.previewed_at = Chunk.PREVIEWED, at
    _save(chunk, priced, worker)
    return chunk


@_by_keys()
@nothing_to_collect()
def publish_chunk(
    chunk_id: int, run: BillRun, pricing: RunPricing, *, worker: str, at: datetime.datetime
) -> BillRunChunk | None:
    """Lock the accounts of a chunk, price them, and write their bills. None if somebody else has it.

    A chunk that no longer prices as it was previewed goes back to be previewed.
    """
    chunk = _claim(chunk_id, run, pricing)
    if chunk is None:
        return None
    hold_accounts(chunk.account_ids)
    priced = price_accounts(chunk.account_ids, pricing)
    if chunk.state == Chunk.PREVIEWED and priced.fingerprint() != chunk.fingerprint:
        chunk.state, chunk.fingerprint, chunk.changed_at = Chunk.WAITING, "", at
        chunk.save(update_fields=["state", "fingerprint", "changed_at"])
        return chunk
    _keep_findings(chunk, priced, pricing)
    if priced.drafts:
        bill_ids = issue_bills(priced.drafts, priced.branches, run, at)
        check_totals(bill_ids, len(priced.drafts), _amount(priced))
        keep_totals_of_bills(chunk, bill_ids)
    chunk.state, chunk.published_at = Chunk.PUBLISHED, at
    _save(chunk, priced, worker)
    return chunk


@transaction.atomic
def note_failure(chunk_id: int, failure: str) -> None:
    """Remember that the work on a chunk came to nothing, so that the others go first."""
    BillRunChunk.objects.filter(pk=chunk_id).exclude(state=Chunk.PUBLISHED).update(
        failures=F("failures") + 1, failure=failure[:200]
    )


def _claim(chunk_id: int, run: BillRun, pricing: RunPricing) -> BillRunChunk | None:
    return next(iter(read_rows(BillRunChunk, _CLAIM, [chunk_id, *_wanted(run, pricing)])), None)


def _wanted(run: BillRun, pricing: RunPricing) -> list[Any]:
    """What a chunk has to be at this stage of the run; a run that nobody looks at is not previewed first."""
    states = [Chunk.WAITING]
    if run.state == BillRun.State.PUBLISHING:
        states = [Chunk.PREVIEWED] if run.preview_first else [Chunk.PREVIEWED, Chunk.WAITING]
    return [run.pk, states, BillRunChunk.MOST_FAILURES, run.state, pricing.issued_on]


def _save(chunk: BillRunChunk, priced: PricedAccounts, worker: str) -> None:
    chunk.bills, chunk.unpriced = len(priced.drafts), len(priced.unpriced)
    chunk.amount, chunk.worker, chunk.failure = _amount(priced), worker[:80], ""
    chunk.save(
        update_fields=[
            "state", "bills", "unpriced", "amount", "fingerprint", "previewed_at", "published_at", "worker",
            "failure",
        ]
    )  # fmt: skip


def _keep_findings(chunk: BillRunChunk, priced: PricedAccounts, pricing: RunPricing) -> None:
    categories = {one["pk"]: one["category"] for one in priced.facts}
    usual = usual_amounts([draft.account_id for draft in priced.drafts], pricing.kind, pricing.period)
    outliers = outliers_among(priced.drafts, usual, categories)
    if chunk.previewed_at:
        chunk.findings.all().delete()
    refusals = [
        (
            chunk.run_id, chunk.pk, key, BillRunFinding.Kind.UNPRICED, refusal.code, refusal.message,
            {name: str(value) for name, value in refusal.params.items()}, None, None, "",
        )
        for key, refusal in priced.unpriced
    ]  # fmt: skip
    unusual = [
        (
            chunk.run_id, chunk.pk, one.account_id, BillRunFinding.Kind.OUTLIER, one.code, "", dict(one.params),
            one.amount, one.usual, "",
        )
        for one in outliers
    ]  # fmt: skip
    if refusals or unusual:
        copy_rows("billing_billrunfinding", _FINDING, [*refusals, *unusual])


def _amount(priced: PricedAccounts) -> Decimal:
    return sum((draft.total for draft in priced.drafts), NO_MONEY)
