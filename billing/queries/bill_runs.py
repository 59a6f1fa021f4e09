"""How far a bill run is, and what it came to."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, Sum

from billing.models import BillRun, BillRunChunk
from billing.money import NO_MONEY

_FINGERPRINT = """
    SELECT md5(coalesce(string_agg(fingerprint, ' ' ORDER BY position), '')) FROM billing_billrunchunk
    WHERE run_id = %s AND state = 'PREVIEWED'
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many accounts a run has to deal with, and with how many it has dealt at its present stage."""

    accounts: int
    done: int
    chunks_failed: int
    chunks_changed: int
    bills: int
    unpriced: int
    amount: Decimal

    @property
    def percent(self) -> int:
        return self.done * 100 // self.accounts if self.accounts else 100

    @property
    def without_reading(self) -> int:
        """Accounts that have neither a bill nor a refusal: no meter was read."""
        return max(0, self.accounts - self.bills - self.unpriced)


def progress_of(run: BillRun) -> Progress:
    """One query over the chunks."""
    chunk = BillRunChunk.State
    done = [chunk.PUBLISHED] if run.state == BillRun.State.PUBLISHING else [chunk.PREVIEWED, chunk.PUBLISHED]
    counted = run.chunks.aggregate(
        done=Sum("accounts", filter=Q(state__in=done), default=0),
        chunks_failed=Count(
            "pk", filter=~Q(state=chunk.PUBLISHED) & Q(failures__gte=BillRunChunk.MOST_FAILURES)
        ),
        chunks_changed=Count("pk", filter=~Q(state=chunk.PUBLISHED) & Q(changed_at__isnull=False)),
        bills=Sum("bills", default=0),
        unpriced=Sum("unpriced", default=0),
        amount=Sum("amount", default=NO_MONEY),
        # The last: of an aggregate of its own name Django would sum no column any more.
        accounts=Sum("accounts", default=0),
    )
    return Progress(**counted)


def open_chunks(run: BillRun) -> Counter[str]:
    """How many chunks are not published, by state."""
    rows = run.chunks.exclude(state=BillRunChunk.State.PUBLISHED).values_list("state").annotate(Count("pk"))
    return Counter(dict(rows.order_by()))


def fingerprint_of(run: BillRun) -> str:
    """What stands in the preview, in one word."""
    with connection.cursor() as cursor:
        cursor.execute(_FINGERPRINT, [run.pk])
        (fingerprint,) = cursor.fetchone()
    return str(fingerprint)
