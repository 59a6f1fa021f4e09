"""A bill run by worker processes, beside the same rows written in sets by hand-written SQL, and an ordinary ORM loop."""

import datetime
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from statistics import median

from django.db import connection
from django.utils import timezone

from billing.models import Bill, BillRun, BillRunChunk
from billing.queries.books import examine
from billing.services.bill_run_pricing import price_accounts, pricing_of
from billing.services.bill_run_stages import CHUNK, start_bill_run
from config.bench.billing_by_hand import bill_by_hand
from config.bench.billing_orm import bill_one_by_one
from config.bench.billing_rows import ISSUED_ON, PERIOD, settle_water
from config.bench.figure import Figure, WrongResult
from config.bench.town import Say
from config.worker_process import publish_chunks, sign_in
from service_quality.queries.books import BOOKS

ROUNDS = 2
BY_ORM = 200
# Two for the comparison and the ORM, one for each turn of one and of two workers.
FEWEST_CHUNKS = 2 + 2 * (ROUNDS + 1) * 3
# So many bills of the one side are compared with what the other would have written.
COMPARED = 200


@dataclass(slots=True)
class _Bench:
    """Takes the chunks of one run in turns."""

    run: BillRun
    at: datetime.datetime
    chunks: Iterator[BillRunChunk]
    peak: float = 0.0
    rates: dict[tuple[str, int], list[float]] = field(default_factory=dict)

    def take(self, number: int) -> list[BillRunChunk]:
        return [next(self.chunks) for _ in range(number)]

    def ours(self, pool: ProcessPoolExecutor, workers: int, share: int) -> None:
        mine = [[one.pk for one in self.take(share)] for _ in range(workers)]
        begun = time.perf_counter()
        results = [pool.submit(publish_chunks, self.run.pk, one) for one in mine]
        done = [result.result() for result in results]
        self._note("ours", workers, sum(bills for bills, _ in done), begun)
        self.peak = max(self.peak, *(peak for _, peak in done))

    def by_hand(self, workers: int, share: int) -> None:
        mine = [self.take(share) for _ in range(workers)]
        begun = time.perf_counter()
        with ThreadPoolExecutor(workers) as sessions:
            done = list(sessions.map(self._by_hand, mine))
        self._note("by hand", workers, sum(done), begun)

    def _by_hand(self, chunks: Sequence[BillRunChunk]) -> int:
        ids = [account for chunk in chunks for account in chunk.account_ids]
        return bill_by_hand(self.run.pk, [chunk.pk for chunk in chunks], ids, ISSUED_ON, self.at)

    def _note(self, side: str, workers: int, bills: int, begun: float) -> None:
        self.rates.setdefault((side, workers), []).append(bills / (time.perf_counter() - begun))

    def rate(self, side: str, workers: int) -> float:
        # The first round of each side warms its sessions up.
        return median(self.rates[side, workers][1:])


def bench_billing(accounts: int, say: Say, workers: Sequence[int] = (1, 2)) -> Figure:
    """Bills per second of one worker, or of as many as asked for."""
    at = timezone.now()
    settle_water(accounts, timezone.localdate(at), at, say)
    run = start_bill_run(
        service="WATER",
        period=PERIOD,
        issued_on=ISSUED_ON,
        preview_first=False,
        chunk=_chunk(accounts),
        started_by=None,
        at=at,
    )
    bench = _Bench(run, at, run.chunks.order_by("position").iterator(chunk_size=100))
    chunks = run.chunks.count()
    by_orm = bench.take(1)
    share = (chunks - 2) // (2 * (ROUNDS + 1) * sum(workers))
    if share < 1:
        raise WrongResult(f"{chunks} chunks are too few: name more accounts.")
    say("the same rows")
    _compare(run, bench)
    with _pool(max(workers)) as pool:
        for one in workers:
            say(f"{ROUNDS + 1} rounds of {one} × {share} chunks on either side")
            for _ in range(ROUNDS + 1):
                bench.ours(pool, one, share)
                bench.by_hand(one, share)
    orm = _by_orm(run, by_orm[0])
    for one in workers:
        ours, limit = bench.rate("ours", one), bench.rate("by hand", one)
        say(f"{one} at work: {ours:,.0f} bills/s, by hand {limit:,.0f}, ratio {limit / ours:.2f}")
    say(f"ORM loop: {orm:,.0f} bills/s. Peak memory of a worker: {bench.peak:.0f} MB")
    say("the books")
    _prove_books()
    return _figure(accounts, bench, workers, orm)


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    database = connection.settings_dict["NAME"]
    with ProcessPoolExecutor(workers, get_context("spawn"), sign_in, (database,)) as pool:
        yield pool


def _chunk(accounts: int) -> int:
    """As in a real run, unless that were too few chunks to take turns with."""
    return min(CHUNK, accounts // FEWEST_CHUNKS)


def _compare(run: BillRun, bench: _Bench) -> None:
    """Bill one chunk by hand, and compare with what the engine makes of the same accounts."""
    (chunk,) = bench.take(1)
    drafts = {one.account_id: one for one in price_accounts(chunk.account_ids, pricing_of(run)).drafts}
    bill_by_hand(run.pk, [chunk.pk], chunk.account_ids, ISSUED_ON, bench.at)
    bills = Bill.objects.filter(run=run).prefetch_related("lines").order_by("pk")[:COMPARED]
    for bill in bills:
        draft = drafts[bill.account_id]
        written = (
            bill.quantity, bill.amount, bill.period_from, bill.period_to, bill.due_on, bill.basis, bill.tier_uses,
            [(one.component, one.tier, one.quantity, one.unit_price, one.amount, one.sentence, one.sentence_en)
             for one in bill.lines.all()],
        )  # fmt: skip
        wanted = (
            draft.quantity, draft.total, draft.period_from, draft.period_to, draft.due_on, draft.basis, draft.tier_uses,
            [(one.component, one.tier, one.quantity, one.unit_price, one.amount, one.sentence_zh, one.sentence_en)
             for one in draft.lines],
        )  # fmt: skip
        if written != wanted:
            raise WrongResult(f"{bill} is not what the engine makes of it:\n{written}\n{wanted}")


def _by_orm(run: BillRun, chunk: BillRunChunk) -> float:
    sample = chunk.account_ids[:BY_ORM]
    begun = time.perf_counter()
    return bill_one_by_one(run, sample, ISSUED_ON) / (time.perf_counter() - begun)


def _prove_books() -> None:
    with connection.cursor() as cursor:
        broken = [finding for one in BOOKS if not (finding := examine(one, cursor)).holds]
    if broken:
        raise WrongResult("\n".join(["The books of the two sides do not hold.", *map(str, broken)]))


def _figure(accounts: int, bench: _Bench, workers: Sequence[int], orm: float) -> Figure:
    first = workers[0]
    more: dict[str, object] = {
        f"{one}_workers": {
            "value": round(bench.rate("ours", one), 1),
            "limit": round(bench.rate("by hand", one), 1),
            "ratio": round(bench.rate("by hand", one) / bench.rate("ours", one), 3),
        }
        for one in workers
    }
    return Figure(
        "billing", accounts, "bills/s", bench.rate("ours", first), bench.rate("by hand", first),
        more_is_better=True,
        more={**more, "orm": round(orm, 1), "peak_mb": round(bench.peak, 1)},
    )  # fmt: skip
