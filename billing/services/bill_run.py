import datetime
import time
from collections.abc import Callable

from accounts.models import Branch, Staff
from billing.models import BillRun, BillRunChunk
from billing.queries.bill_runs import progress_of
from billing.services.bill_run_chunks import next_chunk, note_failure, preview_chunk, publish_chunk
from billing.services.bill_run_pricing import RunPricing, pricing_of
from billing.services.bill_run_stages import settle_bill_run, start_bill_run

# How often somebody who waits for another worker's chunk looks again.
PATIENCE = 0.1

Progress = Callable[[int, int], None]


def run_billing(
    *,
    service: str,
    period: str,
    issued_on: datetime.date,
    branch: Branch | None = None,
    started_by: Staff | None,
    at: datetime.datetime,
    publish: bool = True,
    progress: Progress | None = None,
) -> BillRun:
    """Bill every account of a service for a period, here and now; what is billed already stays as it is.

    Each chunk of accounts is a transaction, so a run that died is finished by calling it again; an
    account is billed at most once for a period by a constraint. Workers may help: chunks are claimed one
    by one. Without `publish` it ends with the preview. `progress` is told (done, all).

    Codes: those of `start_bill_run`.
    """
    run = start_bill_run(
        service=service, period=period, issued_on=issued_on, branch=branch, preview_first=not publish,
        started_by=started_by, at=at,
    )  # fmt: skip
    pricing = pricing_of(run)
    finished = published_accounts(run) if publish else 0
    while run.is_at_work:
        chunk = work_on_chunk(run, pricing, worker="", at=at)
        if progress and chunk:
            told = progress_of(run)
            progress(told.done - finished, told.accounts - finished)
        if chunk is None:
            run = settle_bill_run(run, at=at)
            pricing = pricing_of(run)
            if not is_anything_left(run):
                break
            # Another worker has the rest. If it is killed, its chunk can be claimed again.
            time.sleep(PATIENCE)
    return run


def work_on_chunk(
    run: BillRun, pricing: RunPricing, *, worker: str, at: datetime.datetime
) -> BillRunChunk | None:
    """Preview or publish the next chunk, whichever the run is about; None when nothing can be claimed.

    What goes wrong with a chunk is noted there and raised.
    """
    work = publish_chunk if run.state == BillRun.State.PUBLISHING else preview_chunk
    while (chunk_id := next_chunk(run, pricing)) is not None:
        try:
            chunk = work(chunk_id, run, pricing, worker=worker, at=at)
        except Exception as error:
            note_failure(chunk_id, f"{type(error).__name__}: {error}")
            raise
        if chunk is not None:
            return chunk
    return None


def is_anything_left(run: BillRun) -> bool:
    """Whether a chunk of the present stage is still to be done, perhaps by somebody else just now."""
    if not run.is_at_work:
        return False
    left = run.chunks.exclude(state=BillRunChunk.State.PUBLISHED).filter(
        failures__lt=BillRunChunk.MOST_FAILURES
    )
    return left.exists()


def published_accounts(run: BillRun) -> int:
    """With how many accounts earlier starts of the run have dealt."""
    rows = run.chunks.filter(state=BillRunChunk.State.PUBLISHED).values_list("accounts", flat=True)
    return sum(rows)
